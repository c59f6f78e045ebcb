//! The streaming part: one row at a time against the band and against the last minutes.

use super::{Band, FAR, LOCAL_WIDTH, Method, Nature, OPEN, Profile, Reading, Why, between, clean};
use crate::time::{DAY, KST};

/// Rows remembered.
const ROWS: usize = 40;
/// Rows without which the last minutes say nothing.
const LEAST: usize = 5;
/// The largest score.
const MOST: f64 = 100.0;
/// Median absolute deviations in a 90th percentile of a Gaussian, twice: before there is a profile the band is wide.
const WIDE: f64 = 2.0 * 2.44;
/// The least half-width before there is a profile, over the middle.
const WIDE_FLOOR: f64 = 0.2;

/// What is remembered of one series. About 330 bytes.
///
/// Rows may come every few seconds, every minute or every five minutes. Rows that are not newer than the last one are
/// ignored; one that is more than an hour older starts anew, since then a clock was set back.
#[derive(Clone, Debug, PartialEq)]
pub struct Watch {
    nature: Nature,
    /// How many of the rows are filled, and where the next one goes.
    filled: u8,
    next: u8,
    /// The newest row.
    last: i64,
    /// Since when rows are outside without a break, when one was last well outside, and when there was last a reason for
    /// an alarm.
    outside: Option<i64>,
    well: Option<i64>,
    reason: Option<i64>,
    values: [f32; ROWS],
    /// Minutes of the rows, modulo 65,536.
    minutes: [u16; ROWS],
    /// The newest `within` rows by their values, so that a median needs no sorting.
    order: [u8; ROWS],
    within: u8,
}

impl Watch {
    /// Seconds after which a row has no influence on a reading any more.
    pub const MEMORY: i64 = 3600;
    /// Seconds whose median a jump is measured from (twice as many where rows are sparse).
    pub const LOCAL: i64 = 1200;
    /// Seconds within which two rows at [`OPEN`] are an alarm.
    pub const TWICE: i64 = 300;
    /// Seconds that a value must stay outside its band to be an alarm, however near it is.
    pub const SUSTAIN: i64 = 600;
    /// Seconds that an alarm is kept open without a reason.
    pub const HOLD: i64 = 600;

    /// A watch that has seen nothing.
    pub const fn new(nature: Nature) -> Self {
        Self {
            nature,
            filled: 0,
            next: 0,
            last: i64::MIN,
            outside: None,
            well: None,
            reason: None,
            values: [0.0; ROWS],
            minutes: [0; ROWS],
            order: [0; ROWS],
            within: 0,
        }
    }

    /// Ends every alarm and all that led to one; the values of the last hour stay.
    pub fn settle(&mut self) {
        (self.outside, self.well, self.reason) = (None, None, None);
    }

    /// Takes the row that starts at `at` and says what it is.
    ///
    /// `profile` is that of the Korean day that holds `at`, if there is one. `value` is NaN where nothing was received.
    /// `count` says what chance can do, NaN if nothing is known: for a [volume](Nature::Volume) how many requests or
    /// users *one unit* stands for (60 for requests a second in rows of a minute, 1 for users), which an outage does not
    /// change; for a share or a duration how many requests this value is made of.
    pub fn step(&mut self, profile: Option<&Profile>, at: i64, value: f64, count: f64) -> Reading {
        if at <= self.last && at > self.last.saturating_sub(Self::MEMORY) {
            return Reading { alarm: self.held(self.last), why: Why::Ignored, ..Reading::default() };
        }
        if at <= self.last || at.saturating_sub(self.last) > Self::MEMORY {
            *self = Self::new(self.nature);
        }
        if at.saturating_sub(self.last) > Self::HOLD {
            self.outside = None;
        }
        self.last = at;
        if !value.is_finite() {
            return Reading { alarm: self.held(at), why: Why::Missing, ..Reading::default() };
        }
        let value = f64::from(clean(value.clamp(-1e30, 1e30) as f32));
        let second = at.saturating_add(KST).rem_euclid(DAY) as u32;
        let season = profile.and_then(|profile| self.season(profile, second, count));
        let local = self.local(profile, at, count);
        self.push(at, value as f32);
        self.judge(self.weigh(season, local, value), value, at)
    }

    /// The season's band at a second of the day, widened by what chance does.
    fn season(&self, profile: &Profile, second: u32, count: f64) -> Option<Band> {
        let middle = profile.middle(second)?;
        let (up, down) = profile.halves(second, middle);
        Some(Band::around(self.nature, middle, up, down, count))
    }

    /// The band around the last minutes, if enough of them were received.
    fn local(&mut self, profile: Option<&Profile>, at: i64, count: f64) -> Option<Band> {
        let mut n = self.recent(at, Self::LOCAL);
        if n < LEAST {
            n = self.recent(at, 2 * Self::LOCAL);
        }
        self.fit(n);
        if n < LEAST {
            return None;
        }
        let sorted = |rank: usize| self.values[usize::from(self.order[rank])];
        let middle = f64::from(if n % 2 == 1 { sorted(n / 2) } else { between(sorted(n / 2 - 1), sorted(n / 2)) });
        let half = if let Some(profile) = profile {
            profile.local_half(middle)
        } else {
            let window: [f32; ROWS] = std::array::from_fn(sorted);
            (LOCAL_WIDTH * WIDE * spread(&window[..n], middle)).max(WIDE_FLOOR * middle.abs())
        };
        Some(Band::around(self.nature, middle, half, half, count))
    }

    /// The stronger evidence. A jump back towards the season's middle is none.
    fn weigh(&self, season: Option<Band>, local: Option<Band>, value: f64) -> Reading {
        let reading = |band: Band, method| {
            // The distance counts in whole half-widths; only what is shown ends where values end.
            let shown = band.shown(self.nature);
            Reading { band: Some(shown), score: self.score(band, value), method, ..Reading::default() }
        };
        match (season, local) {
            (None, None) => Reading::default(),
            (Some(season), None) => reading(season, Method::Season),
            (None, Some(local)) => reading(local, Method::Local),
            (Some(season), Some(local)) => {
                let back = (value - season.middle).abs() < (local.middle - season.middle).abs();
                let (usual, jump) = (reading(season, Method::Season), reading(local, Method::Local));
                if !back && jump.score > usual.score { jump } else { usual }
            }
        }
    }

    /// Distance from the middle over the half-width on that side.
    fn score(&self, band: Band, value: f64) -> f64 {
        let (distance, half) = if value >= band.middle {
            (value - band.middle, band.high - band.middle)
        } else if self.nature.below_matters() {
            (band.middle - value, band.middle - band.low)
        } else {
            return 0.0;
        };
        if half > 0.0 { (distance / half).min(MOST) } else { 0.0 }
    }

    /// Says whether it is an alarm, and why.
    fn judge(&mut self, reading: Reading, value: f64, at: i64) -> Reading {
        if reading.score >= 1.0 {
            let since = *self.outside.get_or_insert(at);
            let twice = reading.score >= OPEN
                && self.well.replace(at).is_some_and(|before| at.saturating_sub(before) <= Self::TWICE);
            let why = if reading.score >= FAR || twice {
                Why::Far
            } else if at.saturating_sub(since) >= Self::SUSTAIN {
                Why::Sustained
            } else if self.held(at) {
                Why::Held
            } else {
                Why::Brief
            };
            if matches!(why, Why::Far | Why::Sustained) {
                self.reason = Some(at);
            }
            return Reading { alarm: why != Why::Brief, why, ..reading };
        }
        self.outside = None;
        let held = self.held(at);
        let why = match reading.band {
            None => Why::NoBand,
            _ if held => Why::Held,
            Some(band) if value < band.low => Why::Harmless,
            Some(_) => Why::Inside,
        };
        Reading { alarm: held, why, ..reading }
    }

    fn held(&self, at: i64) -> bool {
        self.reason.is_some_and(|reason| at.saturating_sub(reason) <= Self::HOLD)
    }

    fn push(&mut self, at: i64, value: f32) {
        let next = usize::from(self.next);
        // The row in whose place this one comes is the oldest of all.
        self.fit(usize::from(self.within).min(ROWS - 1));
        self.values[next] = value;
        self.minutes[next] = at.div_euclid(60) as u16;
        self.next = ((next + 1) % ROWS) as u8;
        self.filled = (self.filled + 1).min(ROWS as u8);
        self.insert(next);
    }

    /// The row that came `back` rows ago; the last one came one ago.
    fn row(&self, back: usize) -> usize {
        let at = usize::from(self.next) + ROWS - back;
        if at >= ROWS { at - ROWS } else { at }
    }

    /// Number of rows in the last seconds before `at`.
    fn recent(&self, at: i64, seconds: i64) -> usize {
        let (now, reach) = (at.div_euclid(60) as u16, (seconds / 60) as u16);
        let inside = |back: usize| now.wrapping_sub(self.minutes[self.row(back)]) <= reach;
        // Rows come in the order of time, and mostly one came and one went since the last look.
        let mut n = usize::from(self.within);
        while n > 0 && !inside(n) {
            n -= 1;
        }
        while n < usize::from(self.filled) && inside(n + 1) {
            n += 1;
        }
        n
    }

    /// Makes `order` hold the newest `n` rows.
    fn fit(&mut self, n: usize) {
        while usize::from(self.within) > n {
            let within = usize::from(self.within);
            let oldest = self.row(within) as u8;
            let at = self.order[..within].iter().position(|row| *row == oldest).unwrap_or(within - 1);
            self.order.copy_within(at + 1..within, at);
            self.within -= 1;
        }
        while usize::from(self.within) < n {
            self.insert(self.row(usize::from(self.within) + 1));
        }
    }

    /// Puts a row where its value belongs.
    fn insert(&mut self, row: usize) {
        let within = usize::from(self.within);
        let mut at = within;
        while at > 0 && self.values[usize::from(self.order[at - 1])] > self.values[row] {
            self.order[at] = self.order[at - 1];
            at -= 1;
        }
        self.order[at] = row as u8;
        self.within += 1;
    }
}

/// Median absolute deviation of sorted values from their median: the distance that half of them are within, found by
/// taking the outermost away until half are left.
fn spread(sorted: &[f32], middle: f64) -> f64 {
    let mut rest = sorted;
    let mut distance = 0.0;
    while let [first, .., last] = rest
        && 2 * rest.len() > sorted.len()
    {
        let (below, above) = (middle - f64::from(*first), f64::from(*last) - middle);
        distance = below.max(above);
        rest = if above > below { &rest[..rest.len() - 1] } else { &rest[1..] };
    }
    distance
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_middle_is_that_of_the_rows_in_reach(
            rows in proptest::collection::vec((1_i64..1300, -5_i8..5), 1..120),
        ) {
            let mut watch = Watch::new(Nature::Plain);
            let (mut at, mut seen) = (0, Vec::new());
            for (pause, value) in rows {
                at += pause;
                let within = |seconds: i64| -> Vec<f32> {
                    let new = |(then, _): &&(i64, f32)| at.div_euclid(60) - then.div_euclid(60) <= seconds / 60;
                    seen.iter().rev().take(ROWS).take_while(new).map(|(_, value)| *value).collect()
                };
                let mut window = within(Watch::LOCAL);
                if window.len() < LEAST {
                    window = within(2 * Watch::LOCAL);
                }
                super::super::sort(&mut window);
                let middle = (window.len() >= LEAST).then(|| f64::from(super::super::median(&window)));
                prop_assert_eq!(watch.local(None, at, f64::NAN).map(|band| band.middle), middle);
                watch.push(at, f32::from(value));
                seen.push((at, f32::from(value)));
            }
        }
    }
}

//! The band of one series for one Korean calendar day, learned from previous days.

use super::{Band, DayKind, LOCAL_WIDTH, Nature, SEASON_WIDTH, between, clean, median, quantile, sort};

/// Five-minute slots of a day.
pub const SLOTS: usize = 288;
/// Previous days that are looked at.
pub const DAYS: usize = 28;
/// Days of today's kind with which only those are used.
const ALIKE: usize = 3;
/// Most recent days that are used: nearly three weeks of working days, so that a series that grows is followed.
const RECENT: usize = 14;
/// Relative level below which a volume is not taken to be calmer still.
const LEAST_LEVEL: f64 = 0.05;
/// Neighbours on either side that steady a slot.
const NEIGHBOURS: usize = 2;
/// Slots without which a day says nothing about a season: two hours.
const LEAST_SLOTS: usize = 24;
/// The quantile of past deviations that is their scale: beyond the noise, short of the incidents. On WSD, as the
/// next one, one of a plateau (0.85 to 0.95).
const SCALE: f64 = 0.9;
/// The quantile over days of their grain.
const GRAIN_OF_DAYS: f64 = 0.75;
/// Jumps of minutes over those of five-minute means, if no day says its grain: between white noise and a slow drift.
const MINUTES_OVER_SLOTS: f32 = 1.35;
/// The minutes' share in the spread of a minute around its season, beyond that of the five-minute mean: 1 - 1/5.
const GRAIN_IN_SPREAD: f64 = 0.8;
/// Levels of a stored middle; the last code says that nothing is known.
const UNKNOWN: u16 = u16::MAX;

/// One previous day of a series.
#[derive(Clone, Copy, Debug)]
pub struct History<'a> {
    /// What kind of day it was.
    pub kind: DayKind,
    /// Its five-minute slots from midnight in Asia/Seoul on, [`SLOTS`] of them; NaN where nothing was received.
    pub slots: &'a [f32],
    /// How much its minutes jump, from [`grain`]; NaN if only five-minute rows are kept.
    pub grain: f32,
}

/// The band of a day: a middle by slot, a scale by hour, and what it was learned from. About 630 bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    nature: Nature,
    days: u8,
    alike: bool,
    /// Mean of the days: the level at which the scales of a volume hold.
    level: f32,
    base: f32,
    quantum: f32,
    up: f32,
    down: f32,
    grain: f32,
    middles: [u16; SLOTS],
    /// How much restless hours widen the scale, in sixteenths.
    hours: [u8; 24],
}

impl Profile {
    /// Learns the band of a day of kind `today` from previous days, the newest first; only the first [`DAYS`] are looked
    /// at. `None` if no day has two hours of data.
    ///
    /// With three days of today's kind only the newest fourteen of those are used; else of those that are worked as
    /// today is or, like today, are not; else of all. Few days make a wide
    /// band: the scale is that of days against each other, widened by sqrt(1 + 10 / days^2).
    pub fn learn(nature: Nature, days: &[History<'_>], today: DayKind) -> Option<Self> {
        let full = |day: &&History<'_>| day.slots.iter().filter(|v| v.is_finite()).count() >= LEAST_SLOTS;
        let all: Vec<&History<'_>> = days.iter().take(DAYS).filter(full).collect();
        let rest = |kind: DayKind| kind != DayKind::Working;
        let same: Vec<&History<'_>> = all.iter().copied().filter(|day| day.kind == today).collect();
        let similar: Vec<&History<'_>> = all.iter().copied().filter(|day| rest(day.kind) == rest(today)).collect();
        let used = [&same, &similar].into_iter().find(|days| days.len() >= ALIKE).unwrap_or(&all);
        let used = &used[..used.len().min(RECENT)];
        let alike = used.iter().all(|day| rest(day.kind) == rest(today));
        if used.is_empty() {
            return None;
        }
        let level = level(used);
        let season = Season::of(used, |middle| unit(nature, level, middle));
        let mut grains: Vec<f32> =
            all.iter().map(|day| if day.grain >= 0.0 { day.grain } else { slot_grain(day.slots) }).collect();
        grains.retain(|grain| grain.is_finite());
        let grain = if grains.is_empty() { 0.0 } else { quantile(&mut grains, GRAIN_OF_DAYS) };
        let whole = season.scale(0..24, f32::abs);
        let side = |sign: f32| {
            let own = season.scale(0..24, |r| sign * r);
            // Between the side's own scale and that of both: a side of which little was seen borrows from the other.
            let square = f64::from(if own.is_finite() { own } else { whole }) * f64::from(whole);
            libm::sqrt(square + GRAIN_IN_SPREAD * f64::from(grain) * f64::from(grain)) as f32
        };
        let (up, down) = (side(1.0), side(-1.0));
        let hours = std::array::from_fn(|hour| {
            let around = season.scale(hour..hour + 1, f32::abs);
            let wider = if around > whole && whole > 0.0 { libm::sqrtf(around / whole) } else { 1.0 };
            (16.0 * wider + 0.5).min(255.0) as u8
        });
        let (base, quantum, middles) = quantised(&season.middles);
        if !(up.is_finite() && down.is_finite()) {
            return None;
        }
        Some(Self { nature, days: used.len() as u8, alike, level, base, quantum, up, down, grain, middles, hours })
    }

    /// The kind of quantity it was learned for.
    pub const fn nature(&self) -> Nature {
        self.nature
    }

    /// How many days it was learned from.
    pub const fn days(&self) -> usize {
        self.days as usize
    }

    /// Whether all those days are worked as the day it is for, or none is.
    pub const fn alike(&self) -> bool {
        self.alike
    }

    /// How far a minute usually jumps from the minutes before: nine of ten jump less.
    pub const fn grain(&self) -> f64 {
        self.grain as f64
    }

    /// Half-width of the band around a local middle, without floor and chance.
    pub(super) fn local_half(&self, middle: f64) -> f64 {
        let n = f64::from(self.days);
        let half = LOCAL_WIDTH * f64::from(self.grain) * libm::sqrt(1.0 + 1.0 / n);
        half * unit(self.nature, self.level, middle)
    }

    /// The band at a second of the day (from midnight in Asia/Seoul), between the middles of slots on a straight line;
    /// `None` where previous days have nothing.
    pub fn band(&self, second: u32) -> Option<Band> {
        let middle = self.middle(second)?;
        let (up, down) = self.halves(second, middle);
        Some(Band::around(self.nature, middle, up, down, f64::NAN).shown(self.nature))
    }

    /// Half-widths above and below, without floor and chance.
    pub(super) fn halves(&self, second: u32, middle: f64) -> (f64, f64) {
        let n = f64::from(self.days);
        let hour = f64::from(self.hours[(second / 3600).min(23) as usize]) / 16.0;
        let width = SEASON_WIDTH * hour * libm::sqrt(1.0 + 10.0 / (n * n)) * unit(self.nature, self.level, middle);
        (width * f64::from(self.up), width * f64::from(self.down))
    }

    pub(super) fn middle(&self, second: u32) -> Option<f64> {
        let second = second.min(86_399);
        let slot = (second / 300) as usize;
        let here = self.slot(slot)?;
        let part = (f64::from(second % 300) - 150.0) / 300.0;
        let beside = if part < 0.0 { slot.wrapping_sub(1) } else { slot + 1 };
        let there = self.slot(beside).unwrap_or(here);
        Some(here + part.abs() * (there - here))
    }

    fn slot(&self, slot: usize) -> Option<f64> {
        let code = *self.middles.get(slot)?;
        (code != UNKNOWN).then(|| f64::from(self.base) + f64::from(code) * f64::from(self.quantum))
    }
}

/// What deviations are measured in: those of a volume grow with its level, those of other series are what they are.
fn unit(nature: Nature, level: f32, middle: f64) -> f64 {
    if nature == Nature::Volume && level > 0.0 { (middle.abs() / f64::from(level)).max(LEAST_LEVEL) } else { 1.0 }
}

/// Mean of what was received on some days.
fn level(days: &[&History<'_>]) -> f32 {
    let (mut sum, mut n) = (0.0, 0.0);
    for value in days.iter().flat_map(|day| day.slots).filter(|value| value.is_finite()) {
        sum += f64::from(clean(*value).abs());
        n += 1.0;
    }
    (sum / n) as f32
}

/// Middles, and how far each day was from the middle of the *other* days.
struct Season {
    middles: Vec<f32>,
    /// Slots by day; NaN where nothing is known.
    residuals: Vec<f32>,
}

impl Season {
    fn of(days: &[&History<'_>], unit: impl Fn(f64) -> f64) -> Self {
        let count = days.len();
        let mut middles = vec![f32::NAN; SLOTS];
        let mut residuals = vec![f32::NAN; SLOTS * count];
        let mut around = [f32::NAN; DAYS];
        let mut sorted = [0.0; DAYS];
        for slot in 0..SLOTS {
            let mut n = 0;
            for (day, around) in days.iter().zip(&mut around) {
                *around = mean_around(day.slots, slot, NEIGHBOURS);
                if around.is_finite() {
                    sorted[n] = *around;
                    n += 1;
                }
            }
            sort(&mut sorted[..n]);
            middles[slot] = median(&sorted[..n]);
            for (at, (day, around)) in days.iter().zip(&around).enumerate() {
                let value = day.slots.get(slot).map_or(f32::NAN, |value| clean(*value));
                let others = match n {
                    // A single day can only be held against its own neighbourhood.
                    1 => mean_around(day.slots, slot, 6),
                    _ => median_without(&sorted[..n], *around),
                };
                residuals[slot * count + at] =
                    ((f64::from(value) - f64::from(others)) / unit(f64::from(others))) as f32;
            }
        }
        Self { middles, residuals }
    }

    /// The scale of the residuals of some hours that a function makes positive.
    fn scale(&self, hours: std::ops::Range<usize>, of: impl Fn(f32) -> f32) -> f32 {
        let per_hour = self.residuals.len() / 24;
        let part = &self.residuals[hours.start * per_hour..(hours.end * per_hour).min(self.residuals.len())];
        let mut values: Vec<f32> = part.iter().map(|r| of(*r)).filter(|r| r.is_finite() && *r >= 0.0).collect();
        if values.len() < 12 { f32::NAN } else { quantile(&mut values, SCALE) }
    }
}

/// Mean of a slot and its neighbours; NaN if nothing was received there.
fn mean_around(slots: &[f32], slot: usize, neighbours: usize) -> f32 {
    let (mut sum, mut n) = (0.0, 0.0);
    for value in slots.iter().take(SLOTS.min(slot + neighbours + 1)).skip(slot.saturating_sub(neighbours)) {
        if value.is_finite() {
            sum += clean(*value);
            n += 1.0;
        }
    }
    if n > 0.0 { sum / n } else { f32::NAN }
}

/// Median of sorted values without one of them; NaN if that one is not a number or is alone. On which side of the middle
/// it was is all that matters.
fn median_without(sorted: &[f32], value: f32) -> f32 {
    let half = sorted.len() / 2;
    if sorted.len() < 2 || value.is_nan() {
        return f32::NAN;
    }
    if sorted.len().is_multiple_of(2) {
        return if value <= sorted[half - 1] { sorted[half] } else { sorted[half - 1] };
    }
    let (below, middle, above) = (sorted[half - 1], sorted[half], sorted[half + 1]);
    if value < middle {
        between(middle, above)
    } else if value > middle {
        between(below, middle)
    } else {
        between(below, above)
    }
}

/// How much the minutes of a day jump: the 90th percentile of their distance from the median of the twenty minutes before.
/// `minutes` are those of the day in order, NaN where nothing was received; NaN if there are less than two hours of them.
pub fn grain(minutes: &[f32]) -> f32 {
    jumps(minutes, 20, 5, 100)
}

fn slot_grain(slots: &[f32]) -> f32 {
    MINUTES_OVER_SLOTS * jumps(slots, 4, 2, LEAST_SLOTS / 2)
}

fn jumps(values: &[f32], window: usize, least: usize, enough: usize) -> f32 {
    let mut jumps = Vec::with_capacity(values.len());
    let mut before = [0.0; 20];
    for (at, value) in values.iter().enumerate().filter(|(_, value)| value.is_finite()) {
        let recent = &values[at.saturating_sub(window)..at];
        if let [a, b, c, d] = *recent
            && recent.iter().all(|value| value.is_finite())
        {
            // Nearly all slots have four before them.
            jumps.push((clean(*value) - median_of_four([a, b, c, d])).abs());
            continue;
        }
        let mut n = 0;
        for value in recent.iter().filter(|value| value.is_finite()) {
            before[n] = *value;
            n += 1;
        }
        if n >= least {
            sort(&mut before[..n]);
            jumps.push((clean(*value) - median(&before[..n])).abs());
        }
    }
    jumps.retain(|jump| jump.is_finite());
    if jumps.len() < enough { f32::NAN } else { quantile(&mut jumps, SCALE) }
}

/// The median of four numbers: the middle of the two that are neither the least nor the greatest.
fn median_of_four([a, b, c, d]: [f32; 4]) -> f32 {
    let order = |a: f32, b: f32| if a > b { (b, a) } else { (a, b) };
    let ((a, b), (c, d)) = (order(a, b), order(c, d));
    let (_, low) = order(a, c);
    let (high, _) = order(b, d);
    let (low, high) = order(low, high);
    between(low, high)
}

/// Base, quantum and codes of the middles.
fn quantised(middles: &[f32]) -> (f32, f32, [u16; SLOTS]) {
    let known = || middles.iter().copied().filter(|middle| middle.is_finite());
    let (low, high) = (known().fold(f32::INFINITY, f32::min), known().fold(f32::NEG_INFINITY, f32::max));
    let base = if low.is_finite() { low } else { 0.0 };
    let quantum = if high > base { (high - base) / f32::from(UNKNOWN - 1) } else { 0.0 };
    let codes = std::array::from_fn(|slot| match middles.get(slot) {
        Some(middle) if middle.is_finite() && quantum > 0.0 => {
            ((middle - base) / quantum + 0.5).min(f32::from(UNKNOWN - 1)) as u16
        }
        Some(middle) if middle.is_finite() => 0,
        _ => UNKNOWN,
    });
    (base, quantum, codes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_median_without_a_value_is_that_of_the_others(
            values in proptest::collection::vec((-5..5_i8).prop_map(f32::from), 2..12),
            out in 0..12_usize,
        ) {
            let out = out % values.len();
            let mut others = values.clone();
            let value = others.remove(out);
            let mut all = values;
            sort(&mut all);
            sort(&mut others);
            prop_assert_eq!(median_without(&all, value).to_bits(), median(&others).to_bits());
        }

        #[test]
        fn four_have_one_median(values in any::<[i8; 4]>()) {
            let values = values.map(|value| f32::from(value % 4));
            let mut sorted = values;
            sort(&mut sorted);
            prop_assert!((median_of_four(values) - median(&sorted)).abs() < f32::EPSILON);
        }

        #[test]
        fn codes_keep_middles_to_a_fraction_of_their_range(
            middles in proptest::collection::vec(-1e6..1e6_f32, SLOTS..=SLOTS),
        ) {
            let (base, quantum, codes) = quantised(&middles);
            for (middle, code) in middles.iter().zip(codes) {
                prop_assert!((base + f32::from(code) * quantum - middle).abs() < 100.0);
                prop_assert!(code != UNKNOWN);
            }
        }
    }
}

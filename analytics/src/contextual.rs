//! A contextual anomaly detector for a gauge without a season: cpu, memory, heap, a queue's length.
//!
//! A value is an anomaly when it stands in a context in which the series has never been seen. Three views are taken of
//! every row: the value, the mean of the last sixteen rows in its quarter of the day, and that mean together with the
//! mean of the sixteen rows before. A view is cut into cells, and a cell that was not met before is a surprise of
//! `-ln p`, where `p` is the share of rows that were new to that view so far: who always brings news surprises nobody.
//! Each view is cut by eight grids, every one shifted by an eighth of a cell, so that the mean of their surprises grows
//! with the distance to what is known and no edge of a cell decides alone. The score is `1 - exp(-s)`, `s` being the
//! mean surprise of the views, times how far attention has recovered since the last alarm.
//!
//! Sources: the idea of learning contexts and calling a new one an anomaly, the share of news as its measure and the rest
//! after an alarm are those of CAD OSE (M. Smirnov, "Contextual Anomaly Detector, open source edition", 2016); the
//! probability of the unseen is I. J. Good's ("The population frequencies of species and the estimation of population
//! parameters", 1953); shifted grids are the tile coding of J. S. Albus (CMAC, 1975).
//!
//! The constants were chosen on every other file (the 1st, 3rd, ... by name) of the Numenta Anomaly Benchmark 1.1 and
//! then frozen; which views to take was tried with both halves in sight. `cargo xtask eval nab` scores each half. No data
//! set is known to the code, and nothing is fitted to a series but its range, from the rows of its warm-up.

use crate::time::DAY;

/// Rows of a mean.
const SPAN: usize = 16;
/// Grids of a view.
const GRIDS: usize = 8;
/// Parts of a day that are told apart.
const QUARTERS: i64 = 4;
/// Cells of the range that the warm-up saw, for a value, a mean, and each of a pair of means.
const CELLS: [f64; VIEWS] = [12.0, 8.0, 10.0];
const VIEWS: usize = 3;
/// Rows after which a context that was not met again is forgotten: at a minute a row, eight and a half days.
const MEMORY: u32 = 12_288;
/// What is left of a count after one row: half of it after [`MEMORY`] rows.
const FADE: f64 = 0.999_943_593_1;
/// Values are held within this, so that no difference or sum of them overflows.
const LARGEST: f64 = 1e150;

/// The detector of one series. Its state is 5 to 35 KB, by how many contexts there are to know.
#[derive(Clone, Debug)]
pub struct Contextual {
    warmup: usize,
    /// Rows of the warm-up, until the range is known.
    early: Vec<(f64, i64)>,
    range: Option<Range>,
    /// The last rows as positions in the range; the oldest is at `row % (2 * SPAN)`.
    recent: [f64; 2 * SPAN],
    row: u32,
    alarm: Option<u32>,
    /// Rows so far and, for each view and grid, those that were new; both fade.
    rows: f64,
    news: [[f64; GRIDS]; VIEWS],
    contexts: Contexts,
}

impl Contextual {
    /// The score from which attention rests; it recovers as `1 - exp(-rows / (warmup / 3))`. It is a threshold for
    /// alarms too: 0.56 was best on the half of the benchmark on which the constants were chosen. Noise without any
    /// anomaly reaches it about once in ten thousand rows.
    pub const ALARM: f64 = 0.53;
    /// The longest warm-up, in rows.
    pub const LONGEST_WARMUP: usize = 750;

    /// A detector that learns the range of its series from the first `warmup` rows (1 to
    /// [`LONGEST_WARMUP`](Self::LONGEST_WARMUP); a day or two of rows is right) and scores after them.
    pub fn new(warmup: usize) -> Self {
        Self {
            warmup: warmup.clamp(1, Self::LONGEST_WARMUP),
            early: Vec::new(),
            range: None,
            recent: [0.0; 2 * SPAN],
            row: 0,
            alarm: None,
            rows: 0.0,
            news: [[0.0; GRIDS]; VIEWS],
            contexts: Contexts::new(),
        }
    }

    /// Takes the value at an instant (seconds since the epoch) and scores it by the rows so far: 0 is usual, towards 1 is
    /// new. 0 in the warm-up, and for a value that is not finite, which is not learnt either.
    pub fn step(&mut self, value: f64, at: i64) -> f64 {
        if !value.is_finite() {
            return 0.0;
        }
        let value = value.clamp(-LARGEST, LARGEST);
        if let Some(range) = self.range {
            return self.score(range.position(value), at);
        }
        self.early.push((value, at));
        if self.early.len() >= self.warmup {
            let early = core::mem::take(&mut self.early);
            let range = Range::of(&early);
            self.range = Some(range);
            for (value, at) in early {
                self.score(range.position(value), at);
            }
        }
        0.0
    }

    /// Bytes that the state holds at the moment.
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + self.early.capacity() * size_of::<(f64, i64)>() + self.contexts.bytes()
    }

    fn score(&mut self, position: f64, at: i64) -> f64 {
        self.recent[self.row as usize % (2 * SPAN)] = position;
        self.row = self.row.wrapping_add(1).max(1);
        self.rows = self.rows * FADE + 1.0;
        let surprise = self.surprise(position, at);
        if surprise <= 0.0 {
            return 0.0;
        }
        let rest = (self.warmup as f64 / 3.0).max(1.0);
        let attention =
            self.alarm.map_or(1.0, |alarm| 1.0 - libm::exp(-f64::from(self.row.wrapping_sub(alarm)) / rest));
        let score = 1.0 - libm::exp(-surprise * attention);
        if score >= Self::ALARM {
            self.alarm = Some(self.row);
        }
        score
    }

    /// The mean surprise of the views, in nats; what is met is learnt.
    fn surprise(&mut self, position: f64, at: i64) -> f64 {
        let (now, before) = self.means();
        // Every eighth of a cell has a number; grid `g` joins eight of them, from the one that is `g` before.
        let eighths = |share: f64, cells: f64| libm::floor(share * cells * GRIDS as f64) as i64;
        let quarter = at.rem_euclid(DAY) * QUARTERS * GRIDS as i64 / DAY;
        let places = [
            (eighths(position, CELLS[0]), 0),
            (eighths(now, CELLS[1]), quarter),
            (eighths(now, CELLS[2]), eighths(before, CELLS[2])),
        ];
        let mut nats = 0.0;
        for (view, ((first, second), news)) in places.into_iter().zip(&mut self.news).enumerate() {
            for (grid, news) in news.iter_mut().enumerate() {
                *news *= FADE;
                let cell = |eighth: i64| eighth.saturating_add(grid as i64).div_euclid(GRIDS as i64);
                let key = mix([(view * GRIDS + grid) as u64, cell(first) as u64, cell(second) as u64]);
                if self.contexts.meet(key, self.row) {
                    nats += libm::log((self.rows + 1.0) / (*news + 1.0));
                    *news += 1.0;
                }
            }
        }
        nats / (VIEWS * GRIDS) as f64
    }

    /// Means of the last rows and of those before them; at the start, of what there is.
    fn means(&self) -> (f64, f64) {
        let rows = (self.row as usize).min(2 * SPAN);
        let mean = |from: usize, to: usize| {
            let sum: f64 = (from..to).map(|back| self.recent[(self.row as usize - 1 - back) % (2 * SPAN)]).sum();
            sum / (to - from) as f64
        };
        let now = mean(0, rows.min(SPAN));
        (now, if rows > SPAN { mean(SPAN, rows) } else { now })
    }
}

/// What the warm-up saw.
#[derive(Clone, Copy, Debug)]
struct Range {
    low: f64,
    width: f64,
}

impl Range {
    /// A series that stood still gets a tenth of its value for a width.
    fn of(rows: &[(f64, i64)]) -> Self {
        let low = rows.iter().fold(LARGEST, |low, row| low.min(row.0));
        let high = rows.iter().fold(-LARGEST, |high, row| high.max(row.0));
        let largest = libm::fabs(high).max(libm::fabs(low));
        let width = if high - low > 1e-9 * largest { high - low } else { 0.1 * largest };
        Self { low, width: width.max(1e-9) }
    }

    /// 0 to 1 inside of the range; outside the logarithm of the distance, so that any value has a cell near by.
    fn position(self, value: f64) -> f64 {
        let share = (value - self.low) / self.width;
        if share < 0.0 {
            -libm::log(1.0 - share)
        } else if share > 1.0 {
            1.0 + libm::log(share)
        } else {
            share
        }
    }
}

/// Contexts in a set. With their rows they fill a cache line.
const WAYS: usize = 8;
/// Sets at the start and at most (32 KB).
const FEWEST_SETS: usize = 16;
const MOST_SETS: usize = 512;

/// The contexts and the row at which each was last met: a set-associative table that doubles while a full set holds
/// nothing forgotten, and at its largest gives the place of the one not met for longest.
#[derive(Clone, Debug)]
struct Contexts {
    sets: Vec<[Met; WAYS]>,
}

/// A context and the last row that met it; row 0 for none.
#[derive(Clone, Copy, Debug, Default)]
struct Met {
    key: u32,
    row: u32,
}

impl Contexts {
    fn new() -> Self {
        Self { sets: vec![Default::default(); FEWEST_SETS] }
    }

    fn bytes(&self) -> usize {
        self.sets.capacity() * size_of::<[Met; WAYS]>()
    }

    /// Notes that a row meets a context; whether it is new.
    fn meet(&mut self, key: u32, row: u32) -> bool {
        loop {
            let count = self.sets.len();
            let set = &mut self.sets[key as usize % count];
            let forgotten = |met: &Met| met.row == 0 || row.wrapping_sub(met.row) > MEMORY;
            if let Some(met) = set.iter_mut().find(|met| met.row != 0 && met.key == key) {
                let new = forgotten(met);
                met.row = row;
                return new;
            }
            let oldest = (1..WAYS).fold(0, |oldest, way| if set[way].row < set[oldest].row { way } else { oldest });
            if forgotten(&set[oldest]) || count >= MOST_SETS {
                set[oldest] = Met { key, row };
                return true;
            }
            self.double();
        }
    }

    /// A set's contexts part into it and a new one by the next bit of their keys, each staying at its place within.
    fn double(&mut self) {
        let count = self.sets.len();
        let mut upper = self.sets.clone();
        for (low, high) in self.sets.iter_mut().zip(&mut upper) {
            for (low, high) in low.iter_mut().zip(high) {
                let stays = low.key as usize & count == 0;
                *(if stays { high } else { low }) = Met::default();
            }
        }
        self.sets.append(&mut upper);
    }
}

/// The key of a context, with the finisher of SplitMix64 (Steele, Lea and Flood, 2014) over each part.
fn mix(parts: [u64; 3]) -> u32 {
    let mut hash = 0_u64;
    for part in parts {
        hash = (hash ^ part).wrapping_add(0x9e37_79b9_7f4a_7c15);
        hash = (hash ^ hash >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        hash = (hash ^ hash >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        hash ^= hash >> 31;
    }
    hash as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A noise without a generator: between -1 and 1, of the row alone.
    fn noise(row: i64) -> f64 {
        f64::from(mix([row as u64, 0, 0])) / f64::from(u32::MAX) * 2.0 - 1.0
    }

    fn scores(rows: i64, value: impl Fn(i64) -> f64) -> Vec<f64> {
        let mut detector = Contextual::new(300);
        (0..rows).map(|row| detector.step(value(row), row * 300)).collect()
    }

    fn largest(scores: &[f64]) -> f64 {
        scores.iter().copied().fold(0.0, f64::max)
    }

    #[test]
    fn a_level_never_seen_is_an_alarm_at_once() {
        let scores = scores(3500, |row| 40.0 + 5.0 * noise(row) + if row >= 1500 { 30.0 } else { 0.0 });
        assert!(scores[1500] > Contextual::ALARM.max(largest(&scores[600..1500])), "{}", scores[1500]);
        let alarms = scores[1700..].iter().filter(|score| **score >= Contextual::ALARM).count();
        assert!(alarms <= 2, "what stays becomes usual: {alarms}");
    }

    #[test]
    fn noise_rarely_alarms() {
        let scores = scores(50_000, |row| noise(row) + noise(-row) + noise(row << 20));
        let alarms = scores.iter().filter(|score| **score >= Contextual::ALARM).count();
        assert!((1..=10).contains(&alarms), "about one in ten thousand rows: {alarms}");
    }

    #[test]
    fn a_middle_level_that_lasts_is_new_to_a_series_that_swings() {
        let swing = |row: i64| if row / 2 % 2 == 0 { 10.0 } else { 90.0 };
        let scores = scores(2000, |row| if row < 1500 { swing(row) } else { 90.0 + noise(row) });
        assert!(largest(&scores[400..1500]) <= 0.0);
        assert!(largest(&scores[1500..1530]) >= 0.3, "{}", largest(&scores[1500..1530]));
    }

    #[test]
    fn who_always_brings_news_surprises_nobody() {
        // Each row doubles the distance: the value is new every time.
        let mut detector = Contextual::new(100);
        let scores: Vec<f64> =
            (0..900).map(|row| detector.step(1.2_f64.powi(row.max(100) - 100) + noise(i64::from(row)), 0)).collect();
        assert!(largest(&scores[500..]) < 0.4, "{}", largest(&scores[500..]));
        assert!(largest(&scores[500..]) > 0.0);
    }

    #[test]
    fn attention_recovers_after_an_alarm() {
        let value = |row: i64, second: i64| match row {
            1500 => 100.0,
            _ if row == second => -300.0,
            _ => 40.0 + 5.0 * noise(row),
        };
        let soon = scores(2500, |row| value(row, 1510))[1510];
        let late = scores(2500, |row| value(row, 2400))[2400];
        assert!(soon < late && late >= Contextual::ALARM, "{soon} {late}");
    }

    #[test]
    fn what_is_not_met_for_long_is_forgotten() {
        let mut contexts = Contexts::new();
        assert!(contexts.meet(7, 1));
        assert!(!contexts.meet(7, 1 + MEMORY));
        assert!(contexts.meet(7, 2 + 2 * MEMORY));
    }

    #[test]
    fn the_table_keeps_what_it_learns_while_it_grows() {
        let mut contexts = Contexts::new();
        let keys: Vec<u32> = (0..1500).map(|i| mix([i, 1, 2])).collect();
        assert!(keys.iter().all(|key| contexts.meet(*key, 5)));
        assert!(keys.iter().all(|key| !contexts.meet(*key, 6)));
    }

    #[test]
    fn a_full_table_gives_up_the_oldest_and_grows_no_more() {
        let mut contexts = Contexts::new();
        for i in 0..20_000_u32 {
            contexts.meet(mix([u64::from(i), 3, 4]), 1 + i / 4);
        }
        assert_eq!(contexts.sets.len(), MOST_SETS);
        assert!(!contexts.meet(mix([19_999, 3, 4]), 5001));
        assert!(contexts.meet(mix([0, 3, 4]), 5001));
    }

    #[test]
    fn the_state_stays_below_its_cap() {
        let mut detector = Contextual::new(usize::MAX);
        for row in 0..60_000 {
            detector.step(1e9 * noise(row), row * 977);
        }
        assert!(detector.bytes() <= 35 << 10, "{}", detector.bytes());
    }

    #[test]
    fn constant_gauges_are_silent() {
        for constant in [0.0, 5.0, -1e300, f64::MAX] {
            assert!(largest(&scores(1000, |_| constant)) <= 0.0);
        }
    }

    #[test]
    fn a_gap_in_the_values_changes_nothing() {
        let (mut with, mut without) = (Contextual::new(50), Contextual::new(50));
        for row in 0..400 {
            let value = 3.0 * noise(row) + if row == 300 { 50.0 } else { 0.0 };
            assert!(with.step(f64::NAN, row) <= 0.0);
            assert_eq!(with.step(value, row).to_bits(), without.step(value, row).to_bits());
        }
    }

    proptest! {
        #[test]
        fn rubbish_is_scored_between_nought_and_one(
            warmup in 0_usize..40,
            rows in proptest::collection::vec((any::<f64>(), any::<i64>()), 0..300),
        ) {
            let mut detector = Contextual::new(warmup);
            for (value, at) in rows {
                prop_assert!((0.0..=1.0).contains(&detector.step(value, at)));
            }
        }
    }
}

//! What is usual: the same five minutes on the days before, as a band.
//!
//! Method: the seasonal median. The middle is the median of the slot and its two neighbours on either side over the
//! previous fourteen days of the same kind (working days or weekends); the half-width is four robust standard deviations
//! (median absolute deviation) with a floor for each measure, because a quiet series has no deviation at all.

use std::collections::BTreeMap;

use crate::atlas::Track;
use crate::column::robust;
use crate::identity::IdentityMode;
use crate::time::{DAY, Resolution, civil, day_start};
use crate::view::{Measure, Standing};

/// Days looked back.
const DAYS: i64 = 14;
/// Days of the same kind below which nothing is called usual.
const MIN_DAYS: usize = 3;
/// Half-width in robust standard deviations.
const WIDTH: f64 = 4.0;
/// Slots in a day.
pub const SLOTS: usize = 288;

/// The usual range of one slot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Band {
    /// Median.
    pub middle: f64,
    /// Lower edge.
    pub low: f64,
    /// Upper edge.
    pub high: f64,
}

impl Band {
    /// Where a value made of `requests` requests stands. The band is that of a five-minute slot of the whole day; what
    /// few requests vary by chance is added, so that three failures at night are not an anomaly.
    pub fn standing(&self, measure: Measure, value: f64, requests: f64) -> Standing {
        let chance = chance(measure, self.middle, requests);
        if value > self.high.max(self.middle + chance) {
            Standing::Above
        } else if value < self.low.min(self.middle - chance) {
            Standing::Below
        } else {
            Standing::Usual
        }
    }
}

/// Four standard deviations of what is made of so many requests: Poisson for counts, binomial for shares, and for the
/// 95th percentile the sampling error of a quantile of a log-normal with a shape of about 0.7.
fn chance(measure: Measure, middle: f64, requests: f64) -> f64 {
    let n = requests.max(1.0);
    match measure {
        Measure::ErrorRate => 4.0 * libm::sqrt(middle.max(0.002) / n) + 3.0 / n,
        Measure::LatencyP50 | Measure::LatencyP95 | Measure::LatencyP99 => 4.0 * 1.5 * middle / libm::sqrt(n),
        Measure::Requests | Measure::Users | Measure::PerCapita => 4.0 * middle / libm::sqrt(n),
        Measure::Load | Measure::Cpu | Measure::Memory | Measure::Heap => 0.0,
    }
}

/// The usual ranges of a day, by slot of five minutes.
pub type DayBand = Vec<Option<Band>>;

/// The usual ranges of a day for every track and measure asked for so far.
#[derive(Clone, Debug, Default)]
pub struct Baselines {
    /// Midnight of the day in Asia/Seoul.
    pub day: i64,
    bands: BTreeMap<(String, Measure), DayBand>,
}

/// Measures that have a usual range.
pub const MEASURES: [Measure; 5] =
    [Measure::Users, Measure::Requests, Measure::ErrorRate, Measure::LatencyP95, Measure::Load];

impl Baselines {
    /// The usual ranges of the day that holds `instant`.
    pub fn of<'a>(tracks: impl IntoIterator<Item = (&'a str, &'a Track)>, instant: i64, mode: IdentityMode) -> Self {
        let day = day_start(instant);
        let mut bands = BTreeMap::new();
        for (region, track) in tracks {
            for measure in MEASURES {
                bands.insert((region.to_owned(), measure), day_band(track, measure, mode, day));
            }
        }
        Self { day, bands }
    }

    /// The usual range at an instant of the day.
    pub fn at(&self, region: &str, measure: Measure, instant: i64) -> Option<Band> {
        let slot = usize::try_from((instant - self.day) / 300).ok()?;
        self.day(region, measure)?.get(slot).copied().flatten()
    }

    /// The usual ranges of the day.
    pub fn day(&self, region: &str, measure: Measure) -> Option<&DayBand> {
        // Regions and measures are few; a borrowed pair cannot look up an owned one.
        self.bands.get(&(region.to_owned(), measure))
    }
}

/// The usual range of each slot of the day that starts at `day`.
pub fn day_band(track: &Track, measure: Measure, mode: IdentityMode, day: i64) -> DayBand {
    let days = days_alike(track, measure, mode, day);
    let mut samples = Vec::new();
    (0..SLOTS)
        .map(|slot| {
            samples.clear();
            let mut seen = 0;
            for values in &days {
                let before = samples.len();
                samples.extend(values[slot.saturating_sub(2)..(slot + 3).min(SLOTS)].iter().filter(|v| !v.is_nan()));
                seen += usize::from(samples.len() > before);
            }
            if seen < MIN_DAYS {
                return None;
            }
            let (middle, scale) = robust(&mut samples)?;
            let half = (WIDTH * scale).max(floor(measure, middle));
            Some(Band { middle, low: (middle - half).max(0.0), high: middle + half })
        })
        .collect()
}

/// The days before of the same kind that have anything, as slots of five minutes; NaN where nothing was received.
fn days_alike(track: &Track, measure: Measure, mode: IdentityMode, day: i64) -> Vec<[f64; SLOTS]> {
    let weekend = |instant| civil(instant).weekday >= 5;
    let table = track.table(Resolution::FiveMinutes);
    let mut days = Vec::new();
    for start in (1..=DAYS).map(|n| day - n * DAY).filter(|start| weekend(*start) == weekend(day)) {
        let rows = table.range(start, start + DAY);
        if rows.is_empty() {
            continue;
        }
        let mut values = [f64::NAN; SLOTS];
        for row in rows {
            let slot = ((table.starts()[row] - start) / 300) as usize;
            values[slot] = table.value(row, measure, mode, 300).unwrap_or(f64::NAN);
        }
        days.push(values);
    }
    days
}

/// Smallest half-width: what a person would not call a change.
fn floor(measure: Measure, middle: f64) -> f64 {
    match measure {
        Measure::Users | Measure::PerCapita | Measure::Requests => (0.08 * middle).max(5.0),
        Measure::ErrorRate => (0.5 * middle).max(0.005),
        Measure::LatencyP50 | Measure::LatencyP95 | Measure::LatencyP99 => (0.15 * middle).max(0.02),
        Measure::Load | Measure::Cpu | Measure::Memory | Measure::Heap => 0.06,
    }
}

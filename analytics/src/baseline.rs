//! What is usual for a region on a day: the bands of [`detect`](crate::detect) over the rows at hand, for charts, cards
//! and sentences.

use std::collections::BTreeMap;

use crate::atlas::Track;
use crate::calendar;
pub use crate::detect::Band;
use crate::detect::{History, Nature, chance};
use crate::identity::IdentityMode;
use crate::time::{DAY, Resolution, day_start};
use crate::view::{Line, Measure, Standing};
use crate::watch::{DAYS, learn, nature};

/// Slots in a day.
pub use crate::detect::SLOTS;

impl Band {
    /// Where a value made of `requests` requests stands. What few requests vary by chance is added to the band of a
    /// five-minute slot, so that three failures at night are not an anomaly.
    pub fn standing(&self, measure: Measure, value: f64, requests: f64) -> Standing {
        let nature = nature(measure);
        // A unit of a volume stands for as many requests as the value is made of, over the value.
        let count = if nature == Nature::Volume && value > 0.0 { requests / value } else { requests };
        let chance = chance(nature, self.middle, count);
        if value > self.high.max(self.middle + chance) {
            Standing::Above
        } else if value < self.low.min(self.middle - chance) {
            Standing::Below
        } else {
            Standing::Usual
        }
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
        let slot = usize::try_from((instant - self.day).div_euclid(300)).ok()?;
        // Regions and measures are few; a borrowed pair cannot look up an owned one.
        self.bands.get(&(region.to_owned(), measure))?.get(slot).copied().flatten()
    }

    /// Lower and upper edge of the usual range at some instants, for a chart.
    pub fn edges(&self, region: &str, measure: Measure, instants: impl Iterator<Item = i64>) -> (Line, Line) {
        let bands = instants.map(|instant| self.at(region, measure, instant));
        let (low, high) = bands.map(|band| (band.map(|band| band.low), band.map(|band| band.high))).unzip();
        (Line { values: low }, Line { values: high })
    }
}

/// The usual range of each slot of the day that starts at `day`.
pub fn day_band(track: &Track, measure: Measure, mode: IdentityMode, day: i64) -> DayBand {
    let table = track.table(Resolution::FiveMinutes);
    let days: Vec<(i64, Vec<f32>)> = (1..=DAYS)
        .map(|n| day - n * DAY)
        .filter_map(|start| {
            let rows = table.range(start, start + DAY);
            if rows.is_empty() {
                return None;
            }
            let mut slots = vec![f32::NAN; SLOTS];
            for row in rows {
                if let Some(value) = table.value(row, measure, mode, 300) {
                    slots[((table.starts()[row] - start) / 300) as usize] = value as f32;
                }
            }
            Some((start, slots))
        })
        .collect();
    let history: Vec<History<'_>> =
        days.iter().map(|(start, slots)| History { kind: calendar::kind(*start), slots, grain: f32::NAN }).collect();
    match learn(measure, &history, calendar::kind(day)) {
        Some(profile) => (0..SLOTS).map(|slot| profile.band(slot as u32 * 300 + 150)).collect(),
        None => vec![None; SLOTS],
    }
}

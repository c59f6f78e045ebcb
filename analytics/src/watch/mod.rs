//! Watching a region: learns a band for every series from the days before, and judges every bucket as it closes.
//!
//! What is usual on a day is learned from the [`Sheet`]s of the 28 days before it, once, at its midnight; within the day
//! only a little state goes from one step to the next. So the alarms of a day follow from the rows of that day and of
//! the 28 before: judged again from the same frames they are the same, at an edge, in a centre or in a browser.

mod alarm;
mod series;
mod sheet;

use std::collections::{BTreeMap, BTreeSet};

pub use alarm::{Alarm, Alarms, MAX_ALARMS, Worst};
pub(crate) use alarm::{decode as decode_alarms, encode as encode_alarms};
use series::distinct;
pub use series::{Identities, Reading, SeriesKey, Subject, nature, reading, readings};
pub use sheet::{MAX_SERIES, SLOT, Sheet};

use crate::bucket::Bucket;
use crate::calendar;
use crate::detect::{self, DayKind, History, Nature, Profile, Watch, Why};
use crate::time::{DAY, day_start};
use crate::view::Measure;

/// Days from which bands are learned.
pub const DAYS: i64 = 28;

/// Bands and short-lived state of all series of a region on one day.
#[derive(Clone, Debug, Default)]
pub struct Watcher {
    day: Option<i64>,
    series: BTreeMap<SeriesKey, Watched>,
}

#[derive(Clone, Debug)]
struct Watched {
    profile: Option<Profile>,
    watch: Watch,
}

impl Watched {
    const fn new(measure: Measure) -> Self {
        Self { profile: None, watch: Watch::new(nature(measure)) }
    }
}

impl Watcher {
    /// Midnight of the day whose bands are at hand.
    pub const fn day(&self) -> Option<i64> {
        self.day
    }

    /// Makes the bands be learned anew: days before today changed.
    pub fn forget_day(&mut self) {
        self.day = None;
    }

    /// Learns the bands of the day that starts at `day` from the days before, in any order. State goes on.
    pub fn begin(&mut self, day: i64, before: &[Sheet]) {
        let mut days: Vec<&Sheet> = before.iter().filter(|s| s.day < day && s.day >= day - DAYS * DAY).collect();
        days.sort_by_key(|sheet| -sheet.day);
        let keys: BTreeSet<&SeriesKey> = days.iter().flat_map(|sheet| sheet.keys()).collect();
        let today = calendar::kind(day);
        let mut history = Vec::new();
        self.series.retain(|key, _| keys.contains(key));
        for key in keys {
            history.clear();
            history.extend(days.iter().filter_map(|sheet| {
                let slots = sheet.values(key)?;
                Some(History { kind: calendar::kind(sheet.day), slots, grain: f32::NAN })
            }));
            let watched = self.series.entry(key.clone()).or_insert_with(|| Watched::new(key.measure));
            watched.profile = learn(key.measure, &history, today);
        }
        self.day = Some(day);
    }

    /// Judges a bucket that is over and adds its alarms to those that it has; `users` as in [`readings`].
    pub fn judge(&mut self, start: i64, width: i64, bucket: &mut Bucket, users: &Identities, which: Which) {
        let mut silent: Vec<SeriesKey> = Vec::new();
        let seen = match which {
            Which::Users => distinct(users).into_iter().collect(),
            Which::All | Which::Minute => readings(bucket, users, width),
        };
        if which != Which::Users {
            let present: BTreeSet<&SeriesKey> = seen.iter().map(|reading| &reading.key).collect();
            let volumes = self.series.iter().filter(|(key, watched)| {
                key.measure == Measure::Requests && watched.profile.is_some() && !present.contains(key)
            });
            silent.extend(volumes.map(|(key, _)| key.clone()));
        }
        let silent = silent.into_iter().map(|key| Reading::silent(key, width));
        for reading in seen.into_iter().chain(silent) {
            if which.takes(reading.key.measure) {
                self.step(start, width, reading, &mut bucket.alarms);
            }
        }
    }

    /// Takes what a step says of one series: what it is found to be, unless more series are watched than can be.
    pub fn read(&mut self, start: i64, reading: &Reading) -> Option<detect::Reading> {
        if !self.series.contains_key(&reading.key) {
            if self.series.len() >= MAX_SERIES {
                return None;
            }
            self.series.insert(reading.key.clone(), Watched::new(reading.key.measure));
        }
        let watched = self.series.get_mut(&reading.key)?;
        Some(watched.watch.step(watched.profile.as_ref(), start, reading.value, reading.count))
    }

    fn step(&mut self, start: i64, width: i64, reading: Reading, alarms: &mut Alarms) {
        let Some(judged) = self.read(start, &reading) else { return };
        // An alarm that is merely kept open is not a step out of the band.
        let (true, Some(band)) = (judged.alarm && judged.why != Why::Held, judged.band) else { return };
        if alarms.len() >= MAX_ALARMS {
            return;
        }
        let worst = Worst {
            at: start,
            value: reading.value as f32,
            low: band.low as f32,
            middle: band.middle as f32,
            high: band.high as f32,
            score: judged.score as f32,
            method: judged.method,
        };
        let finite = [worst.value, worst.low, worst.middle, worst.high, worst.score].iter().all(|v| v.is_finite());
        if finite && worst.score >= 0.0 {
            alarms.insert(reading.key, Alarm { from: start, to: start + width, seconds: width as u64, worst });
        }
    }

    /// Days from which the band of a series was learned; absent if it has none.
    pub fn learned(&self, key: &SeriesKey) -> Option<usize> {
        Some(self.series.get(key)?.profile.as_ref()?.days())
    }

    /// The band of a series at an instant of the day.
    pub fn band(&self, key: &SeriesKey, instant: i64) -> Option<detect::Band> {
        let day = self.day.filter(|day| *day == day_start(instant))?;
        self.series.get(key)?.profile.as_ref()?.band((instant - day) as u32)
    }
}

/// What is usual for a measure on a day of a kind, if the days before tell: traffic of working days, and all that moves
/// with it, says nothing of a holiday, nor the other way round. Shares do not move with it.
pub(crate) fn learn(measure: Measure, history: &[History<'_>], today: DayKind) -> Option<Profile> {
    let profile = Profile::learn(nature(measure), history, today)?;
    (profile.alike() || profile.nature() == Nature::Share).then_some(profile)
}

/// Which series of a bucket are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// All of them.
    All,
    /// All but distinct users: those of a minute say little of five.
    Minute,
    /// Distinct users only: the others were judged by the minute.
    Users,
}

impl Which {
    const fn takes(self, measure: Measure) -> bool {
        match self {
            Self::All => true,
            Self::Minute => !matches!(measure, Measure::Users),
            Self::Users => matches!(measure, Measure::Users),
        }
    }
}

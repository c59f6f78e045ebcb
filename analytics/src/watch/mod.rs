//! Watching a region: learns a band for every series from the days before, and judges every bucket as it closes.
//!
//! What is usual on a day is learned from the [`Sheet`]s of the 28 days before it, once, at its midnight; within the day
//! only a little state goes from one step to the next. So the alarms of a day follow from the rows of that day and of
//! the 28 before: judged again from the same frames they are the same, at an edge, in a centre or in a browser.

mod alarm;
mod catalogue;
mod series;
mod sheet;

use std::collections::BTreeSet;

pub use alarm::{Alarm, Alarms, MAX_ALARMS, Worst, merge as merge_alarms};
pub(crate) use alarm::{decode as decode_alarms, encode as encode_alarms};
pub use series::{Identities, Reading, SeriesKey, Source, Subject, nature, reading, readings};
pub use sheet::{MAX_SERIES, SLOT, Sheet};

use catalogue::Catalogue;
use series::Named;

use crate::bucket::{Bucket, Name};
use crate::calendar;
use crate::codec::CodecError;
use crate::detect::{self, DayKind, History, Nature, Profile, Watch, Why};
use crate::time::{DAY, Resolution, day_start};
use crate::view::Measure;

/// Days from which bands are learned.
pub const DAYS: i64 = 28;
/// Seconds before midnight whose values are carried into a day: more than a watch remembers.
pub const CARRY: i64 = 2 * 3600;

/// Width of a minute, seconds.
const MINUTE: i64 = Resolution::Minute.seconds();

/// Bands and short-lived state of all series of a region on one day.
#[derive(Clone, Debug, Default)]
pub struct Watcher {
    day: Option<i64>,
    /// Whether the bands of the day must be learned anew.
    stale: bool,
    catalogue: Catalogue,
    /// By number of the series.
    series: Vec<Watched>,
    /// Numbers of requests that have a band, in the order of the series.
    volumes: Vec<usize>,
    /// Buckets judged so far.
    judged: u64,
    /// As many when the day began.
    began: u64,
    /// Values judged so far.
    steps: u64,
}

#[derive(Clone, Debug)]
struct Watched {
    profile: Option<Profile>,
    watch: Watch,
    /// The bucket that was last seen to name the series.
    seen: u64,
}

impl Watched {
    const fn new(measure: Measure) -> Self {
        Self { profile: None, watch: Watch::new(nature(measure)), seen: 0 }
    }
}

impl Watcher {
    /// Midnight of the day whose bands are at hand.
    pub fn day(&self) -> Option<i64> {
        self.day.filter(|_| !self.stale)
    }

    /// Number of series that are watched.
    pub const fn len(&self) -> usize {
        self.series.len()
    }

    /// Number of values that were judged.
    pub const fn steps(&self) -> u64 {
        self.steps
    }

    /// Whether nothing is watched yet.
    pub const fn is_empty(&self) -> bool {
        self.series.is_empty()
    }

    /// Makes the bands be learned anew: days before today changed.
    pub const fn forget_day(&mut self) {
        self.stale = true;
    }

    /// Learns the bands of the day that starts at `day` from the days before, in any order. The values of the last hour
    /// go on; what they were held against the day before does not, so that a day follows from its own bands.
    pub fn begin(&mut self, day: i64, before: &[Sheet]) {
        let mut days: Vec<&Sheet> = before.iter().filter(|s| s.day < day && s.day >= day - DAYS * DAY).collect();
        days.sort_by_key(|sheet| -sheet.day);
        let keys: BTreeSet<&SeriesKey> = days.iter().flat_map(|sheet| sheet.keys()).collect();
        let today = calendar::kind(day);
        let another = self.day != Some(day);
        let kinds: Vec<_> = days.iter().map(|sheet| (*sheet, calendar::kind(sheet.day))).collect();
        let (before, mut was) = (std::mem::take(&mut self.catalogue), std::mem::take(&mut self.series));
        self.volumes.clear();
        let mut history = Vec::new();
        for key in keys {
            history.clear();
            history.extend(
                kinds.iter().filter_map(|(sheet, kind)| {
                    Some(History { kind: *kind, slots: sheet.values(key)?, grain: f32::NAN })
                }),
            );
            let known = before.get(key).and_then(|number| was.get_mut(number));
            let mut watched = Watched::new(key.measure);
            if let Some(known) = known {
                std::mem::swap(&mut watched.watch, &mut known.watch);
            }
            if another {
                watched.watch.settle();
            }
            watched.profile = learn(key.measure, &history, today);
            if key.measure == Measure::Requests && watched.profile.is_some() {
                self.volumes.push(self.series.len());
            }
            self.catalogue.add(key.clone());
            self.series.push(watched);
        }
        if another {
            self.began = self.judged;
        }
        (self.day, self.stale) = (Some(day), false);
    }

    /// Judges five minutes again that are over: its minutes, as far as they are kept, and then all that these did not
    /// judge. The alarms; those that buckets and rows have are not looked at. Fails where a row cannot be read.
    pub fn judge_again(
        &mut self,
        start: i64,
        whole: Source<'_>,
        minutes: &[(i64, Source<'_>)],
    ) -> Result<Alarms, CodecError> {
        let mut alarms = Alarms::new();
        for (at, minute) in minutes {
            let mut of_minute = Alarms::new();
            self.take(*at, MINUTE, *minute, Which::Minute, &mut of_minute)?;
            merge_alarms(&mut alarms, &of_minute);
        }
        let which = if minutes.is_empty() { Which::All } else { Which::Users };
        self.take(start, SLOT, whole, which, &mut alarms)?;
        Ok(alarms)
    }

    /// Judges a bucket that is over and adds its alarms to those that it has; `users` as in [`readings`].
    pub fn judge(&mut self, start: i64, width: i64, bucket: &mut Bucket, users: &Identities, which: Which) {
        let mut alarms = std::mem::take(&mut bucket.alarms);
        // A bucket in memory can always be read.
        let _ = self.take(start, width, Source::Bucket(bucket, users), which, &mut alarms);
        bucket.alarms = alarms;
    }

    /// Judges what a source of `width` seconds says and adds its alarms. Fails where it cannot be read.
    pub fn take(
        &mut self,
        start: i64,
        width: i64,
        source: Source<'_>,
        which: Which,
        alarms: &mut Alarms,
    ) -> Result<(), CodecError> {
        self.judged += 1;
        if which == Which::Users {
            if let Some((named, value, count)) = source.users() {
                self.step((start, width), named, (value, count), alarms);
            }
            return Ok(());
        }
        source.each(width, |named, value, count| {
            if which.takes(named.measure) {
                self.step((start, width), named, (value, count), alarms);
            }
        })?;
        // A service that says nothing while others speak made no requests.
        for at in 0..self.volumes.len() {
            let number = self.volumes[at];
            if self.series.get(number).is_some_and(|watched| watched.seen != self.judged) {
                self.judge_value(number, (start, width), (0.0, width as f64), alarms);
            }
        }
        Ok(())
    }

    fn step(&mut self, when: (i64, i64), named: Named<'_>, what: (f64, f64), alarms: &mut Alarms) {
        let Some(number) = self.catalogue.follow(named, MAX_SERIES) else { return };
        if number == self.series.len() {
            self.series.push(Watched::new(named.measure));
        }
        self.judge_value(number, when, what, alarms);
    }

    fn judge_value(
        &mut self,
        number: usize,
        (start, width): (i64, i64),
        (value, count): (f64, f64),
        alarms: &mut Alarms,
    ) {
        let Some(watched) = self.series.get_mut(number) else { return };
        watched.seen = self.judged;
        self.steps += 1;
        let judged = watched.watch.step(watched.profile.as_ref(), start, value, count);
        // An alarm that is merely kept open is not a step out of the band.
        let (true, Some(band)) = (judged.alarm && judged.why != Why::Held, judged.band) else { return };
        if alarms.len() >= MAX_ALARMS {
            return;
        }
        let worst = Worst {
            at: start,
            value: value as f32,
            low: band.low as f32,
            middle: band.middle as f32,
            high: band.high as f32,
            score: judged.score as f32,
            method: judged.method,
        };
        let finite = [worst.value, worst.low, worst.middle, worst.high, worst.score].iter().all(|v| v.is_finite());
        if let (true, Some(key)) = (finite && worst.score >= 0.0, self.catalogue.name(number)) {
            alarms.insert(key.clone(), Alarm { from: start, to: start + width, seconds: width as u64, worst });
        }
    }

    /// Takes what a step says of one series: what it is found to be, unless more series are watched than can be.
    pub fn read(&mut self, start: i64, reading: &Reading) -> Option<detect::Reading> {
        let number = match self.catalogue.get(&reading.key) {
            Some(number) => number,
            None if self.series.len() >= MAX_SERIES => return None,
            None => {
                self.catalogue.add(reading.key.clone());
                self.series.push(Watched::new(reading.key.measure));
                self.series.len() - 1
            }
        };
        let watched = self.series.get_mut(number)?;
        Some(watched.watch.step(watched.profile.as_ref(), start, reading.value, reading.count))
    }

    /// Days from which the band of a series was learned; absent if it has none.
    pub fn learned(&self, key: &SeriesKey) -> Option<usize> {
        Some(self.series.get(self.catalogue.get(key)?)?.profile.as_ref()?.days())
    }

    /// The calls between services that were judged since the day began: (caller, callee).
    pub fn calls(&self) -> BTreeSet<(Name, Name)> {
        let today = self.catalogue.iter().filter(|(_, number)| self.series[*number].seen > self.began);
        let calls = today.filter_map(|(key, _)| match &key.subject {
            Subject::Call(from, to) => Some((from.clone(), to.clone())),
            _ => None,
        });
        calls.collect()
    }

    /// The band of a series at an instant of the day.
    pub fn band(&self, key: &SeriesKey, instant: i64) -> Option<detect::Band> {
        let day = self.day().filter(|day| *day == day_start(instant))?;
        self.series.get(self.catalogue.get(key)?)?.profile.as_ref()?.band((instant - day) as u32)
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

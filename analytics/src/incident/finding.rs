//! Findings: one series out of its band for a while, put together from the alarms of the rows.

use std::collections::BTreeMap;

use crate::atlas::Track;
use crate::time::Resolution;
use crate::view::{Level, Measure};
use crate::watch::{Alarm, Alarms, SeriesKey, Subject, Worst};

/// Pause within which alarms of a series are one finding, seconds.
pub const PAUSE: i64 = 600;

/// Times the usual response time from which on a user notices.
const NOTICEABLE: f64 = 1.3;

/// One anomaly: a series of a region that was out of its band.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Region code.
    pub region: String,
    /// The series.
    pub key: SeriesKey,
    /// Start of the first step out of the band.
    pub from: i64,
    /// End of the last one; absent while it goes on.
    pub to: Option<i64>,
    /// Seconds out of the band.
    pub seconds: u64,
    /// The step that was furthest out.
    pub worst: Worst,
}

impl Finding {
    /// The last instant at which it was seen, at most `as_of`.
    pub fn end(&self, as_of: i64) -> i64 {
        self.to.unwrap_or(as_of)
    }

    /// How grave it is by itself. What users of the region feel counts more than what a part of it shows.
    pub fn level(&self) -> Level {
        let ratio = f64::from(self.worst.value) / f64::from(self.worst.middle).max(1e-9);
        let (value, score) = (self.worst.value, self.worst.score);
        let entry = self.key.subject == Subject::Entry;
        let lasting = |seconds| self.seconds >= seconds;
        // A little slower than usual is a sign, however long it lasts: nobody waits noticeably longer.
        let slight = self.key.measure == Measure::LatencyP95 && ratio < NOTICEABLE;
        match self.key.measure {
            _ if slight => Level::Sign,
            Measure::Requests | Measure::Users if entry && ratio < 0.05 && lasting(120) => Level::Outage,
            Measure::ErrorRate if entry && value >= 0.2 && lasting(120) => Level::Failure,
            Measure::LatencyP95 if entry && ratio >= 8.0 && lasting(120) => Level::Failure,
            Measure::ErrorRate | Measure::LatencyP95 if entry && lasting(180) => Level::Abnormal,
            Measure::ErrorRate | Measure::LatencyP95 if lasting(300) && score >= 1.5 => Level::Abnormal,
            Measure::Heap | Measure::Memory if value >= 0.95 && lasting(120) => Level::Abnormal,
            Measure::Requests | Measure::Users if entry && lasting(600) && score >= 2.0 => Level::Abnormal,
            _ => Level::Sign,
        }
    }
}

/// The findings of a region that touch `from..to`, by onset. Rows of five minutes are read, and those of a minute after
/// the last of them; where rows of five minutes have expired, those of an hour.
pub fn findings(track: &Track, region: &str, from: i64, to: i64, as_of: i64) -> Vec<Finding> {
    gather(alarms_of(track, from - PAUSE, to), region, from, as_of)
}

/// The findings of a region that touch what is after `from`, by onset, from its alarms in the order of time.
pub fn gather<'a>(alarms: impl IntoIterator<Item = &'a Alarms>, region: &str, from: i64, as_of: i64) -> Vec<Finding> {
    let mut open: BTreeMap<&SeriesKey, Finding> = BTreeMap::new();
    let mut done = Vec::new();
    for alarms in alarms {
        for (key, alarm) in alarms {
            match open.get_mut(key) {
                Some(finding) if alarm.from - finding.to.unwrap_or(alarm.from) <= PAUSE => extend(finding, alarm),
                _ => {
                    let finding = Finding {
                        region: region.to_owned(),
                        key: key.clone(),
                        from: alarm.from,
                        to: Some(alarm.to),
                        seconds: alarm.seconds,
                        worst: alarm.worst,
                    };
                    done.extend(open.insert(key, finding));
                }
            }
        }
    }
    done.extend(open.into_values());
    done.retain(|finding| finding.to.is_some_and(|end| end > from));
    for finding in &mut done {
        // Two steps of five minutes may pass before a row says that it is over.
        finding.to = finding.to.filter(|end| end + PAUSE <= as_of);
    }
    done.sort_by(|a, b| (a.from, &a.key).cmp(&(b.from, &b.key)));
    done
}

fn extend(finding: &mut Finding, alarm: &Alarm) {
    let mut whole = Alarm {
        from: finding.from,
        to: finding.to.unwrap_or(finding.from),
        seconds: finding.seconds,
        worst: finding.worst,
    };
    whole.merge(alarm);
    (finding.from, finding.to, finding.seconds, finding.worst) =
        (whole.from, Some(whole.to), whole.seconds, whole.worst);
}

/// The alarms of a period in the order of time, each step once.
fn alarms_of(track: &Track, from: i64, to: i64) -> Vec<&Alarms> {
    let starts = |resolution| track.table(resolution).starts();
    let five = starts(Resolution::FiveMinutes);
    let fine_from = five.first().copied().unwrap_or(i64::MAX);
    let fine_to = five.last().map_or(i64::MIN, |start| start + Resolution::FiveMinutes.seconds());
    let hours = track.alarms(Resolution::Hour, Resolution::Hour.floor(from), to.min(fine_from));
    let middle = track.alarms(Resolution::FiveMinutes, Resolution::FiveMinutes.floor(from), to);
    let recent = track.alarms(Resolution::Minute, fine_to.max(from), to);
    hours.chain(middle).chain(recent).collect()
}

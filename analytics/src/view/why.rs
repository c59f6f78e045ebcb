//! Why a measure was, or was not, flagged at an instant, and what its change came from.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::now::{Moment, unit_of};
use super::{IncidentChart, Line, Measure, SubjectKind};
use crate::atlas::Atlas;
use crate::bucket::{Bucket, Name, OTHER};
use crate::contribution::{Contribution, Part, Quantity, contributors};
use crate::detect::{Method, Why};
use crate::region::Region;
use crate::time::{DAY, Resolution, day_start};
use crate::watch::{DAYS, Identities, Reading, SeriesKey, Sheet, Subject, Watcher, reading};

/// Seconds before and after the instant that the chart shows.
const SHOWN: (i64, i64) = (3 * 3600, 3600);
/// Seconds before the instant from which rows are judged: twice what a watch remembers.
const JUDGED: i64 = 2 * 3600;
/// Seconds of the minutes whose change is divided among its parts, and of those before them that they are held against.
const CHANGE: (i64, i64) = (900, 3600);
/// Share of a change from which on a part is listed.
const LEAST: f64 = 0.005;
/// Parts of a change that are listed at most.
const PARTS: usize = 12;
/// Services, routes or callers that are offered.
const OFFERED: usize = 40;

/// Which series, and when.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WhyQuery {
    /// Region code.
    pub region: String,
    /// Service; empty for what users of the region meet.
    pub service: String,
    /// Route of the service; empty for all.
    pub route: String,
    /// Caller of the service: then it is about those calls. Empty for none.
    pub caller: String,
    /// What is measured.
    pub measure: Measure,
    /// The instant; absent for the newest.
    pub at: Option<i64>,
}

/// A row of a region without its sketches: start, width, what it holds, and the distinct identities in it.
pub type WhyRow = (i64, i64, Bucket, Identities);

/// What only the region itself keeps.
#[derive(Clone, Debug, Default)]
pub struct WhyDetail {
    /// The days before.
    pub sheets: Arc<Vec<Sheet>>,
    /// Rows of five minutes of [`WhyPeriods::rows`].
    pub rows: Vec<WhyRow>,
    /// Rows of a minute of the same period, as far as they are kept.
    pub minutes: Vec<WhyRow>,
    /// Rows of [`WhyPeriods::before`] together.
    pub before: Bucket,
    /// Rows of [`WhyPeriods::during`] together.
    pub during: Bucket,
}

/// The periods that an answer is read from; ends are exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WhyPeriods {
    /// The instant, on whole five minutes.
    pub at: i64,
    /// Midnight of its day.
    pub day: i64,
    /// Rows that are shown and judged.
    pub rows: (i64, i64),
    /// What the change is held against.
    pub before: (i64, i64),
    /// The change.
    pub during: (i64, i64),
}

/// How the series was judged at the instant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WhyReading {
    /// Start of the row.
    pub start: i64,
    /// Its width, seconds.
    pub width: i64,
    /// The value, in the unit of the view.
    pub value: f64,
    /// Requests that it was made of; absent where that is not counted.
    pub requests: Option<f64>,
    /// The band: low, middle, high; absent if there is none.
    pub band: Option<(f64, f64, f64)>,
    /// 0 in the middle of the band, 1 at its edge, growing with the distance.
    pub score: f64,
    /// How the band was made.
    pub method: Method,
    /// Why it was, or was not, flagged.
    pub why: Why,
    /// Whether it was.
    pub flagged: bool,
}

/// The page 판정 근거.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WhyView {
    /// The instant of the newest data.
    pub as_of: i64,
    /// Whether any of it is demonstration data.
    pub demo: bool,
    /// Name of the system, Korean and English.
    pub title: (String, String),
    /// Regions by settings.
    pub regions: Vec<Region>,
    /// Region code.
    pub region: String,
    /// What the series is about.
    pub subject: SubjectKind,
    /// Service; empty for the entry.
    pub service: String,
    /// Route, or for a call the caller; empty otherwise.
    pub detail: String,
    /// What is measured.
    pub measure: Measure,
    /// Unit of the values.
    pub unit: super::Unit,
    /// The instant that is asked about.
    pub at: i64,
    /// How it was judged; absent if nothing was received then.
    pub reading: Option<WhyReading>,
    /// Days from which the band was learned; absent if it has none.
    pub learned: Option<u32>,
    /// The series around the instant.
    pub chart: IncidentChart,
    /// Services of the region at that time.
    pub services: Vec<String>,
    /// Routes of the service.
    pub routes: Vec<String>,
    /// Who calls the service.
    pub callers: Vec<String>,
    /// What the change is divided into; absent for a measure that is no sum over parts.
    pub quantity: Option<Quantity>,
    /// Where the change comes from, the largest parts first.
    pub parts: Vec<PartRow>,
    /// Start and end of the change.
    pub during: (i64, i64),
    /// Start and end of what it is held against.
    pub before: (i64, i64),
}

/// A part of a change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PartRow {
    /// What it is.
    pub part: Part,
    /// Service.
    pub service: String,
    /// Route or callee; empty for a whole service.
    pub name: String,
    /// Value before, a second.
    pub before: f64,
    /// Value in the change, a second.
    pub during: f64,
    /// Its share of the change, negative for a part that goes the other way.
    pub share: f64,
}

impl WhyQuery {
    /// The series that is asked about.
    pub fn key(&self) -> SeriesKey {
        let name = |text: &str| Name::from(text);
        let subject = match (self.service.as_str(), self.route.as_str(), self.caller.as_str()) {
            ("", ..) => Subject::Entry,
            (service, "", "") => Subject::Service(name(service)),
            (service, "", caller) => Subject::Call(name(caller), name(service)),
            (service, route, _) => Subject::Route(name(service), name(route)),
        };
        SeriesKey { subject, measure: self.measure }
    }

    /// The periods from which it is answered when `as_of` is the newest instant.
    pub fn periods(&self, as_of: i64) -> WhyPeriods {
        let five = Resolution::FiveMinutes.seconds();
        // The newest row that is over, so that what is judged does not change any more.
        let newest = Resolution::FiveMinutes.floor(as_of) - five;
        let at = self.at.map_or(newest, |at| Resolution::FiveMinutes.floor(at).min(newest));
        let end = at + five;
        WhyPeriods {
            at,
            day: day_start(at),
            rows: (at - SHOWN.0, (end + SHOWN.1).min(newest + five)),
            before: (end - CHANGE.0 - CHANGE.1, end - CHANGE.0),
            during: (end - CHANGE.0, end),
        }
    }
}

impl WhyPeriods {
    /// The days that are learned from: start and end of each, the newest first.
    pub fn days(&self) -> impl Iterator<Item = (i64, i64)> + use<> {
        let day = self.day;
        (1..=DAYS).map(move |n| (day - n * DAY, day - (n - 1) * DAY))
    }
}

/// Makes the page.
pub fn why(atlas: &Atlas, moment: &Moment<'_>, query: &WhyQuery, detail: &WhyDetail) -> WhyView {
    let key = query.key();
    let periods = query.periods(moment.as_of);
    let mut watcher = Watcher::default();
    watcher.begin(periods.day, &detail.sheets);
    let reading = judged(&mut watcher, &key, &periods, detail);
    let (low, high) = edges(&watcher, &key, &periods);
    let values = line(&key, &periods, detail);
    let unit = unit_of(query.measure, moment.mode);
    let quantity = match query.measure {
        Measure::Requests | Measure::Users => Some(Quantity::Requests),
        Measure::ErrorRate => Some(Quantity::Errors),
        Measure::LatencyP50 | Measure::LatencyP95 | Measure::LatencyP99 => Some(Quantity::SlowTime),
        _ => None,
    };
    let parts = quantity.map(|quantity| parts(&key.subject, detail, quantity)).unwrap_or_default();
    let (services, routes, callers) = offered(query, detail);
    WhyView {
        as_of: moment.as_of,
        demo: moment.demo,
        title: moment.title.clone(),
        regions: moment.regions(atlas),
        region: query.region.clone(),
        subject: SubjectKind::of(&key.subject),
        service: key.subject.service().map(|name| name.as_ref().to_owned()).unwrap_or_default(),
        detail: key.subject.detail().to_owned(),
        measure: query.measure,
        unit,
        at: periods.at,
        reading,
        learned: watcher.learned(&key).map(|days| days as u32),
        chart: IncidentChart {
            measure: query.measure,
            unit,
            region: query.region.clone(),
            start: periods.rows.0,
            step: Resolution::FiveMinutes.seconds(),
            line: values,
            low,
            high,
        },
        services,
        routes,
        callers,
        quantity,
        parts,
        during: periods.during,
        before: periods.before,
    }
}

/// Judges the rows before the instant one after the other, as the edge did, and says what the last of them is found to be:
/// within its five minutes the one that was flagged, else the last.
fn judged(watcher: &mut Watcher, key: &SeriesKey, periods: &WhyPeriods, detail: &WhyDetail) -> Option<WhyReading> {
    let five = Resolution::FiveMinutes.seconds();
    let mut answer: Option<WhyReading> = None;
    for (start, width, bucket, users) in
        detail.rows.iter().filter(|row| row.0 >= periods.at - JUDGED && row.0 <= periods.at)
    {
        let minutes = detail.minutes.iter().filter(|row| (*start..start + five).contains(&row.0));
        // Distinct users of a minute say little of five; everything else is judged by the minute where there are minutes.
        let by_minute = key.measure != Measure::Users && minutes.clone().next().is_some();
        let whole = (start, width, bucket, users);
        let steps: Vec<_> = if by_minute {
            minutes.map(|(at, w, bucket, users)| (at, w, bucket, users)).collect()
        } else {
            vec![whole]
        };
        for (at, width, bucket, users) in steps {
            let silent = || {
                (key.measure == Measure::Requests && watcher.learned(key).is_some())
                    .then(|| Reading::silent(key.clone(), *width))
            };
            let Some(reading) = reading(bucket, users, *width, key).or_else(silent) else { continue };
            let Some(judged) = watcher.read(*at, &reading) else { continue };
            let known = answer.as_ref().is_some_and(|known| known.start >= periods.at && known.flagged);
            if *start < periods.at || known {
                continue;
            }
            let requests = match key.measure {
                Measure::Requests => Some(reading.value * *width as f64),
                Measure::Users => None,
                _ => Some(reading.count),
            };
            answer = Some(WhyReading {
                start: *at,
                width: *width,
                value: reading.value,
                requests: requests.filter(|requests| requests.is_finite()),
                band: judged.band.map(|band| (band.low, band.middle, band.high)),
                score: judged.score,
                method: judged.method,
                why: judged.why,
                flagged: judged.alarm && matches!(judged.why, Why::Far | Why::Sustained),
            });
        }
    }
    answer
}

fn edges(watcher: &Watcher, key: &SeriesKey, periods: &WhyPeriods) -> (Line, Line) {
    let five = Resolution::FiveMinutes.seconds();
    let steps = (periods.rows.0..periods.rows.1).step_by(five as usize);
    let bands = steps.map(|start| watcher.band(key, start + five / 2));
    let (low, high) = bands.map(|band| (band.map(|band| band.low), band.map(|band| band.high))).unzip();
    (Line { values: low }, Line { values: high })
}

fn line(key: &SeriesKey, periods: &WhyPeriods, detail: &WhyDetail) -> Line {
    let five = Resolution::FiveMinutes.seconds();
    let slots = usize::try_from((periods.rows.1 - periods.rows.0) / five).unwrap_or(0);
    let mut values = vec![None; slots];
    for (start, width, bucket, users) in &detail.rows {
        let slot = usize::try_from((start - periods.rows.0).div_euclid(five)).unwrap_or(usize::MAX);
        if let Some(place) = values.get_mut(slot) {
            *place = reading(bucket, users, *width, key).map(|reading| reading.value).filter(|value| value.is_finite());
        }
    }
    Line { values }
}

/// The parts of the change: services of a region, routes and calls of a service, the route itself.
fn parts(subject: &Subject, detail: &WhyDetail, quantity: Quantity) -> Vec<PartRow> {
    let all = contributors((&detail.before, CHANGE.1), (&detail.during, CHANGE.0), quantity);
    let ours = |part: &Contribution| match subject {
        Subject::Entry => part.part != Part::Call,
        Subject::Service(service) => part.part != Part::Service && part.service == *service,
        Subject::Route(service, _) => part.part == Part::Call && part.service == *service,
        Subject::Call(_, callee) => part.part == Part::Route && part.service == *callee,
    };
    let row = |part: Contribution| PartRow {
        part: part.part,
        service: part.service.as_ref().to_owned(),
        name: part.name.as_ref().to_owned(),
        before: part.before,
        during: part.during,
        share: part.share,
    };
    let counts = |part: &Contribution| libm::fabs(part.share) >= LEAST;
    all.into_iter().filter(|part| ours(part) && counts(part)).take(PARTS).map(row).collect()
}

/// Names to choose from, as the rows of that time have them.
fn offered(query: &WhyQuery, detail: &WhyDetail) -> (Vec<String>, Vec<String>, Vec<String>) {
    let buckets = [&detail.before, &detail.during];
    let first = |names: BTreeSet<&str>| names.into_iter().take(OFFERED).map(str::to_owned).collect();
    let mut services: BTreeSet<&str> = BTreeSet::new();
    let (mut routes, mut callers) = (BTreeSet::new(), BTreeSet::new());
    for bucket in buckets {
        services.extend(bucket.resources.keys().map(|(service, _)| &**service));
        for (service, route) in bucket.transactions.keys() {
            services.insert(service);
            if **service == *query.service && &**route != OTHER {
                routes.insert(&**route);
            }
        }
        callers
            .extend(bucket.calls.keys().filter(|(_, callee)| **callee == *query.service).map(|(caller, _)| &**caller));
    }
    (first(services), first(routes), first(callers))
}

//! From an incident and the rows around it to what the explanation of its cause reads.

use serde::{Deserialize, Serialize};

use crate::atlas::Track;
use crate::bucket::{Bucket, Name, Resource};
use crate::cause::{self, Change, Explanation, GaugeSeries, Period, Scene, Source, SourceKind, Symptom, TemplateCount};
use crate::incident::{Finding, Incident};
use crate::logs;
use crate::session::{self, Listed};
use crate::time::Resolution;
use crate::view::Standing;
use crate::watch::Subject;

/// Seconds of the usual period that stands beside an incident.
const BEFORE: i64 = 3600;
/// Seconds between that period and the onset.
const GAP: i64 = 300;
/// Seconds of an incident from which its cause is read: later ones say the same of a long one.
const DURING: i64 = 3600;
/// Seconds before the onset from which gauges are read: a heap may fill for hours.
const GAUGES_FROM: i64 = 6 * 3600;
/// Seconds before the onset in which a deployment is a suspect.
const SUSPECT: i64 = 3 * 3600;
/// Symptoms that are handed over, the gravest first.
const SYMPTOMS: usize = 32;

/// What was found out about the cause of an incident.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Look {
    /// Causes, suspects that were cleared, or why none can be stated.
    pub explanation: Explanation,
    /// The way from where users come in to the first cause; empty without one.
    pub steps: Vec<PathStep>,
}

/// A service on the way, with mean times of a request in seconds; absent where nothing was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PathStep {
    /// The service, as telemetry gave it.
    pub service: String,
    /// Time that it took by itself, before.
    pub own_before: Option<f64>,
    /// The same during the incident.
    pub own_during: Option<f64>,
    /// Time of the call that leads to it, as its caller measured it, before; absent for the first.
    pub call_before: Option<f64>,
    /// The same during the incident.
    pub call_during: Option<f64>,
}

/// The periods from which the cause of an incident is read: start and end (exclusive).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Periods {
    /// A usual one: the hour that ends five minutes before the onset.
    pub before: (i64, i64),
    /// The incident, its first hour at most.
    pub during: (i64, i64),
}

impl Periods {
    /// Those of an incident that is known up to `until`.
    pub const fn of(incident: &Incident, until: i64) -> Self {
        let (from, end) = (incident.from, incident.from - GAP);
        let length = until - from;
        let length = if length < 60 {
            60
        } else if length > DURING {
            DURING
        } else {
            length
        };
        Self { before: (end - BEFORE, end), during: (from, from + length) }
    }
}

/// The cause of an incident in the region that shows its symptom. `before` and `during` are the region's rows of the two
/// `periods`, `listed` those whose sessions stood out while it went on.
pub fn explain(
    incident: &Incident,
    track: &Track,
    periods: &Periods,
    (before, during): (&Bucket, &Bucket),
    listed: &[Listed],
) -> Look {
    let Some(first) = incident.symptom() else { return Look::default() };
    let until = periods.during.1;
    let gauges = gauges(track, incident.from - GAUGES_FROM, until);
    let gauges: Vec<GaugeSeries<'_>> =
        gauges.iter().map(|(service, resource, points)| GaugeSeries { service, resource: *resource, points }).collect();
    let changes: Vec<Change<'_>> = track
        .deployments(incident.from - SUSPECT, until)
        .map(|(service, version, at)| Change { service, version, at })
        .collect();
    let mut ours: Vec<&Finding> = incident.findings.iter().filter(|f| f.region == first.region).collect();
    ours.sort_by(|a, b| b.level().cmp(&a.level()).then(b.worst.score.total_cmp(&a.worst.score)));
    let rest = ours.into_iter().filter(|finding| finding.key != first.key);
    let symptoms: Vec<Symptom<'_>> = std::iter::once(first).chain(rest).take(SYMPTOMS).map(symptom).collect();
    let lines = logs::change::changes(before, BEFORE, during, until - incident.from);
    let templates: Vec<TemplateCount<'_>> = lines
        .iter()
        .map(|change| TemplateCount {
            service: &change.service,
            severity: change.severity,
            text: &change.template,
            before: change.before,
            during: change.during,
        })
        .collect();
    // The other kinds count something else than requests, which the extra ones could be held against.
    let bursts =
        listed.iter().filter(|listed| listed.kind == session::Kind::LogInBurst && listed.region == first.region);
    let sources: Vec<Source<'_>> = bursts
        .map(|listed| Source { kind: SourceKind::LogIns, pseudonym: &listed.pseudonym, count: listed.count })
        .collect();
    let seconds = |from: i64, to: i64| (to - from).max(1) as f64;
    let covered = |bucket: &Bucket, seconds: f64| if *bucket == Bucket::default() { 0.0 } else { seconds };
    let explanation = cause::explain(&Scene {
        onset: incident.from,
        end: until,
        before: Period { bucket: before, seconds: covered(before, BEFORE as f64) },
        during: Period { bucket: during, seconds: seconds(incident.from, until) },
        usual: &[],
        gauges: &gauges,
        changes: &changes,
        symptoms: &symptoms,
        templates: &templates,
        sources: &sources,
    });
    let steps = steps(&explanation, before, during);
    Look { explanation, steps }
}

fn steps(explanation: &Explanation, before: &Bucket, during: &Bucket) -> Vec<PathStep> {
    let Some(cause) = explanation.causes.first() else { return Vec::new() };
    let mut way: Vec<(Option<&str>, &str)> =
        cause.path.iter().rev().map(|(a, b)| (Some(a.as_str()), b.as_str())).collect();
    let first = way.first().and_then(|(caller, _)| *caller).unwrap_or(&cause.service);
    way.insert(0, (None, first));
    way.into_iter()
        .map(|(caller, service)| PathStep {
            service: service.to_owned(),
            own_before: own(before, service),
            own_during: own(during, service),
            call_before: caller.and_then(|caller| call(before, caller, service)),
            call_during: caller.and_then(|caller| call(during, caller, service)),
        })
        .collect()
}

/// Mean seconds of a request of a service less what its calls took.
fn own(bucket: &Bucket, service: &str) -> Option<f64> {
    let whole = bucket.service(service);
    let mean = whole.latency.mean()?;
    let calls = bucket.calls.iter().filter(|((caller, _), _)| **caller == *service);
    let called: f64 = calls.filter_map(|(_, cell)| Some(cell.latency.mean()? * cell.count as f64)).sum();
    Some((mean - called / whole.count.max(1) as f64).max(0.0))
}

fn call(bucket: &Bucket, from: &str, to: &str) -> Option<f64> {
    bucket.calls.get(&(Name::from(from), Name::from(to)))?.latency.mean()
}

fn symptom(finding: &Finding) -> Symptom<'_> {
    let (service, route) = match &finding.key.subject {
        Subject::Entry => (None, None),
        Subject::Service(service) => (Some(&**service), None),
        Subject::Route(service, route) => (Some(&**service), Some(&**route)),
        Subject::Call(_, callee) => (Some(&**callee), None),
    };
    let standing = if finding.worst.above() { Standing::Above } else { Standing::Below };
    Symptom { measure: finding.key.measure, standing, service, route }
}

/// A gauge of a service: instants and means.
type Points = (String, Resource, Vec<(i64, f64)>);

/// Every gauge of the period, by the minute where minutes are kept, else by five.
fn gauges(track: &Track, from: i64, to: i64) -> Vec<Points> {
    let fine = track.table(Resolution::Minute);
    let kept = fine.starts().first().is_some_and(|first| *first <= from);
    let table = if kept { fine } else { track.table(Resolution::FiveMinutes) };
    let rows = table.range(from, to);
    let mut series = Vec::new();
    for resource in Resource::ALL {
        for service in table.services(resource) {
            let points =
                rows.clone().filter_map(|row| Some((table.starts()[row], table.gauge(row, service, resource)?)));
            let points: Vec<_> = points.collect();
            if !points.is_empty() {
                series.push((service.as_ref().to_owned(), resource, points));
            }
        }
    }
    series
}

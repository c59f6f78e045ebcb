//! Requests that multiplied, and requests that stopped: causes that come from outside.

use super::evidence::{CauseKind, Confidence, Evidence, EvidenceKind, Quantity};
use super::flow::Kind;
use super::graph::Graph;
use super::measure::{Cell, total};
use super::scene::{Scene, SourceKind, Symptom};

/// Least extra requests, as a share of those expected; fewer will do where they are the ones that fail.
const LEAST_EXTRA: f64 = 0.3;
const LEAST_FAILING: f64 = 0.15;
/// ... and in standard deviations of those.
const SIGMAS: f64 = 6.0;
/// All requests of a service together must multiply by so much.
const MULTIPLIED: f64 = 2.0;
/// Share of extra failures that a burst must account for.
const MOST: f64 = 0.7;
/// Requests to be expected at least, for their absence to mean anything.
const FEWEST: f64 = 30.0;
/// Of the usual requests, the share below which they have stopped.
const STOPPED: f64 = 0.1;

/// What comes from outside: a service, what happened to it, and the share of the symptom that it explains.
#[derive(Debug)]
pub(super) struct Outside {
    pub(super) service: usize,
    pub(super) kind: CauseKind,
    pub(super) route: Option<String>,
    pub(super) confidence: Confidence,
    pub(super) share: f64,
    pub(super) evidence: Vec<Evidence>,
}

/// A route at which requests multiplied and, for a symptom of failures, account for these: the extra requests are enough
/// to be all that failed beyond the usual. Those that retry after a failure do not pass, for then their first attempts
/// failed as well.
pub(super) fn burst(scene: &Scene<'_>, graph: &Graph<'_>, symptom: &Symptom<'_>, failing: bool) -> Option<Outside> {
    let mut best: Option<(f64, Outside)> = None;
    for service in graph.start(symptom) {
        let cells = &graph.routes[service];
        let whole = total(cells);
        for cell in cells.iter().filter(|cell| symptom.route.is_none_or(|route| route == cell.name)) {
            let expected = expected(scene, cell, &whole);
            let extra = cell.during.count - expected;
            let least = if failing { LEAST_FAILING } else { LEAST_EXTRA };
            if extra < least * expected || extra < SIGMAS * libm::sqrt(expected.max(1.0)) {
                continue;
            }
            let failures = |cell: &Cell<'_>, usual: f64| {
                cell.during.errors
                    - usual * cell.before.level(Kind::Errors).or(whole.before.level(Kind::Errors)).unwrap_or(0.0)
            };
            let (here, all) = (failures(cell, expected), failures(&whole, whole.during.count - extra));
            let share = if failing {
                // The fewer they are beside the usual ones, the closer failures and extra requests must agree.
                let least = if extra >= expected { 0.5 } else { 0.85 };
                if here < MOST * all || here > 1.1 * extra || here < least * extra {
                    continue;
                }
                here / all.max(1.0)
            } else {
                extra / (whole.during.count - rate_expected(scene, &whole)).max(extra)
            };
            if best.as_ref().is_none_or(|(most, _)| extra > *most) {
                best = Some((extra, outside(scene, service, graph.services[service], cell, extra, share)));
            }
        }
    }
    best.map(|(_, outside)| outside)
}

/// Requests of a route to be expected from those before, growing as the other routes of the service did.
fn expected(scene: &Scene<'_>, cell: &Cell<'_>, whole: &Cell<'_>) -> f64 {
    let others = |whole: f64, own: f64| whole - own;
    let before = others(whole.before.count, cell.before.count);
    if before > 100.0 {
        cell.before.count * others(whole.during.count, cell.during.count) / before
    } else {
        rate_expected(scene, cell)
    }
}

/// Requests to be expected if they went on as before, or as in the busiest of the usual periods.
fn rate_expected(scene: &Scene<'_>, cell: &Cell<'_>) -> f64 {
    rates(scene, cell).fold(0.0, f64::max)
}

/// Requests to be expected by the period before and by each of the usual ones.
fn rates(scene: &Scene<'_>, cell: &Cell<'_>) -> impl Iterator<Item = f64> {
    let during = scene.during.seconds;
    let scaled = move |count: f64, seconds: f64| {
        let times = during / seconds;
        if times.is_finite() && times > 0.0 { count * times } else { count }
    };
    let usual = scene.usual.iter().zip(&cell.usual).map(move |(period, stats)| scaled(stats.count, period.seconds));
    std::iter::once(scaled(cell.before.count, scene.before.seconds)).chain(usual)
}

fn outside(scene: &Scene<'_>, service: usize, name: &str, cell: &Cell<'_>, extra: f64, share: f64) -> Outside {
    let mut evidence = vec![requests(scene, name, cell.name, cell)];
    if let Some(rate) = cell.during.level(Kind::Errors).filter(|rate| *rate > 0.0) {
        let before = cell.before.level(Kind::Errors);
        let what = (name, cell.name);
        evidence.push(Evidence::new(EvidenceKind::Service, what, Quantity::ErrorRate, before, Some(rate), None));
    }
    let source = scene.sources.iter().max_by_key(|source| source.count).filter(|s| s.count as f64 >= 0.5 * extra);
    if let Some(source) = source {
        let (what, count) = ((name, source.pseudonym), Some(source.count as f64));
        evidence.push(Evidence::new(EvidenceKind::Source, what, Quantity::Count, None, count, None));
    }
    let logs_in = source.is_some_and(|source| source.kind == SourceKind::LogIns) || is_log_in(cell.name);
    Outside {
        service,
        kind: if logs_in { CauseKind::LogInBurst } else { CauseKind::RequestBurst },
        route: Some(cell.name.to_owned()),
        confidence: match source {
            Some(_) => Confidence::Confirmed,
            None if extra >= MULTIPLIED / 2.0 * (cell.during.count - extra) => Confidence::Likely,
            // A few more than usual may as well be chance.
            None => Confidence::Possible,
        },
        share: share.clamp(0.0, 1.0),
        evidence,
    }
}

/// Whether a route is one at which people log in, by the usual words for it.
fn is_log_in(route: &str) -> bool {
    const WORDS: [&str; 8] = ["login", "log-in", "log_in", "logon", "signin", "sign-in", "sign_in", "authenticate"];
    let route = route.to_ascii_lowercase();
    WORDS.iter().any(|word| route.contains(word))
}

/// Requests of a service, or of all together, that multiplied as a whole.
pub(super) fn flood(scene: &Scene<'_>, graph: &Graph<'_>, symptom: &Symptom<'_>) -> Option<Outside> {
    let service = graph.start(symptom).into_iter().max_by(|a, b| {
        let extra = |service: usize| {
            let whole = graph.answered(service);
            whole.during.count - rate_expected(scene, &whole)
        };
        extra(*a).total_cmp(&extra(*b)).then(b.cmp(a))
    })?;
    let whole = graph.answered(service);
    let expected = rate_expected(scene, &whole);
    if expected <= 0.0 || whole.during.count < MULTIPLIED * expected || whole.during.count - expected < 100.0 {
        return None;
    }
    let name = graph.services[service];
    Some(Outside {
        service,
        kind: CauseKind::RequestBurst,
        route: None,
        confidence: Confidence::Possible,
        share: 1.0,
        evidence: vec![requests(scene, name, "", &whole)],
    })
}

/// A service that hardly any requests reach any more: it has stopped, if its gauges have as well, else nothing arrives.
pub(super) fn stopped(scene: &Scene<'_>, graph: &Graph<'_>, symptom: &Symptom<'_>) -> Option<Outside> {
    for service in graph.start(symptom) {
        let whole = graph.answered(service);
        // As few may be usual on the quietest of the usual days.
        let expected = rates(scene, &whole).fold(f64::INFINITY, f64::min);
        if expected < FEWEST || whole.during.count > STOPPED * expected {
            continue;
        }
        let name = graph.services[service];
        let has_gauges = |bucket: &crate::bucket::Bucket| bucket.resources.keys().any(|(owner, _)| &**owner == name);
        let gauges = (has_gauges(scene.before.bucket), has_gauges(scene.during.bucket));
        let (kind, confidence) = match gauges {
            (_, true) => (CauseKind::NothingArrives, Confidence::Likely),
            (true, false) => (CauseKind::Outage, Confidence::Likely),
            (false, false) => (CauseKind::Outage, Confidence::Possible),
        };
        let evidence = vec![requests(scene, name, "", &whole)];
        return Some(Outside { service, kind, route: None, confidence, share: 1.0, evidence });
    }
    None
}

/// Requests a second as evidence.
pub(super) fn requests(scene: &Scene<'_>, service: &str, route: &str, cell: &Cell<'_>) -> Evidence {
    let rate = |count: f64, seconds: f64| (seconds > 0.0).then(|| count / seconds);
    let before = rate(cell.before.count, scene.before.seconds);
    let during = rate(cell.during.count, scene.during.seconds);
    Evidence::new(EvidenceKind::Requests, (service, route), Quantity::RequestsPerSecond, before, during, None)
}

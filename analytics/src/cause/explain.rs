//! The explanation of an incident: from a scene to ranked causes with their evidence.

use super::burst::{self, Outside};
use super::change;
use super::evidence::{Acquittal, Cause, CauseKind, Check, Evidence, Explanation, Missing, Outcome};
use super::flow::{Kind, Share};
use super::graph::{Flow, Graph, Node};
use super::order::distinct;
use super::place::{self, Place};
use super::saturation;
use super::scene::{Scene, Symptom};
use crate::bucket::Resource;
use crate::view::{Measure, Standing};

/// Symptoms looked at; they come with the most important first.
const SYMPTOMS: usize = 8;
/// Causes stated at most.
const CAUSES: usize = 3;
/// A further cause adds at least so much of what the first one does.
const FURTHER: f64 = 0.25;
/// The mean response time is this many times its usual: slowness leads, and the failures are taken as time-outs ...
const MUCH_SLOWER: f64 = 1.5;
/// ... unless more than this share of the requests fail; then waiting may come of failing.
const MANY_FAIL: f64 = 0.2;

/// Explains an incident. Never panics; what cannot be told is said in the outcome.
///
/// Every cause that is stated has a path of calls, seen during the incident, to where the symptom is.
pub fn explain(scene: &Scene<'_>) -> Explanation {
    let graph = Graph::new(scene);
    let mut missing = Vec::new();
    let mut best: Option<Found> = None;
    match unready(scene) {
        Some(reason) => missing.push(reason),
        None => {
            for symptom in scene.symptoms.iter().take(SYMPTOMS) {
                match of_symptom(scene, &graph, symptom) {
                    Ok(found) if best.as_ref().is_none_or(|best| found.confidence() > best.confidence()) => {
                        best = Some(found);
                    }
                    Err(reason) if !missing.contains(&reason) => missing.push(reason),
                    Ok(_) | Err(_) => {}
                }
            }
        }
    }
    let found = best.unwrap_or_default();
    let acquitted = acquittals(scene, &found);
    let outcome = if found.causes.is_empty() { Outcome::CannotTell(missing) } else { Outcome::Found };
    Explanation { causes: found.causes, acquitted, outcome }
}

/// What a scene lacks altogether.
fn unready(scene: &Scene<'_>) -> Option<Missing> {
    let silent = |bucket: &crate::bucket::Bucket| {
        let requests = bucket.transactions.values().any(|transaction| transaction.count > 0);
        !requests && bucket.entry.count == 0
    };
    if scene.symptoms.is_empty() {
        Some(Missing::Symptom)
    } else if silent(scene.before.bucket) {
        Some(Missing::Before)
    } else if silent(scene.during.bucket) && scene.during.bucket.resources.is_empty() {
        Some(Missing::During)
    } else {
        None
    }
}

/// Causes of one symptom, and the services that add something to it.
#[derive(Debug, Default)]
struct Found {
    causes: Vec<Cause>,
    adding: Vec<String>,
}

impl Found {
    fn confidence(&self) -> Option<super::evidence::Confidence> {
        self.causes.first().map(|cause| cause.confidence)
    }
}

fn of_symptom(scene: &Scene<'_>, graph: &Graph<'_>, symptom: &Symptom<'_>) -> Result<Found, Missing> {
    let start = graph.start(symptom);
    if start.is_empty() {
        return Err(Missing::Service);
    }
    let outside = match (symptom.measure, symptom.standing) {
        (Measure::Requests | Measure::Users | Measure::PerCapita, Standing::Below) => {
            burst::stopped(scene, graph, symptom)
        }
        (Measure::Requests | Measure::Users | Measure::PerCapita, _) => burst::burst(scene, graph, symptom, false),
        (Measure::ErrorRate, _) => burst::burst(scene, graph, symptom, true),
        _ => None,
    };
    if let Some(outside) = outside {
        return Ok(from_outside(scene, graph, outside));
    }
    behind(scene, graph, symptom).or_else(|reason| {
        let of_traffic = matches!(symptom.measure, Measure::Requests | Measure::Users | Measure::PerCapita);
        let flood = of_traffic.then(|| burst::flood(scene, graph, symptom)).flatten();
        let flood = flood.map(|outside| from_outside(scene, graph, outside));
        full(scene, graph, symptom).or(flood).ok_or(reason)
    })
}

fn from_outside(scene: &Scene<'_>, graph: &Graph<'_>, outside: Outside) -> Found {
    let service = graph.services[outside.service].to_owned();
    let mut evidence = outside.evidence;
    evidence.extend(place::templates(scene, &service));
    let cause = Cause {
        service: service.clone(),
        kind: outside.kind,
        route: outside.route,
        confidence: outside.confidence,
        share: outside.share,
        evidence,
        path: Vec::new(),
    };
    Found { causes: vec![cause], adding: vec![service] }
}

/// Causes by excess flow.
fn behind(scene: &Scene<'_>, graph: &Graph<'_>, symptom: &Symptom<'_>) -> Result<Found, Missing> {
    let (latency, errors) = (graph.flow(Kind::Latency, symptom), graph.flow(Kind::Errors, symptom));
    if latency.symptom.is_none() && errors.symptom.is_none() {
        return Err(Missing::Service);
    }
    let out = |flow: &Flow| flow.symptom.is_some_and(|excess| excess.now > excess.usual);
    let flows: &[(Kind, &Flow, &Flow)] = match (out(&latency), out(&errors)) {
        (false, false) => return Err(Missing::Excess),
        (true, false) => &[(Kind::Latency, &latency, &errors)],
        (false, true) => &[(Kind::Errors, &errors, &latency)],
        (true, true) if slowness_leads(graph, symptom, &latency) => {
            &[(Kind::Latency, &latency, &errors), (Kind::Errors, &errors, &latency)]
        }
        (true, true) => &[(Kind::Errors, &errors, &latency), (Kind::Latency, &latency, &errors)],
    };
    for (kind, flow, other) in flows {
        let standing: Vec<&Share> =
            flow.attribution.ranked.iter().filter(|s| s.stands_out && graph.node(s.node).is_some()).collect();
        let Some(first) = standing.first() else { continue };
        let mut found = Found::default();
        for share in standing.iter().filter(|share| share.own >= FURTHER * first.own).take(CAUSES) {
            let Some(node) = graph.node(share.node) else { continue };
            let place = Place { kind: *kind, node, share: share_of(flow, share), flow, other };
            let cause = place.cause(scene, graph, share.node);
            // One place may show twice: as a service and as the call to it.
            if found.causes.iter().all(|known| known.service != cause.service) {
                found.causes.push(cause);
            }
        }
        found.adding = adding(graph, &latency).chain(adding(graph, &errors)).collect();
        return Ok(found);
    }
    Err(Missing::Culprit)
}

/// Whether requests that fail do so because they wait: much slower, and few of them fail. For a symptom of slowness, it
/// leads unless most fail.
fn slowness_leads(graph: &Graph<'_>, symptom: &Symptom<'_>, latency: &Flow) -> bool {
    let whole = super::measure::total(&graph.cells_of(symptom));
    let usual = whole.during.timed * whole.before.mean;
    let slower = latency.symptom.is_some_and(|excess| excess.now >= (MUCH_SLOWER - 1.0) * usual);
    let failing = whole.during.level(Kind::Errors).unwrap_or(0.0);
    if symptom.measure == Measure::ErrorRate { slower && failing < MANY_FAIL } else { failing < 0.5 }
}

/// Share of what the symptom shows beyond its yardstick.
fn share_of(flow: &Flow, share: &Share) -> f64 {
    let shown = flow.symptom.map_or(0.0, |excess| excess.now - excess.usual).max(share.own);
    if shown > 0.0 { (share.own / shown).clamp(0.0, 1.0) } else { 0.0 }
}

/// Services that add a fair part of an excess.
fn adding<'a>(graph: &'a Graph<'_>, flow: &'a Flow) -> impl Iterator<Item = String> + 'a {
    const FAIR: f64 = 0.1;
    let most = flow.attribution.ranked.first().map_or(0.0, |share| share.own);
    let fair = flow.attribution.ranked.iter().filter(move |share| share.own >= FAIR * most);
    fair.filter_map(|share| match graph.node(share.node)? {
        Node::Service(service) => Some(graph.services[service].to_owned()),
        Node::Call(call) => Some(graph.services[graph.links[call].1].to_owned()),
    })
}

/// For a symptom of a resource without excess of anything: the resource itself, where it ran full.
fn full(scene: &Scene<'_>, graph: &Graph<'_>, symptom: &Symptom<'_>) -> Option<Found> {
    let wanted: &[Resource] = match symptom.measure {
        Measure::Load | Measure::Cpu => &[Resource::Cpu],
        Measure::Memory => &[Resource::Memory, Resource::MemoryBytes],
        Measure::Heap => &[Resource::Heap, Resource::HeapBytes],
        _ => return None,
    };
    let services: Vec<&str> = match symptom.service {
        Some(service) => vec![service],
        None => graph.roots.iter().map(|root| graph.services[*root]).collect(),
    };
    let (service, found) = services
        .into_iter()
        .filter_map(|service| Some((service, saturation::find(scene, service)?)))
        .find(|(_, found)| wanted.contains(&found.resource))?;
    let cause = Cause {
        service: service.to_owned(),
        kind: place::exhausted(found.resource),
        route: None,
        confidence: super::evidence::Confidence::Possible,
        share: 1.0,
        evidence: found.evidence,
        path: Vec::new(),
    };
    Some(Found { adding: vec![cause.service.clone()], causes: vec![cause] })
}

/// Changes and full resources that are not the cause, with what cleared them. Those that nothing clears are left out.
fn acquittals(scene: &Scene<'_>, found: &Found) -> Vec<Acquittal> {
    let mut acquitted = Vec::new();
    let adds = |service: &str| found.adding.iter().any(|adding| adding == service);
    for change in change::changes(scene) {
        let kind = CauseKind::Deployment { version: change.version.to_owned() };
        if found.causes.iter().any(|cause| cause.service == change.service && cause.kind == kind) {
            continue;
        }
        // Without a cause nobody knows who adds what; time clears all the same.
        let innocent = !found.causes.is_empty() && !adds(change.service);
        let check = change::cleared_by_time(scene, &change).or(innocent.then_some(Check::AddsNothing));
        if let Some(check) = check {
            acquitted.push(Acquittal { service: change.service.to_owned(), kind, at: Some(change.at), check });
        }
    }
    let services = distinct(&scene.gauges.iter().map(|series| series.service).collect::<Vec<_>>());
    for service in services.into_iter().filter(|service| !found.causes.is_empty() && !adds(service)) {
        if let Some(full) = saturation::find(scene, service) {
            let at = full.evidence.first().and_then(|evidence: &Evidence| evidence.at);
            let kind = place::exhausted(full.resource);
            acquitted.push(Acquittal { service: service.to_owned(), kind, at, check: Check::AddsNothing });
        }
    }
    acquitted
}

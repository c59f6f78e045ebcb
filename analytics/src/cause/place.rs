//! What is wrong at a place that adds excess, and what else points there.

use super::burst;
use super::change;
use super::evidence::{Cause, CauseKind, Confidence, Evidence, EvidenceKind, Quantity};
use super::flow::Kind;
use super::graph::{Flow, Graph, Node};
use super::measure::{Cell, concentrated};
use super::order::order;
use super::saturation::{self, Saturation};
use super::scene::{Scene, TemplateCount};
use crate::bucket::{Resource, Severity};

/// Share of the symptom from which on a cause is likely.
const HALF: f64 = 0.5;
/// Records a log template must have, and how many times more than before, to be evidence.
const RECORDS: u64 = 5;
const TIMES: f64 = 3.0;
/// Templates shown.
const TEMPLATES: usize = 3;
/// Calls that arrive at the callee, relative to before: below this share, the rest was lost on the way.
const ARRIVING: f64 = 0.9;
/// Requests of a service are evidence when they grew so many times.
const BUSIER: f64 = 1.5;

/// A place that adds excess of one kind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub(super) kind: Kind,
    pub(super) node: Node,
    /// Share of what the symptom shows.
    pub(super) share: f64,
    /// The flow of this kind, and that of the other kind.
    pub(super) flow: &'a Flow,
    pub(super) other: &'a Flow,
}

impl Place<'_> {
    /// The cause at this place; `number` is that of its node.
    pub(super) fn cause(&self, scene: &Scene<'_>, graph: &Graph<'_>, number: usize) -> Cause {
        let (service, cell) = match self.node {
            Node::Service(service) => (service, graph.answered(service)),
            Node::Call(link) => (graph.links[link].1, Cell { name: "", ..graph.calls[link].clone() }),
        };
        let name = graph.services[service];
        let mut evidence = vec![self.excess(graph, &cell)];
        // Kinds of evidence that point here: what it adds is the first.
        let mut kinds = 1;
        let mut kind = self.plain(graph, &mut evidence, &mut kinds);
        let network = matches!(kind, CauseKind::NetworkBetween { .. });

        let full = saturation::find(scene, name);
        let change = change::changes(scene)
            .into_iter()
            .rfind(|change| !network && change.service == name && change::cleared_by_time(scene, change).is_none());
        if let Some(Saturation { resource, evidence: more }) = full {
            kinds += 1;
            evidence.extend(more);
            // Whoever asks a busy database waits for the database.
            if kind != CauseKind::Outage && (resource != Resource::Cpu || kind != CauseKind::SlowDatabase) {
                kind = exhausted(resource);
            }
        }
        if let Some(change) = change {
            kinds += 1;
            evidence.push(change::evidence(&change));
            kind = CauseKind::Deployment { version: change.version.to_owned() };
        }
        let first = self.other.attribution.ranked.iter().find(|share| graph.node(share.node).is_some());
        if first.is_some_and(|first| first.stands_out && first.node == number) {
            kinds += 1;
            evidence.push(Place { kind: other(self.kind), ..*self }.excess(graph, &cell));
        }
        let logs = templates(scene, name);
        kinds += usize::from(!logs.is_empty());
        evidence.extend(logs);
        if cell.before.count > 0.0 && kind == CauseKind::CpuSaturation {
            let requests = burst::requests(scene, name, "", &cell);
            if matches!((requests.before, requests.during), (Some(b), Some(d)) if d >= BUSIER * b) {
                evidence.push(requests);
            }
        }

        let confidence = match (self.share >= HALF, kinds) {
            (false, _) => Confidence::Possible,
            (true, 1) => Confidence::Likely,
            (true, _) => Confidence::Confirmed,
        };
        let route = match self.node {
            Node::Service(service) if graph.reports[service].0 => {
                concentrated(self.kind, &graph.routes[service]).map(|cell| cell.name.to_owned())
            }
            _ => None,
        };
        let path = graph.path(self.flow, number).into_iter();
        let path = path.map(|(a, b)| (graph.services[a].to_owned(), graph.services[b].to_owned())).collect();
        Cause { service: name.to_owned(), kind, route, confidence, share: self.share, evidence, path }
    }

    /// What is wrong by the flow alone.
    fn plain(&self, graph: &Graph<'_>, evidence: &mut Vec<Evidence>, kinds: &mut usize) -> CauseKind {
        let (asking, callee) = match self.node {
            Node::Call(link) => graph.links[link],
            Node::Service(service) => {
                let (reports, reported) = graph.reports[service];
                let failing = graph.answered(service).during.level(Kind::Errors).unwrap_or(0.0);
                return if reported && !reports && failing >= HALF {
                    CauseKind::Outage
                } else if self.kind == Kind::Errors {
                    CauseKind::Errors
                } else if !reports && is_database(graph.services[service]) {
                    CauseKind::SlowDatabase
                } else {
                    CauseKind::SlowService
                };
            }
        };
        // The callee reports itself, and well.
        let answered = graph.answered(callee);
        let unchanged = Place { node: Node::Service(callee), ..*self }.excess(graph, &answered);
        evidence.push(Evidence { kind: EvidenceKind::Unchanged, ..unchanged });
        if self.kind == Kind::Errors && arriving(graph, callee) >= ARRIVING {
            // All calls arrive and are answered: the caller does not like the answers.
            return CauseKind::Errors;
        }
        *kinds += 1;
        let [from, to] = [asking, callee].map(|service| graph.services[service].to_owned());
        CauseKind::NetworkBetween { caller: from, callee: to }
    }

    /// The excess of the place as evidence.
    fn excess(&self, graph: &Graph<'_>, cell: &Cell<'_>) -> Evidence {
        let (kind, service, subject) = match self.node {
            Node::Service(service) => match graph.links.iter().position(|(_, callee)| *callee == service) {
                // What only its callers know of it.
                Some(link) if !graph.reports[service].0 => (EvidenceKind::Call, graph.links[link].0, service),
                _ => (EvidenceKind::Service, service, service),
            },
            Node::Call(link) => (EvidenceKind::Call, graph.links[link].0, graph.links[link].1),
        };
        let subject = if kind == EvidenceKind::Call { graph.services[subject] } else { "" };
        let quantity = if self.kind == Kind::Latency { Quantity::MeanLatency } else { Quantity::ErrorRate };
        let (before, during) = (cell.before.level(self.kind), cell.during.level(self.kind));
        Evidence::new(kind, (graph.services[service], subject), quantity, before, during, None)
    }
}

const fn other(kind: Kind) -> Kind {
    match kind {
        Kind::Latency => Kind::Errors,
        Kind::Errors => Kind::Latency,
    }
}

/// Share of the calls that arrive at a callee, relative to before.
fn arriving(graph: &Graph<'_>, callee: usize) -> f64 {
    let answered = graph.answered(callee);
    let (mut before, mut during) = (0.0, 0.0);
    for (_, cell) in graph.links.iter().zip(&graph.calls).filter(|((_, to), _)| *to == callee) {
        before += cell.before.count;
        during += cell.during.count;
    }
    let usual = answered.before.count * during;
    if usual > 0.0 { answered.during.count * before / usual } else { 1.0 }
}

/// What a full resource is called as a cause.
pub(super) fn exhausted(resource: Resource) -> CauseKind {
    match resource {
        Resource::Cpu | Resource::Network => CauseKind::CpuSaturation,
        Resource::Disk => CauseKind::DiskFull,
        Resource::Memory | Resource::Heap | Resource::HeapBytes | Resource::MemoryBytes => CauseKind::HeapExhaustion,
    }
}

/// Log templates of a service that appeared or multiplied, most frequent first.
pub(super) fn templates(scene: &Scene<'_>, service: &str) -> Vec<Evidence> {
    let times = scene.during.seconds / scene.before.seconds;
    let times = if times.is_finite() { times.max(0.0) } else { 1.0 };
    let grew = |before: u64, during: u64| during >= RECORDS && during as f64 >= TIMES * times * before as f64;
    let all = scene.templates;
    let counts =
        |t: &TemplateCount<'_>| t.service == service && t.severity >= Severity::Warn && grew(t.before, t.during);
    let evidence = |template: &TemplateCount<'_>| {
        let (before, during) = (Some(template.before as f64), Some(template.during as f64));
        Evidence::new(EvidenceKind::Template, (service, template.text), Quantity::Count, before, during, None)
    };
    let most_first = order(all.len(), &|a, b| all[b].during.cmp(&all[a].during).then(all[a].text.cmp(all[b].text)));
    most_first.into_iter().map(|at| &all[at]).filter(|t| counts(t)).take(TEMPLATES).map(evidence).collect()
}

/// Whether a name is that of a database, by the usual words: a callee that reports nothing itself says no more.
fn is_database(name: &str) -> bool {
    const WORDS: [&str; 16] = [
        "sql",
        "oracle",
        "maria",
        "mongo",
        "redis",
        "cassandra",
        "dynamo",
        "tibero",
        "cubrid",
        "altibase",
        "goldilocks",
        "elastic",
        "database",
        "memcache",
        "clickhouse",
        "rds",
    ];
    let name = name.to_ascii_lowercase();
    let parts = |c: char| !c.is_ascii_alphanumeric();
    WORDS.iter().any(|word| name.contains(word))
        || name.split(parts).any(|part| part.starts_with("db") || part.ends_with("db"))
}

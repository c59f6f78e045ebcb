//! The call graph of an incident: services, the calls between them, and who is asked first.
//!
//! A call is a node of its own between caller and callee, because it is measured at both ends: what the caller waits
//! beyond what the callee says it took is the way between them. A callee that reports nothing itself (most databases)
//! takes what its callers measured, all together.

use std::collections::BTreeMap;

use super::flow::{Attribution, Callees, Excess, Kind, attribute};
use super::measure::{Cell, Stats, excess, total};
use super::order::{distinct, order};
use super::scene::{Scene, Symptom};
use crate::bucket::{Bucket, Name, Transaction};

/// Services and calls in all periods of a scene.
#[derive(Debug)]
pub(super) struct Graph<'a> {
    /// Names, ascending.
    pub(super) services: Vec<&'a str>,
    /// Routes of each service; the calls to it, if it reported nothing during the incident.
    pub(super) routes: Vec<Vec<Cell<'a>>>,
    /// Whether a service reported its routes itself during the incident, and whether it did before.
    pub(super) reports: Vec<(bool, bool)>,
    /// Caller and callee of each call.
    pub(super) links: Vec<(usize, usize)>,
    /// What each call measured, beside `links`.
    pub(super) calls: Vec<Cell<'a>>,
    /// Services that nobody is seen to call.
    pub(super) roots: Vec<usize>,
}

/// What a node stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Node {
    /// A service by index.
    Service(usize),
    /// A call by index.
    Call(usize),
}

/// Excess of one kind, attributed to the nodes behind a symptom.
#[derive(Debug)]
pub(super) struct Flow {
    /// Excess of what the symptom names.
    pub(super) symptom: Option<Excess>,
    pub(super) attribution: Attribution,
}

impl<'a> Graph<'a> {
    pub(super) fn new(scene: &Scene<'a>) -> Self {
        let routes = cells(scene, |bucket| &bucket.transactions);
        let calls = cells(scene, |bucket| &bucket.calls);
        let reporting = distinct(&routes.iter().map(|(service, _)| *service).collect::<Vec<_>>());
        // A callee may be named with its port or domain; it is the service of that name if there is one.
        let callee = |name: &'a str| {
            let short = name.split([':', '.']).next().unwrap_or(name);
            if reporting.binary_search(&name).is_err() && reporting.binary_search(&short).is_ok() {
                short
            } else {
                name
            }
        };
        let named = calls.iter().flat_map(|(caller, cell)| [*caller, callee(cell.name)]);
        let services = distinct(&reporting.iter().copied().chain(named).collect::<Vec<_>>());
        let at = |name: &str| services.binary_search(&name).unwrap_or(0);

        let links: Vec<(usize, usize)> =
            calls.iter().map(|(caller, cell)| (at(caller), at(callee(cell.name)))).collect();
        let mut of_service: Vec<Vec<Cell<'a>>> = Vec::new();
        of_service.resize_with(services.len(), Vec::new);
        for (service, cell) in routes {
            of_service[at(service)].push(cell);
        }
        let reported = |cells: &Vec<Cell<'_>>| {
            (cells.iter().any(|cell| cell.during.count > 0.0), cells.iter().any(|cell| cell.before.count > 0.0))
        };
        let reports: Vec<(bool, bool)> = of_service.iter().map(reported).collect();
        let mut asked = vec![false; services.len()];
        for ((caller, callee), (_, cell)) in links.iter().zip(&calls) {
            asked[*callee] |= caller != callee;
            if caller != callee && !reports[*callee].0 && cell.during.count > 0.0 {
                let own = &mut of_service[*callee];
                own.retain(|cell| cell.during.count > 0.0);
                own.push(cell.clone());
            }
        }
        let known = |s: &usize| reports[*s].0 || reports[*s].1;
        let open = |all: bool| (0..services.len()).filter(|s| known(s) && (all || !asked[*s])).collect();
        let mut roots: Vec<usize> = open(false);
        if roots.is_empty() {
            // Everybody is called by somebody: a circle has no first.
            roots = open(true);
        }
        Self {
            services,
            routes: of_service,
            reports,
            links,
            calls: calls.into_iter().map(|(_, cell)| cell).collect(),
            roots,
        }
    }

    /// The service of a name.
    pub(super) fn service(&self, name: &str) -> Option<usize> {
        self.services.binary_search(&name).ok()
    }

    /// What a node number of a [`Flow`] stands for; `None` for the entry.
    pub(super) fn node(&self, number: usize) -> Option<Node> {
        match number.checked_sub(self.services.len()) {
            None => Some(Node::Service(number)),
            Some(call) => (call < self.links.len()).then_some(Node::Call(call)),
        }
    }

    /// Cells of what the symptom names: one service, or all that are asked first; one route, or all.
    pub(super) fn cells_of(&self, symptom: &Symptom<'_>) -> Vec<Cell<'a>> {
        let cells = self.start(symptom).into_iter().flat_map(|service| &self.routes[service]);
        cells.filter(|cell| symptom.route.is_none_or(|route| route == cell.name)).cloned().collect()
    }

    /// Services at which a symptom shows.
    pub(super) fn start(&self, symptom: &Symptom<'_>) -> Vec<usize> {
        match symptom.service {
            Some(name) => self.service(name).into_iter().collect(),
            None => self.roots.clone(),
        }
    }

    /// Attributes the excess of one kind behind a symptom.
    pub(super) fn flow(&self, kind: Kind, symptom: &Symptom<'_>) -> Flow {
        let entry = self.services.len() + self.links.len();
        let shown = excess(kind, &self.cells_of(symptom));
        let services = self.routes.iter().map(|cells| excess(kind, cells));
        let calls = self.calls.iter().map(|cell| excess(kind, std::slice::from_ref(cell)));
        let nodes: Vec<Option<Excess>> = services.chain(calls).chain([shown]).collect();
        let mut edges: Vec<(usize, usize)> = self.start(symptom).into_iter().map(|service| (entry, service)).collect();
        for (link, (caller, callee)) in self.links.iter().enumerate() {
            let link = self.services.len() + link;
            // A call that was not made during the incident carries nothing.
            if self.calls[link - self.services.len()].during.count > 0.0 {
                edges.extend([(*caller, link), (link, *callee)]);
            }
        }
        Flow { symptom: shown, attribution: attribute(&nodes, &edges, entry, Callees::Sum) }
    }

    /// The way from a node to the symptom, as calls.
    pub(super) fn path(&self, flow: &Flow, number: usize) -> Vec<(usize, usize)> {
        let link = |number: usize| match self.node(number)? {
            Node::Call(call) => Some(self.links[call]),
            Node::Service(_) => None,
        };
        flow.attribution.path(number).into_iter().filter_map(link).collect()
    }

    /// All requests that a service answered, in every period.
    pub(super) fn answered(&self, service: usize) -> Cell<'static> {
        total(&self.routes[service])
    }
}

type Cells = BTreeMap<(Name, Name), Transaction>;

/// The cells of one kind: everything that was there before or during, with its owner, in the order of names.
fn cells<'a>(scene: &Scene<'a>, of: fn(&Bucket) -> &Cells) -> Vec<(&'a str, Cell<'a>)> {
    let (before, during) = (of(scene.before.bucket), of(scene.during.bucket));
    let all: Vec<&'a (Name, Name)> = before.keys().chain(during.keys()).collect();
    let mut keys: Vec<&'a (Name, Name)> = Vec::new();
    for at in order(all.len(), &|a, b| all[a].cmp(all[b])) {
        if keys.last() != Some(&all[at]) {
            keys.push(all[at]);
        }
    }
    let cell = |key: &'a (Name, Name)| {
        let stats = |cells: &Cells| cells.get(key).map(Stats::of).unwrap_or_default();
        let usual = scene.usual.iter().map(|period| stats(of(period.bucket))).collect();
        (&*key.0, Cell { name: &key.1, before: stats(before), during: stats(during), usual })
    };
    keys.into_iter().map(cell).collect()
}

//! Excess flow: who in a call graph added what the symptom shows.
//!
//! The excess of a node is what it took beyond its usual: seconds of latency, or failed requests, summed over all its
//! requests. Excess flows from callee to caller, so a cause and everything above it are all out of the ordinary, and a
//! ranking by score finds any of them. Here each node counts with what it *adds*: its excess, no more of it than its
//! caller shows, less what its callees explain. Nodes that are often out of the ordinary are held back by a yardstick of
//! their own: what they exceed on usual days does not count.
//!
//! Whether callees add up depends on the graph, see [`Callees`].

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::order::order;
use super::shift::{ascending, quantile};

/// Share of the usual periods whose excess a yardstick covers.
const YARDSTICK: f64 = 0.95;
/// A node speaks up when it adds at least so many yardsticks of its own beyond the first.
///
/// This and [`SYMPTOM_SHARE`] were chosen on the training incidents of PetShop (which reach 4.7 and 0.79 at least) and the
/// first half of its days without a fault, and frozen.
const OWN_YARDSTICKS: f64 = 1.0;
/// ... and when that is at least so much of what the symptom shows, or usually shows.
const SYMPTOM_SHARE: f64 = 0.25;
/// Least yardstick of failures: two may be chance even where none was ever seen.
pub(super) const CHANCE_FAILURES: f64 = 2.0;
/// Least yardstick of latency, as a share of what the requests usually take together.
pub(super) const CHANCE_LATENCY: f64 = 0.01;

/// What an excess is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Mean latency; the excess is in seconds, or whatever unit the latency has.
    Latency,
    /// Share of failed requests, 0 to 1; the excess is in requests.
    Errors,
}

/// One step of a node's series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Requests in the step.
    pub requests: f64,
    /// Their mean latency, or the share that failed.
    pub level: f64,
}

/// Excess of a node during an incident, and its yardstick.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Excess {
    /// During the incident; negative if less than usual.
    pub now: f64,
    /// What usual periods of the same length reach; not negative.
    pub usual: f64,
}

impl Excess {
    /// The excess of an incident against usual steps of the same node, which need not be neighbours of it but must be of
    /// the same width; the yardstick is made of usual periods as long as the incident. Steps without finite values count
    /// as not there. `None` if the usual steps or the incident have none.
    pub fn of(kind: Kind, usual: &[Step], incident: &[Step]) -> Option<Self> {
        let levels: Vec<f64> = usual.iter().filter(|step| step.requests > 0.0).map(|step| step.level).collect();
        let base = quantile(&ascending(&levels), 0.5)?;
        let (now, requests) = sum(incident, base)?;
        let past: Vec<f64> =
            usual.chunks_exact(incident.len().max(1)).filter_map(|period| Some(sum(period, base)?.0)).collect();
        Some(Self { now, usual: yardstick(kind, &past, base, requests) })
    }

    /// Excess that is beyond what is usual.
    fn sure(&self) -> f64 {
        (self.now - self.usual).max(0.0)
    }

    /// Excess that there could be, had this been a good day otherwise.
    fn possible(&self) -> f64 {
        (self.now + self.usual).max(0.0)
    }
}

/// The yardstick of past excesses, but no less than what `requests` at a usual level of `base` vary by chance.
pub(super) fn yardstick(kind: Kind, past: &[f64], base: f64, requests: f64) -> f64 {
    let floor = match kind {
        Kind::Errors => CHANCE_FAILURES,
        Kind::Latency => CHANCE_LATENCY * base.abs() * requests,
    };
    quantile(&ascending(past), YARDSTICK).unwrap_or(0.0).max(floor).clamp(0.0, f64::MAX)
}

/// Excess over `base`, and requests; `None` without a finite step.
fn sum(steps: &[Step], base: f64) -> Option<(f64, f64)> {
    let (mut excess, mut requests, mut seen) = (0.0, 0.0, false);
    for step in steps {
        let part = (step.level - base) * step.requests;
        if part.is_finite() && step.requests >= 0.0 {
            (excess, requests, seen) = (excess + part, requests + step.requests, true);
        }
    }
    seen.then_some((excess, requests))
}

/// What the callees of a node explain together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callees {
    /// As much as the largest of them: the graph may know one callee under several names.
    Largest,
    /// Their sum: every call is one node and was measured once.
    Sum,
}

/// A node and what it adds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// Index of the node.
    pub node: usize,
    /// Excess that it adds itself.
    pub own: f64,
    /// Excess that flows through it: its own and that of what it calls.
    pub flow: f64,
    /// Whether it adds enough to be called the cause.
    pub stands_out: bool,
}

/// Who adds how much.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attribution {
    /// Nodes that the symptom reaches and that add something, the one that adds most first.
    pub ranked: Vec<Share>,
    /// Caller of each node on the widest way to the symptom.
    above: Vec<Option<usize>>,
}

impl Attribution {
    /// The way from a node to the symptom, both included; only the node itself if there is none.
    pub fn path(&self, node: usize) -> Vec<usize> {
        let mut path = vec![node];
        let mut at = node;
        // A tree by construction; the bound only guards the loop.
        while let Some(caller) = self.above.get(at).copied().flatten()
            && path.len() <= self.above.len()
        {
            path.push(caller);
            at = caller;
        }
        path
    }
}

/// Attributes what a symptom shows to the nodes behind it.
///
/// `nodes` holds the excess of every node, `None` where nothing was measured: such a node passes on what its callees add
/// and adds nothing. `calls` are pairs of caller and callee; pairs that name no node are ignored, cycles are harmless.
pub fn attribute(nodes: &[Option<Excess>], calls: &[(usize, usize)], symptom: usize, together: Callees) -> Attribution {
    let finite = |node: usize| nodes[node].filter(|e| e.now.is_finite() && e.usual.is_finite());
    if symptom >= nodes.len() {
        return Attribution::default();
    }
    let callees = callees(nodes.len(), calls);
    let possible = |node: usize| finite(node).map_or(f64::MAX, |excess| excess.possible());
    let sure = |node: usize| finite(node).map_or(0.0, |excess| excess.sure());
    let (mut caps, above) = widest(&callees, possible, symptom);
    if together == Callees::Sum {
        join(&mut caps, &callees, possible, symptom);
    }

    let tree = Attribution { ranked: Vec::new(), above };
    let shown = finite(symptom).map_or(0.0, |excess| excess.now.max(excess.usual));
    let mut ranked: Vec<Share> = Vec::new();
    for (node, cap) in caps.iter().enumerate() {
        let Some(excess) = finite(node) else { continue };
        let flow = sure(node).min(*cap);
        if flow <= 0.0 {
            continue;
        }
        let path = tree.path(node);
        let mut explained = 0.0_f64;
        for callee in callees[node].iter().filter(|callee| !path.contains(callee)) {
            let part = sure(*callee).min(flow);
            explained = if together == Callees::Sum { explained + part } else { explained.max(part) };
        }
        let own = flow - explained;
        if own > 0.0 {
            let stands_out = own >= OWN_YARDSTICKS * excess.usual && own >= SYMPTOM_SHARE * shown;
            ranked.push(Share { node, own, flow, stands_out });
        }
    }
    let most_first = order(ranked.len(), &|a, b| ranked[b].own.total_cmp(&ranked[a].own));
    let ranked = most_first.into_iter().map(|at| ranked[at]).collect();
    Attribution { ranked, ..tree }
}

/// What each node calls, itself and unknown ones left out.
fn callees(nodes: usize, calls: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut callees = vec![Vec::new(); nodes];
    for (caller, callee) in calls {
        if caller != callee && *callee < nodes && *caller < nodes {
            callees[*caller].push(*callee);
        }
    }
    callees
}

/// How much can flow from each node to the symptom: the least of what is possible along the widest way (zero where there
/// is none), and the next node on that way. Ways of equal width: the shorter one.
///
/// Source: Pollack, "The Maximum Capacity Through a Network" (1960), by Dijkstra's order.
fn widest(callees: &[Vec<usize>], possible: impl Fn(usize) -> f64, symptom: usize) -> (Vec<f64>, Vec<Option<usize>>) {
    let mut caps = vec![0.0; callees.len()];
    let mut above = vec![None; callees.len()];
    let mut settled = vec![false; callees.len()];
    // Numbers that are not negative are ordered as their bits are; a negative zero becomes one of them.
    let entry =
        |cap: f64, hops: u32, node: usize, caller: usize| ((cap + 0.0).to_bits(), Reverse((hops, node, caller)));
    let mut open = BinaryHeap::from([entry(possible(symptom), 0, symptom, symptom)]);
    while let Some((bits, Reverse((hops, node, caller)))) = open.pop() {
        if settled[node] {
            continue;
        }
        settled[node] = true;
        caps[node] = f64::from_bits(bits);
        above[node] = (node != symptom).then_some(caller);
        for callee in callees[node].iter().filter(|callee| !settled[**callee]) {
            open.push(entry(possible(*callee).min(caps[node]), hops + 1, *callee, node));
        }
    }
    (caps, above)
}

/// Lets flows over several ways join: what a node passes on is what all its callers together take, as far as possible.
fn join(caps: &mut [f64], callees: &[Vec<usize>], possible: impl Fn(usize) -> f64, symptom: usize) {
    /// Calls behind one another over which flows join; each hop between services is two.
    const DEPTH: usize = 8;
    for _ in 0..DEPTH {
        let mut taken = vec![0.0; caps.len()];
        for (caller, callees) in callees.iter().enumerate() {
            for callee in callees {
                taken[*callee] += caps[caller];
            }
        }
        for (node, cap) in caps.iter_mut().enumerate().filter(|(node, _)| *node != symptom) {
            *cap = possible(node).min(taken[node]).max(*cap);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[expect(clippy::unnecessary_wraps, reason = "nodes are optional")]
    const fn ex(now: f64, usual: f64) -> Option<Excess> {
        Some(Excess { now, usual })
    }

    fn order(attribution: &Attribution) -> Vec<usize> {
        attribution.ranked.iter().map(|share| share.node).collect()
    }

    #[test]
    fn the_deepest_node_that_explains_its_callers_is_first() {
        // 0 -> 1 -> 2, and 0 -> 3.
        let nodes = [ex(60.0, 5.0), ex(58.0, 2.0), ex(57.0, 1.0), ex(3.0, 1.0)];
        let found = attribute(&nodes, &[(0, 1), (1, 2), (0, 3)], 0, Callees::Largest);
        assert_eq!((found.ranked[0].node, found.ranked[0].stands_out), (2, true));
        assert!(found.ranked[0].own > 10.0 * found.ranked[1].own, "{found:?}");
        assert_eq!(found.path(2), [2, 1, 0]);
    }

    #[test]
    fn a_node_whose_callees_are_well_adds_its_excess_itself() {
        let found = attribute(&[ex(40.0, 3.0), ex(38.0, 2.0), ex(0.5, 1.0)], &[(0, 1), (1, 2)], 0, Callees::Largest);
        assert_eq!(found.ranked[0].node, 1);
    }

    #[test]
    fn excess_that_comes_over_two_ways_is_taken_together_where_callees_add_up() {
        // 0 -> 1 -> 3 and 0 -> 2 -> 3: half of what node 3 adds comes over each way.
        let nodes = [ex(100.0, 1.0), ex(50.0, 1.0), ex(50.0, 1.0), ex(99.0, 1.0)];
        let calls = [(0, 1), (0, 2), (1, 3), (2, 3)];
        let found = attribute(&nodes, &calls, 0, Callees::Sum);
        assert_eq!((found.ranked[0].node, found.ranked[0].own), (3, 98.0));
        assert!(found.ranked.len() == 1 || found.ranked[1].own < 3.0, "{found:?}");
        // Where they may be the same callee twice, they are not added up.
        assert_eq!(
            attribute(&nodes, &calls[..2], 0, Callees::Largest).ranked[0],
            Share { node: 0, own: 50.0, flow: 99.0, stands_out: true }
        );
    }

    #[test]
    fn excess_that_the_caller_does_not_show_does_not_count() {
        // A batch job has driven node 2 up a lot, but next to nothing of it reaches node 0.
        let nodes = [ex(20.0, 1.0), ex(19.0, 1.0), ex(900.0, 1.0), ex(1.0, 0.5)];
        assert_eq!(order(&attribute(&nodes, &[(0, 1), (0, 3), (3, 2)], 0, Callees::Largest))[0], 1);
    }

    #[test]
    fn a_node_that_is_often_out_of_the_ordinary_is_held_back() {
        let found = attribute(&[ex(10.0, 2.0), ex(12.0, 30.0), ex(9.0, 0.5)], &[(0, 1), (0, 2)], 0, Callees::Largest);
        assert_eq!(order(&found), [2]);
        let nothing = attribute(&[ex(1.0, 2.0), ex(0.5, 1.0)], &[(0, 1)], 0, Callees::Largest);
        assert!(nothing.ranked.is_empty());
        let weak = attribute(&[ex(1.0, 9.0), ex(1.5, 1.0)], &[(0, 1)], 0, Callees::Largest);
        assert!(!weak.ranked[0].stands_out);
    }

    #[test]
    fn a_symptom_too_noisy_to_show_the_excess_still_lets_it_through() {
        let found = attribute(&[ex(-3.0, 15.0), ex(16.0, 3.0)], &[(0, 1)], 0, Callees::Largest);
        assert_eq!((found.ranked[0].node, found.ranked[0].own), (1, 12.0));
    }

    #[test]
    fn an_unmeasured_node_passes_on_what_it_calls() {
        let found = attribute(&[ex(20.0, 1.0), None, ex(21.0, 1.0)], &[(0, 1), (1, 2)], 0, Callees::Largest);
        assert_eq!((found.ranked[0].node, found.path(2)), (2, vec![2, 1, 0]));
    }

    #[test]
    fn what_the_symptom_does_not_call_is_no_cause() {
        assert_eq!(order(&attribute(&[ex(20.0, 1.0), ex(90.0, 1.0)], &[(1, 0)], 0, Callees::Largest)), [0]);
    }

    #[test]
    fn cycles_and_unknown_nodes_do_no_harm() {
        let nodes = [ex(20.0, 1.0), ex(19.5, 1.0), ex(19.0, 1.0)];
        let found = attribute(&nodes, &[(0, 1), (1, 2), (2, 1), (2, 0), (2, 2), (7, 1), (1, 9)], 0, Callees::Largest);
        assert_eq!((found.ranked[0].node, found.path(2)), (2, vec![2, 1, 0]));
        assert_eq!(attribute(&nodes, &[], 5, Callees::Sum), Attribution::default());
        assert_eq!(attribute(&[], &[(0, 0)], 0, Callees::Sum), Attribution::default());
    }

    #[test]
    fn the_yardstick_is_what_usual_periods_reach() {
        let step = |level: f64| Step { requests: 10.0, level };
        let usual: Vec<Step> = (0..100).map(|i| step(if i % 10 < 2 { 1.5 } else { 1.0 })).collect();
        let steady = Excess::of(Kind::Latency, &[step(1.0); 100], &[step(3.0); 2]).unwrap();
        assert!((steady.now - 40.0).abs() < 1e-9 && (steady.usual - 0.2).abs() < 1e-9, "{steady:?}");
        assert!((Excess::of(Kind::Latency, &usual, &[step(3.0); 2]).unwrap().usual - 10.0).abs() < 1e-9);
        let failing = Step { requests: 100.0, level: 0.05 };
        let errors = Excess::of(Kind::Errors, &[Step { requests: 100.0, level: 0.0 }; 20], &[failing; 2]);
        assert_eq!(errors, ex(10.0, CHANCE_FAILURES));
        assert_eq!(Excess::of(Kind::Latency, &[], &[step(1.0)]), None);
        assert_eq!(Excess::of(Kind::Latency, &[step(f64::NAN)], &[step(1.0)]), None);
        assert_eq!(Excess::of(Kind::Latency, &[step(1.0)], &[step(f64::NAN)]), None);
    }

    proptest! {
        #[test]
        fn any_graph_is_attributed(
            values in prop::collection::vec(prop::option::of((any::<f64>(), any::<f64>())), 0..12),
            calls in prop::collection::vec((0_usize..14, 0_usize..14), 0..40),
            symptom in 0_usize..14,
        ) {
            let nodes: Vec<_> = values.iter().map(|v| v.map(|(now, usual)| Excess { now, usual })).collect();
            for together in [Callees::Largest, Callees::Sum] {
                let found = attribute(&nodes, &calls, symptom, together);
                for share in &found.ranked {
                    prop_assert!(share.own > 0.0 && share.own <= share.flow);
                    let path = found.path(share.node);
                    prop_assert_eq!(*path.last().unwrap(), symptom);
                    prop_assert!(path.windows(2).all(|pair| calls.contains(&(pair[1], pair[0]))));
                }
            }
        }

        #[test]
        fn any_steps_give_an_excess_or_none(
            usual in prop::collection::vec((any::<f64>(), any::<f64>()), 0..30),
            incident in prop::collection::vec((any::<f64>(), any::<f64>()), 0..6),
        ) {
            let steps = |all: &[(f64, f64)]| -> Vec<Step> {
                all.iter().map(|(requests, level)| Step { requests: *requests, level: *level }).collect()
            };
            if let Some(excess) = Excess::of(Kind::Latency, &steps(&usual), &steps(&incident)) {
                prop_assert!(excess.usual >= 0.0);
            }
        }
    }
}

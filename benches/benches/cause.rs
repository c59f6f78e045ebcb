//! The cause of an incident among 1,000 series, beside a random walk on the same graph.

use std::hint::black_box;

use bonghwa_analytics::cause::flow::{Callees, Excess, attribute};
use bonghwa_analytics::cause::shift::{Series, rank};
use bonghwa_benches::scene::Incident;
use bonghwa_benches::{Report, Target, medians, noise};

const ROUNDS: usize = 40;

fn main() -> std::io::Result<()> {
    let mut report = Report::default();
    scene(&mut report);
    graph(&mut report);
    columns(&mut report);
    report.write()
}

/// The whole explanation, from merged buckets to causes.
fn scene(report: &mut Report) {
    let incident = Incident::default();
    assert!(Incident::is_right(&incident.explain()));
    let [own] = medians(ROUNDS, [&mut || drop(black_box(black_box(&incident).explain()))]);
    report.add("cause/explain, 1,000 series and 5 usual periods", own / 1e6, "ms", Target::AtMost(100.0));
}

/// Excess flow beside a random walk with restart, as MicroRCA (Wu et al., 2020) ranks: up and down the calls, drawn to
/// nodes by how far out they are, from the symptom again with a chance of 15 %, 50 steps of the power iteration.
fn graph(report: &mut Report) {
    let nodes: Vec<Option<Excess>> = (0..1000_u64)
        .map(|node| {
            let on_the_way =
                std::iter::successors(Some(777), |at| (*at > 0).then(|| (at - 1) / 2)).any(|at| at == node);
            Some(Excess { now: if on_the_way { 90.0 } else { 2.0 * noise(5, node) }, usual: 1.0 })
        })
        .collect();
    let calls: Vec<(usize, usize)> = (1..1000).flat_map(|at| [((at - 1) / 2, at), (at / 3, at)]).collect();
    assert_eq!(attribute(&nodes, &calls, 0, Callees::Sum).ranked.first().map(|share| share.node), Some(777));
    let out: Vec<f64> = nodes.iter().flatten().map(|excess| excess.now.max(0.0) / excess.usual).collect();
    let [own, walk] = medians(
        ROUNDS,
        [&mut || drop(black_box(attribute(black_box(&nodes), &calls, 0, Callees::Sum))), &mut || {
            drop(black_box(random_walk(black_box(&out), &calls, 0)));
        }],
    );
    report.add("cause/excess flow, 1,000 nodes", own / 1e3, "us", Target::Open);
    report.add("cause/random walk over excess flow", walk / own, "x", Target::AtLeast(1.0));
}

fn random_walk(out: &[f64], calls: &[(usize, usize)], symptom: usize) -> Vec<f64> {
    let mut ways = vec![Vec::new(); out.len()];
    for (caller, callee) in calls {
        ways[*caller].push((*callee, out[*callee] + 0.01));
        ways[*callee].push((*caller, 0.1 * out[*caller] + 0.01));
    }
    let mut at = vec![0.0; out.len()];
    at[symptom] = 1.0;
    for _ in 0..50 {
        let mut next = vec![0.0; out.len()];
        next[symptom] = 0.15;
        for (node, ways) in ways.iter().enumerate() {
            let sum: f64 = ways.iter().map(|(_, weight)| weight).sum();
            for (to, weight) in ways {
                next[*to] += 0.85 * at[node] * weight / sum;
            }
        }
        at = next;
    }
    at
}

/// Ranking by shift: 1,000 columns of 600 rows each.
fn columns(report: &mut Report) {
    let column = |number: u64, moved: f64| -> Vec<f64> { (0..300).map(|i| moved + noise(number, i)).collect() };
    let all: Vec<(String, Vec<f64>, Vec<f64>)> = (0..1000)
        .map(|i| (format!("s{}", i / 5), column(i, 10.0), column(2000 + i, if i == 321 { 14.0 } else { 10.0 })))
        .collect();
    let series: Vec<Series<'_>> =
        all.iter().map(|(service, before, during)| Series { service, before, during }).collect();
    assert_eq!(rank(&series).first().map(|ranked| ranked.series), Some(321));
    let [own] = medians(ROUNDS, [&mut || drop(black_box(rank(black_box(&series))))]);
    report.add("cause/shift, 1,000 columns of 600 rows", own / 1e6, "ms", Target::AtMost(100.0));
}

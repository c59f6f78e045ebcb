//! The cause of an incident among 1,000 series, beside a random walk on the same graph.

use std::hint::black_box;

use bonghwa_analytics::bucket::{Bucket, Gauge, Name, Resource, Transaction};
use bonghwa_analytics::cause::flow::{Callees, Excess, attribute};
use bonghwa_analytics::cause::shift::{Series, rank};
use bonghwa_analytics::cause::{GaugeSeries, Period, Scene, Symptom, explain};
use bonghwa_analytics::view::{Measure, Standing};
use bonghwa_benches::{Report, Target, medians};

const ROUNDS: usize = 40;
const SERVICES: usize = 200;
/// Routes and calls of each service: 200 x (3 + 2) series, and 200 gauges beside them.
const ROUTES: usize = 3;
const CALLS: usize = 2;
/// Usual periods, each with all series.
const USUAL: usize = 5;
const ONSET: i64 = 1_700_000_000;
/// The service that is slow.
const CULPRIT: usize = 151;

fn main() -> std::io::Result<()> {
    let mut report = Report::default();
    scene(&mut report);
    graph(&mut report);
    columns(&mut report);
    report.write()
}

/// The whole explanation, from merged buckets to causes.
fn scene(report: &mut Report) {
    let (before, during) = (bucket(1, 1.0), bucket(2, 8.0));
    let usual: Vec<Bucket> = (0..USUAL as u64).map(|day| bucket(10 + day, 1.0)).collect();
    let periods: Vec<Period<'_>> = usual.iter().map(|bucket| Period { bucket, seconds: 1800.0 }).collect();
    let names: Vec<Name> = (0..SERVICES).map(name).collect();
    let points: Vec<(i64, f64)> = (0..240).map(|m| (ONSET + (m - 200) * 60, 0.4 + 0.1 * noise(3, m as u64))).collect();
    let series = |name| GaugeSeries { service: name, resource: Resource::Heap, points: &points };
    let gauges: Vec<GaugeSeries<'_>> = names.iter().map(|name| series(name)).collect();
    let slow = Symptom { measure: Measure::LatencyP95, standing: Standing::Above, service: None, route: None };
    let scene = Scene {
        onset: ONSET,
        end: ONSET + 1800,
        before: Period { bucket: &before, seconds: 1800.0 },
        during: Period { bucket: &during, seconds: 1800.0 },
        usual: &periods,
        gauges: &gauges,
        changes: &[],
        symptoms: &[slow],
        templates: &[],
        sources: &[],
    };
    let found = explain(&scene);
    assert_eq!(found.causes.first().map(|cause| cause.service.as_str()), Some(&*names[CULPRIT]));
    let [own] = medians(ROUNDS, [&mut || drop(black_box(explain(black_box(&scene))))]);
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

/// A tree of services, each calling its children; times grow towards the root.
fn bucket(seed: u64, slower: f64) -> Bucket {
    let mut bucket = Bucket::default();
    let mut slow = vec![0.0; SERVICES];
    for at in std::iter::successors(Some(CULPRIT), |at| (*at > 0).then(|| (at - 1) / CALLS)) {
        slow[at] = 300.0 * (slower - 1.0);
    }
    for (service, slow) in slow.iter().enumerate() {
        let name_of = name(service);
        for route in 0..ROUTES {
            let key = (name_of.clone(), Name::from(format!("GET /route/{route}")));
            bucket.transactions.insert(key, transaction(seed, (service * ROUTES + route) as u64, 2000, 40.0 + slow));
        }
        for callee in (1..=CALLS).map(|child| service * CALLS + child).filter(|callee| *callee < SERVICES) {
            let waited = 40.0 + if *slow > 0.0 && callee_is_slow(callee) { *slow } else { 0.0 };
            // Every request of every route makes the call.
            let call = transaction(seed, 9000 + callee as u64, 2000 * ROUTES as u64, waited);
            bucket.calls.insert((name_of.clone(), name(callee)), call);
        }
        bucket.resources.insert((name_of, Resource::Heap), Gauge::sample(400_000, 0));
    }
    bucket.entry = transaction(seed, 1, 2000, 40.0);
    bucket
}

/// Whether a service lies between the root and the culprit.
fn callee_is_slow(callee: usize) -> bool {
    std::iter::successors(Some(CULPRIT), |at| (*at > 0).then(|| (at - 1) / CALLS)).any(|at| at == callee)
}

fn transaction(seed: u64, number: u64, count: u64, ms: f64) -> Transaction {
    let mut transaction = Transaction { count, errors: number % 5, ..Transaction::default() };
    for i in 0..64 {
        let share = 0.3 + 1.4 * noise(seed ^ number, i);
        transaction.latency.insert_n((ms * share * 1e6) as u64, count / 64);
    }
    transaction
}

fn name(service: usize) -> Name {
    Name::from(format!("service-{service:03}"))
}

/// A number from 0 to 1 that belongs to two others. Source: Steele et al., SplitMix64 (2014).
fn noise(a: u64, b: u64) -> f64 {
    let mut z = (a << 32 ^ b).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

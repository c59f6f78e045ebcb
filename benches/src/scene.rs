//! An incident among 1,000 series: a tree of services in which one is slow.

use bonghwa_analytics::bucket::{Bucket, Gauge, Name, Resource, Transaction};
use bonghwa_analytics::cause::{Explanation, GaugeSeries, Period, Scene, Symptom, explain};
use bonghwa_analytics::view::{Measure, Standing};

use crate::noise;

const SERVICES: usize = 200;
/// Routes and calls of each service: 200 x (3 + 2) series, and 200 gauges beside them.
const ROUTES: usize = 3;
const CALLS: usize = 2;
/// Usual periods, each with all series.
const USUAL: usize = 5;
const ONSET: i64 = 1_700_000_000;
/// The service that is slow.
const CULPRIT: usize = 151;

/// All that an explanation is made from.
pub struct Incident {
    before: Bucket,
    during: Bucket,
    usual: Vec<Bucket>,
    names: Vec<Name>,
    points: Vec<(i64, f64)>,
}

impl Default for Incident {
    fn default() -> Self {
        Self {
            before: bucket(1, 1.0),
            during: bucket(2, 8.0),
            usual: (0..USUAL as u64).map(|day| bucket(10 + day, 1.0)).collect(),
            names: (0..SERVICES).map(name).collect(),
            points: (0..240).map(|m| (ONSET + (m - 200) * 60, 0.4 + 0.1 * noise(3, m as u64))).collect(),
        }
    }
}

impl Incident {
    /// The whole explanation, from merged buckets to causes.
    pub fn explain(&self) -> Explanation {
        let periods: Vec<Period<'_>> = self.usual.iter().map(|bucket| Period { bucket, seconds: 1800.0 }).collect();
        let series = |service| GaugeSeries { service, resource: Resource::Heap, points: &self.points };
        let gauges: Vec<GaugeSeries<'_>> = self.names.iter().map(|name| series(name)).collect();
        let slow = Symptom { measure: Measure::LatencyP95, standing: Standing::Above, service: None, route: None };
        explain(&Scene {
            onset: ONSET,
            end: ONSET + 1800,
            before: Period { bucket: &self.before, seconds: 1800.0 },
            during: Period { bucket: &self.during, seconds: 1800.0 },
            usual: &periods,
            gauges: &gauges,
            changes: &[],
            symptoms: &[slow],
            templates: &[],
            sources: &[],
        })
    }

    /// Whether an explanation names the service that is slow first.
    pub fn is_right(explanation: &Explanation) -> bool {
        explanation.causes.first().is_some_and(|cause| cause.service == *name(CULPRIT))
    }
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

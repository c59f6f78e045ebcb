//! Which services, routes and calls a change of a measure comes from.
//!
//! Method: additive attribution. The measures here are sums over parts, so the change of the whole is the sum of the
//! changes of its parts, and each part's share of it needs no model.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::bucket::{Bucket, Name, Transaction};

/// What is divided among its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// Requests a second.
    Requests,
    /// Failed requests a second.
    Errors,
    /// Seconds of waiting a second, beyond what the same requests took before. A part that has no durations in both
    /// periods contributes nothing.
    SlowTime,
    /// Log records of the severities warning and error a second (services only).
    Complaints,
}

/// What a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// A service: all requests that it answered.
    Service,
    /// A route of a service.
    Route,
    /// A callee of a service.
    Call,
}

/// A part and what it contributes.
#[derive(Clone, Debug, PartialEq)]
pub struct Contribution {
    /// What it is.
    pub part: Part,
    /// Service.
    pub service: Name,
    /// Route or callee; empty for a whole service.
    pub name: Name,
    /// Value in the period before.
    pub before: f64,
    /// Value in the period asked about.
    pub during: f64,
    /// Its change / the changes of all parts of its kind in the same direction, 0 to 1, negative for a part that goes
    /// the other way than the whole.
    pub share: f64,
}

impl Contribution {
    /// By how much it changed.
    pub fn change(&self) -> f64 {
        self.during - self.before
    }
}

/// The parts of a change from a period before to a period asked about, of so many seconds each; the largest first, parts
/// that did not change left out.
pub fn contributors(
    (before, before_seconds): (&Bucket, i64),
    (during, during_seconds): (&Bucket, i64),
    quantity: Quantity,
) -> Vec<Contribution> {
    let seconds = [before_seconds.max(1) as f64, during_seconds.max(1) as f64];
    let mut all = Vec::new();
    if quantity == Quantity::Complaints {
        let mut services: BTreeMap<&Name, [u64; 2]> = BTreeMap::new();
        for (period, bucket) in [before, during].into_iter().enumerate() {
            for ((service, severity), count) in &bucket.logs {
                if *severity >= crate::bucket::Severity::Warn {
                    let sum = &mut services.entry(service).or_default()[period];
                    *sum = sum.saturating_add(*count);
                }
            }
        }
        let none = Name::from("");
        let rows = services.into_iter().map(|(service, counts)| {
            ((service.clone(), none.clone()), [counts[0] as f64 / seconds[0], counts[1] as f64 / seconds[1]])
        });
        add(Part::Service, rows, &mut all);
    } else {
        let [old, new] = [before, during].map(services);
        for (part, old, new) in [
            (Part::Service, &old, &new),
            (Part::Route, &before.transactions, &during.transactions),
            (Part::Call, &before.calls, &during.calls),
        ] {
            let none = Transaction::default();
            let mut keys: Vec<_> = old.keys().chain(new.keys()).collect();
            keys.sort();
            keys.dedup();
            let rows = keys.into_iter().map(|key| {
                let cells = [old.get(key).unwrap_or(&none), new.get(key).unwrap_or(&none)];
                (key.clone(), values(quantity, cells, seconds))
            });
            add(part, rows, &mut all);
        }
    }
    all.sort_by(|a, b| libm::fabs(b.change()).total_cmp(&libm::fabs(a.change())).then(a.part.cmp(&b.part)));
    all
}

type Cells = BTreeMap<(Name, Name), Transaction>;

/// Requests by service.
fn services(bucket: &Bucket) -> Cells {
    let none = Name::from("");
    let mut services = Cells::new();
    for ((service, _), cell) in &bucket.transactions {
        services.entry((service.clone(), none.clone())).or_default().merge(cell);
    }
    services
}

fn values(quantity: Quantity, [old, new]: [&Transaction; 2], seconds: [f64; 2]) -> [f64; 2] {
    match quantity {
        Quantity::Requests => [old.count as f64 / seconds[0], new.count as f64 / seconds[1]],
        Quantity::Errors => [old.errors as f64 / seconds[0], new.errors as f64 / seconds[1]],
        Quantity::SlowTime => match (mean(old), mean(new)) {
            (Some(before), Some(during)) => [before, during].map(|mean| mean * new.latency.count() as f64 / seconds[1]),
            _ => [0.0; 2],
        },
        Quantity::Complaints => [0.0; 2],
    }
}

/// Mean duration in seconds.
fn mean(cell: &Transaction) -> Option<f64> {
    let sum: f64 = cell.latency.bins().map(|(low, high, n)| (low as f64 + high as f64) / 2e9 * n as f64).sum();
    (!cell.latency.is_empty()).then(|| sum / cell.latency.count() as f64)
}

/// Adds the parts of one kind that changed, with their shares.
fn add(part: Part, rows: impl Iterator<Item = ((Name, Name), [f64; 2])>, into: &mut Vec<Contribution>) {
    let start = into.len();
    for ((service, name), [before, during]) in rows {
        if libm::fabs(during - before) > 0.0 {
            into.push(Contribution { part, service, name, before, during, share: 0.0 });
        }
    }
    let Some(parts) = into.get_mut(start..) else { return };
    let whole: f64 = parts.iter().map(Contribution::change).sum();
    let direction = if whole < 0.0 { -1.0 } else { 1.0 };
    let along: f64 = parts.iter().map(|part| part.change() * direction).filter(|change| *change > 0.0).sum();
    for part in parts.iter_mut().filter(|_| along > 0.0) {
        part.share = part.change() * direction / along;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(count: u64, errors: u64, nanos: u64) -> Transaction {
        let mut cell = Transaction { count, errors, ..Transaction::default() };
        cell.latency.insert_n(nanos, count);
        cell
    }

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    fn bucket(rows: &[(&str, &str, Transaction)]) -> Bucket {
        let mut bucket = Bucket::default();
        for (service, route, cell) in rows {
            bucket.transactions.insert((Name::from(*service), Name::from(*route)), cell.clone());
        }
        bucket
    }

    #[test]
    fn the_part_that_changed_comes_first_with_its_share() {
        let before = bucket(&[("was", "/a", cell(600, 6, 1_000_000)), ("was", "/b", cell(600, 0, 1_000_000))]);
        let during = bucket(&[
            ("was", "/a", cell(300, 3, 1_000_000)),
            ("was", "/b", cell(300, 90, 101_000_000)),
            ("web", "/c", cell(30, 30, 5_000_000)),
        ]);
        let top = |quantity| contributors((&before, 600), (&during, 300), quantity);
        let errors = top(Quantity::Errors);
        let routes: Vec<_> = errors.iter().filter(|c| c.part == Part::Route).collect();
        assert_eq!(routes.iter().map(|c| &*c.name).collect::<Vec<_>>(), ["/b", "/c"]);
        assert!(near(routes[0].share, 0.75) && near(routes[1].share, 0.25));
        assert!(errors.iter().any(|c| c.part == Part::Service && &*c.service == "was" && near(c.share, 0.75)));
        let slow = top(Quantity::SlowTime);
        assert!(slow.iter().all(|c| &*c.name != "/c"), "a new route has nothing to be slower than");
        let b = slow.iter().find(|c| &*c.name == "/b").expect("it became slower");
        assert!((b.change() - 0.1).abs() < 0.005 && (b.share - 1.0).abs() < 0.02, "{b:?}");
        let requests = top(Quantity::Requests);
        assert!(requests.iter().any(|c| &*c.name == "/c" && near(c.before, 0.0) && near(c.share, 1.0)));
    }

    #[test]
    fn a_part_against_the_whole_has_a_negative_share() {
        let before = bucket(&[("a", "/", cell(100, 0, 1)), ("b", "/", cell(10, 0, 1))]);
        let during = bucket(&[("a", "/", cell(10, 0, 1)), ("b", "/", cell(20, 0, 1))]);
        let shares: Vec<f64> = contributors((&before, 1), (&during, 1), Quantity::Requests)
            .into_iter()
            .filter(|c| c.part == Part::Service)
            .map(|c| c.share)
            .collect();
        assert_eq!(shares.len(), 2);
        assert!(near(shares[0], 1.0) && near(shares[1], -10.0 / 90.0));
    }

    #[test]
    fn nothing_gives_nothing() {
        let empty = Bucket::default();
        for quantity in [Quantity::Requests, Quantity::Errors, Quantity::SlowTime, Quantity::Complaints] {
            assert_eq!(contributors((&empty, 0), (&empty, -5), quantity), []);
        }
        let mut during = Bucket::default();
        during.logs.insert((Name::from("was"), crate::bucket::Severity::Error), 30);
        let all = contributors((&empty, 60), (&during, 60), Quantity::Complaints);
        assert!(all.len() == 1 && near(all[0].during, 0.5) && near(all[0].share, 1.0));
    }
}

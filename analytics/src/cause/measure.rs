//! From transactions to excess: how much longer, or how much more often failing, than before.

use super::flow::{CHANCE_FAILURES, Excess, Kind};
use super::shift::{ascending, quantile};
use crate::bucket::Transaction;

/// Standard errors that chance may reach.
const SIGMAS: f64 = 4.0;
/// Least rise of the mean latency that counts, as a share of it: load alone moves it by so much.
const LEAST_SLOWER: f64 = 0.1;
/// Least rise of the error rate that counts, as a share of it.
const LEAST_FAILING: f64 = 0.25;
/// Requests from which on a route has a usual of its own; below, that of its service stands in.
const ENOUGH: f64 = 20.0;

/// Moments of a transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Stats {
    pub(super) count: f64,
    pub(super) errors: f64,
    /// Requests with a duration, and mean and variance of those, in seconds.
    pub(super) timed: f64,
    pub(super) mean: f64,
    variance: f64,
}

impl Stats {
    pub(super) fn of(transaction: &Transaction) -> Self {
        let (mut timed, mut sum, mut squares) = (0.0, 0.0, 0.0);
        for (from, to, count) in transaction.latency.bins() {
            let (seconds, count) = ((from as f64 + to as f64) / 2e9, count as f64);
            timed += count;
            sum += seconds * count;
            squares += seconds * seconds * count;
        }
        let mean = if timed > 0.0 { sum / timed } else { 0.0 };
        let variance = if timed > 0.0 { (squares / timed - mean * mean).max(0.0) } else { 0.0 };
        Self { count: transaction.count as f64, errors: transaction.errors as f64, timed, mean, variance }
    }

    /// The moments of both together.
    pub(super) fn with(&self, other: &Self) -> Self {
        let timed = self.timed + other.timed;
        let (mut mean, mut variance) = (0.0, 0.0);
        if timed > 0.0 {
            let (a, b) = (self.timed / timed, other.timed / timed);
            mean = a * self.mean + b * other.mean;
            let apart = self.mean - other.mean;
            variance = a * self.variance + b * other.variance + a * b * apart * apart;
        }
        Self { count: self.count + other.count, errors: self.errors + other.errors, timed, mean, variance }
    }

    /// Requests that the level stands on.
    pub(super) fn requests(&self, kind: Kind) -> f64 {
        match kind {
            Kind::Latency => self.timed,
            Kind::Errors => self.count,
        }
    }

    /// Mean latency or error rate.
    pub(super) fn level(&self, kind: Kind) -> Option<f64> {
        let requests = self.requests(kind);
        (requests > 0.0).then(|| match kind {
            Kind::Latency => self.mean,
            Kind::Errors => self.errors / requests,
        })
    }
}

/// One route, or one call, in all periods.
#[derive(Clone, Debug, Default)]
pub(super) struct Cell<'a> {
    /// Route, or callee as it was named.
    pub(super) name: &'a str,
    pub(super) before: Stats,
    pub(super) during: Stats,
    pub(super) usual: Vec<Stats>,
}

/// All cells together, in every period.
pub(super) fn total(cells: &[Cell<'_>]) -> Cell<'static> {
    let mut total = Cell::default();
    for cell in cells {
        total.before = total.before.with(&cell.before);
        total.during = total.during.with(&cell.during);
        total.usual.resize(cell.usual.len().max(total.usual.len()), Stats::default());
        for (sum, usual) in total.usual.iter_mut().zip(&cell.usual) {
            *sum = sum.with(usual);
        }
    }
    total
}

/// What one cell exceeds, and what that may be by chance.
#[derive(Clone, Debug, Default)]
struct Part {
    now: f64,
    past: Vec<f64>,
    variance: f64,
    floor: f64,
}

impl Part {
    fn of(kind: Kind, cell: &Cell<'_>, whole: &Cell<'_>) -> Option<Self> {
        let before = if cell.before.requests(kind) >= ENOUGH { &cell.before } else { &whole.before };
        let (base, level) = (before.level(kind)?, cell.during.level(kind)?);
        let (n, m) = (cell.during.requests(kind), before.requests(kind));
        let past = |stats: &Stats| stats.level(kind).map_or(0.0, |past| n * (past - base));
        let (variance, floor) = match kind {
            Kind::Latency => (n * n * (before.variance / m + cell.during.variance / n), LEAST_SLOWER * n * base),
            Kind::Errors => (n * base.max(1.0 / m) * (1.0 + n / m), LEAST_FAILING * n * base),
        };
        Some(Self { now: n * (level - base), past: cell.usual.iter().map(past).collect(), variance, floor })
    }

    fn add(&mut self, other: &Self) {
        self.now += other.now;
        self.variance += other.variance;
        self.floor += other.floor;
        self.past.resize(self.past.len().max(other.past.len()), 0.0);
        for (sum, past) in self.past.iter_mut().zip(&other.past) {
            *sum += past;
        }
    }

    fn excess(&self, kind: Kind) -> Excess {
        let chance = SIGMAS * libm::sqrt(self.variance);
        let least = if kind == Kind::Errors { CHANCE_FAILURES } else { 0.0 };
        let past = quantile(&ascending(&self.past), 0.95).unwrap_or(0.0);
        Excess { now: self.now, usual: past.max(chance + least).max(self.floor) }
    }
}

/// The excess of cells that belong together; `None` if none can be compared.
///
/// Routes are compared each with itself, so that another mix of fast and slow ones is no excess. Where single routes
/// stand out clearer than all together, only those count.
pub(super) fn excess(kind: Kind, cells: &[Cell<'_>]) -> Option<Excess> {
    let whole = total(cells);
    let (mut all, mut out, mut any) = (Part::default(), Excess::default(), false);
    for cell in cells {
        let Some(part) = Part::of(kind, cell, &whole) else { continue };
        let own = part.excess(kind);
        if own.now > own.usual {
            out.now += own.now;
            out.usual += own.usual;
        }
        all.add(&part);
        any = true;
    }
    let all = all.excess(kind);
    any.then_some(if out.now - out.usual > all.now - all.usual && out.now > 0.0 { out } else { all })
}

/// The cell that holds most of the excess, if it holds nearly all, and by more than it holds of the requests.
pub(super) fn concentrated<'a, 'b>(kind: Kind, cells: &'b [Cell<'a>]) -> Option<&'b Cell<'a>> {
    const NEARLY_ALL: f64 = 0.7;
    let whole = total(cells);
    let excess = |cell: &Cell<'_>| Part::of(kind, cell, &whole).map_or(0.0, |part| part.now.max(0.0));
    let sum: f64 = cells.iter().map(excess).sum();
    let first = cells.iter().max_by(|a, b| excess(a).total_cmp(&excess(b)))?;
    let share = first.during.requests(kind) / whole.during.requests(kind).max(1.0);
    (excess(first) > NEARLY_ALL * sum && share < NEARLY_ALL * 0.8).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stats(count: u64, errors: u64, ms: u64) -> Stats {
        let mut transaction = Transaction { count, errors, ..Transaction::default() };
        transaction.latency.insert_n(ms * 1_000_000 * 4 / 5, count / 2);
        transaction.latency.insert_n(ms * 1_000_000 * 6 / 5, count - count / 2);
        Stats::of(&transaction)
    }

    fn cell(name: &'static str, before: Stats, during: Stats) -> Cell<'static> {
        Cell { name, before, during, usual: Vec::new() }
    }

    #[test]
    fn another_mix_of_routes_is_no_excess() {
        let cells =
            [cell("fast", stats(900, 0, 10), stats(100, 0, 10)), cell("slow", stats(100, 0, 500), stats(900, 0, 500))];
        let excess = excess(Kind::Latency, &cells).unwrap();
        assert!(excess.now.abs() < 1.0 && excess.usual > 1.0, "{excess:?}");
    }

    #[test]
    fn a_rare_route_that_slows_down_is_seen_and_named() {
        let cells = [
            cell("often", stats(9_800, 20, 100), stats(9_800, 20, 100)),
            cell("rarely", stats(200, 0, 100), stats(200, 0, 500)),
        ];
        let excess = excess(Kind::Latency, &cells).unwrap();
        assert!(excess.now > 75.0 && excess.now > 2.0 * excess.usual, "{excess:?}");
        assert_eq!(concentrated(Kind::Latency, &cells).unwrap().name, "rarely");
        let both = [cell("a", stats(500, 0, 50), stats(500, 0, 90)), cell("b", stats(500, 0, 50), stats(500, 0, 90))];
        assert!(concentrated(Kind::Latency, &both).is_none());
    }

    #[test]
    fn chance_is_no_excess() {
        let excess = excess(Kind::Errors, &[cell("a", stats(1000, 2, 10), stats(1000, 6, 10))]).unwrap();
        assert!(excess.now < excess.usual, "{excess:?}");
        let cell = Cell { usual: vec![stats(1000, 90, 10); 3], ..cell("a", stats(1000, 2, 10), stats(1000, 60, 10)) };
        assert!(super::excess(Kind::Errors, &[cell]).unwrap().usual > 80.0);
    }

    #[test]
    fn what_cannot_be_compared_has_no_excess() {
        assert_eq!(excess(Kind::Latency, &[]), None);
        assert_eq!(excess(Kind::Latency, &[cell("a", Stats::default(), stats(10, 0, 1))]), None);
        assert_eq!(excess(Kind::Latency, &[cell("a", stats(10, 0, 1), Stats::default())]), None);
    }

    #[test]
    fn moments_add_up() {
        let together = stats(10, 1, 100).with(&stats(30, 2, 300));
        let mut transaction = Transaction { count: 40, errors: 3, ..Transaction::default() };
        for (ms, n) in [(80, 5), (120, 5), (240, 15), (360, 15)] {
            transaction.latency.insert_n(ms * 1_000_000, n);
        }
        let merged = Stats::of(&transaction);
        assert!((together.mean - merged.mean).abs() < 1e-9 && (together.variance - merged.variance).abs() < 1e-9);
        assert_eq!((together.count, together.errors, together.timed), (40.0, 3.0, 40.0));
    }
}

//! The column engine: one track of a region at one resolution as columns of equal length, sorted by time.
//!
//! Rows arrive mostly in order and are replaced now and then. A value that was not received is NaN inside and `None`
//! outside. The engine does what the pages need: ranges, sums, weighted means, robust centres; nothing else.

use std::collections::BTreeMap;

use crate::bucket::{Gauge, Name, Resource, Transaction};
use crate::codec::{CodecError, Reader};
use crate::identity::IdentityMode;
use crate::summary::Summary;
use crate::view::Measure;

/// Columns of one region at one resolution.
#[derive(Clone, Debug, Default)]
pub struct Table {
    starts: Vec<i64>,
    seqs: Vec<u64>,
    users: [Vec<f64>; 3],
    identified: [Vec<f64>; 3],
    requests: Vec<f64>,
    errors: Vec<f64>,
    latency: Vec<Box<[u8]>>,
    p95: Vec<f64>,
    load: Vec<f64>,
    gauges: BTreeMap<(Name, Resource), Vec<f64>>,
    modes: [bool; 3],
}

impl Table {
    /// Number of rows.
    pub const fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether there are no rows.
    pub const fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// Starts of all rows, ascending.
    pub fn starts(&self) -> &[i64] {
        &self.starts
    }

    /// Puts a row in its place, its latencies as they are written; an older one (by sequence) changes nothing. Says whether
    /// anything changed.
    pub fn put(&mut self, start: i64, seq: u64, summary: &Summary, latency: &[u8]) -> bool {
        let at = match self.starts.binary_search(&start) {
            Ok(at) if self.seqs[at] > seq => return false,
            Ok(at) => at,
            Err(at) => {
                self.insert_empty(at, start);
                at
            }
        };
        self.seqs[at] = seq;
        for mode in IdentityMode::ALL {
            let users = summary.users.get(&mode);
            self.users[mode as usize][at] = users.map_or(f64::NAN, |u| u.estimate);
            self.modes[mode as usize] |= users.is_some_and(|u| u.identified > 0);
            self.identified[mode as usize][at] = users.map_or(0.0, |u| u.identified as f64);
        }
        self.requests[at] = summary.entry.count as f64;
        self.errors[at] = summary.entry.errors as f64;
        self.p95[at] = summary.entry.latency.quantile(0.95).unwrap_or(f64::NAN);
        self.latency[at] = latency.into();
        self.load[at] = busiest_processor(&summary.resources);
        self.put_gauges(at, &summary.resources);
        true
    }

    /// Puts the gauges of a row. Both sides are in order, and mostly of the same keys: they are walked together.
    fn put_gauges(&mut self, at: usize, gauges: &Gauges) {
        let mut given = gauges.iter().peekable();
        let mut fresh = Vec::new();
        for (key, column) in &mut self.gauges {
            while let Some(new) = given.next_if(|(other, _)| *other < key) {
                fresh.push(new);
            }
            let same = given.next_if(|(other, _)| *other == key);
            column[at] = same.map_or(f64::NAN, |(_, gauge)| level(key.1, gauge));
        }
        for (key, gauge) in fresh.into_iter().chain(given) {
            let mut column = vec![f64::NAN; self.starts.len()];
            column[at] = level(key.1, gauge);
            self.gauges.insert(key.clone(), column);
        }
    }

    /// Drops the rows that start in `from..to`.
    pub fn drop_range(&mut self, from: i64, to: i64) {
        let rows = self.range(from, to);
        if rows.is_empty() {
            return;
        }
        self.starts.drain(rows.clone());
        self.seqs.drain(rows.clone());
        self.latency.drain(rows.clone());
        self.each_column(|column| drop(column.drain(rows.clone())));
    }

    /// Indices of the rows that start in `from..to`.
    pub fn range(&self, from: i64, to: i64) -> std::ops::Range<usize> {
        let first = self.starts.partition_point(|start| *start < from);
        first..self.starts.partition_point(|start| *start < to).max(first)
    }

    /// Index of the row that starts at an instant.
    pub fn row(&self, start: i64) -> Option<usize> {
        self.starts.binary_search(&start).ok()
    }

    /// The value of a measure in a row; `width` is that of the row, seconds.
    pub fn value(&self, row: usize, measure: Measure, mode: IdentityMode, width: i64) -> Option<f64> {
        let value = match measure {
            // Inhabitants are not the table's to know: the view divides by them.
            Measure::Users | Measure::PerCapita => self.users[mode as usize][row],
            Measure::Requests => self.requests[row] / width as f64,
            Measure::ErrorRate if self.requests[row] > 0.0 => self.errors[row] / self.requests[row],
            Measure::ErrorRate => f64::NAN,
            Measure::LatencyP95 => self.p95[row],
            Measure::LatencyP50 => self.quantile(row, 0.5),
            Measure::LatencyP99 => self.quantile(row, 0.99),
            Measure::Load | Measure::Cpu => self.load[row],
            Measure::Memory => self.busiest(row, Resource::Memory),
            Measure::Heap => self.busiest(row, Resource::Heap),
        };
        (!value.is_nan()).then_some(value)
    }

    /// A gauge of a service in a row.
    pub fn gauge(&self, row: usize, service: &Name, kind: Resource) -> Option<f64> {
        let value = *self.gauges.get(&(service.clone(), kind))?.get(row)?;
        (!value.is_nan()).then_some(value)
    }

    /// Services that reported a gauge of this kind.
    pub fn services(&self, kind: Resource) -> impl Iterator<Item = &Name> {
        self.gauges.keys().filter(move |key| key.1 == kind).map(|key| &key.0)
    }

    /// Whether identities of this mode were ever seen.
    pub const fn has_mode(&self, mode: IdentityMode) -> bool {
        self.modes[mode as usize]
    }

    /// Number of requests in a row.
    pub fn requests(&self, row: usize) -> f64 {
        self.requests[row]
    }

    /// Requests in a row that carried an identity of this mode.
    pub fn identified(&self, row: usize, mode: IdentityMode) -> u64 {
        self.identified[mode as usize][row] as u64
    }

    /// Requests of a row, with their latency.
    pub fn entry(&self, row: usize) -> Transaction {
        Transaction {
            count: self.requests[row] as u64,
            errors: self.errors[row] as u64,
            latency: self.sketch(row).unwrap_or_default(),
        }
    }

    fn sketch(&self, row: usize) -> Result<crate::latency::LatencySketch, CodecError> {
        crate::latency::LatencySketch::decode(&mut Reader::new(&self.latency[row]))
    }

    fn quantile(&self, row: usize, q: f64) -> f64 {
        self.sketch(row).ok().and_then(|sketch| sketch.quantile(q)).unwrap_or(f64::NAN)
    }

    fn busiest(&self, row: usize, kind: Resource) -> f64 {
        self.gauges.iter().filter(|(key, _)| key.1 == kind).map(|(_, column)| column[row]).fold(f64::NAN, f64::max)
    }

    fn insert_empty(&mut self, at: usize, start: i64) {
        self.starts.insert(at, start);
        self.seqs.insert(at, 0);
        self.latency.insert(at, Box::default());
        self.each_column(|column| column.insert(at, f64::NAN));
    }

    fn each_column(&mut self, mut change: impl FnMut(&mut Vec<f64>)) {
        self.users.iter_mut().chain(&mut self.identified).for_each(&mut change);
        [&mut self.requests, &mut self.errors, &mut self.p95, &mut self.load].into_iter().for_each(&mut change);
        self.gauges.values_mut().for_each(change);
    }
}

/// Gauges of a row.
type Gauges = BTreeMap<(Name, Resource), Gauge>;

/// The mean of a gauge, shares as such.
fn level(kind: Resource, gauge: &Gauge) -> f64 {
    let unit = if matches!(kind, Resource::Network | Resource::HeapBytes | Resource::MemoryBytes) { 1.0 } else { 1e6 };
    gauge.mean() / unit
}

/// The highest use of a processor; NaN where there is none.
fn busiest_processor(gauges: &Gauges) -> f64 {
    let processors = gauges.iter().filter(|(key, _)| key.1 == Resource::Cpu);
    processors.map(|(key, gauge)| level(key.1, gauge)).fold(f64::NAN, f64::max)
}

/// The median; `None` of nothing. Reorders the values.
pub fn median(values: &mut [f64]) -> Option<f64> {
    let mid = values.len().checked_sub(1)? / 2;
    values.sort_unstable_by(f64::total_cmp);
    let upper = values[values.len() / 2];
    Some(f64::midpoint(values[mid], upper))
}

/// Median and robust scale (1.4826 times the median absolute deviation, which is the standard deviation of normal
/// data). Reorders the values.
pub fn robust(values: &mut [f64]) -> Option<(f64, f64)> {
    let centre = median(values)?;
    for value in values.iter_mut() {
        *value = libm::fabs(*value - centre);
    }
    median(values).map(|deviation| (centre, 1.4826 * deviation))
}

//! From data points to gauges: which metrics show the use of a resource, and how their points add up.
//!
//! Names are those of the OpenTelemetry semantic conventions, present and past, and of the Collector's receivers.

use std::collections::{BTreeMap, BTreeSet};

use bonghwa_analytics::bucket::Resource;

use super::view::{MetricKind, PointView, Value};
use super::{Origin, Sink};

/// How the points that one report gives of a metric become one sample.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fold {
    /// The mean of the points; of processor states, 1 less the idle share.
    Mean,
    /// Their sum (states of a process, pools of a heap).
    Sum,
    /// Every point is a sample (file systems).
    Each,
    /// Their sum a second, if they count since the last report.
    Rate,
    /// The used bytes over the bytes in all states.
    OfStates,
}

/// A metric that shows the use of a resource.
struct Source {
    name: &'static [u8],
    shows: Resource,
    fold: Fold,
    /// Only points of this state or type of memory; those that state none count as well.
    only: &'static [u8],
    /// The metric that holds the limit; with it the sample is a share.
    limit: &'static [u8],
}

const fn source(name: &'static str, shows: Resource, fold: Fold) -> Source {
    Source { name: name.as_bytes(), shows, fold, only: b"", limit: b"" }
}

impl Source {
    const fn only(self, only: &'static str) -> Self {
        Self { only: only.as_bytes(), ..self }
    }

    const fn limit(self, limit: &'static str) -> Self {
        Self { limit: limit.as_bytes(), ..self }
    }
}

/// For each resource, of those reported at one instant, the first in this order is shown: the whole host before the
/// share of a limit before the process alone.
static SOURCES: [Source; 34] = {
    use Fold::{Each, Mean, OfStates, Rate, Sum};
    use Resource::{Cpu, Disk, Heap, HeapBytes, Memory, MemoryBytes, Network};
    [
        source("system.cpu.utilization", Cpu, Mean).only("idle"),
        source("jvm.system.cpu.utilization", Cpu, Mean),
        source("process.runtime.jvm.system.cpu.utilization", Cpu, Mean),
        source("k8s.container.cpu_limit_utilization", Cpu, Mean),
        source("k8s.pod.cpu_limit_utilization", Cpu, Mean),
        source("k8s.pod.cpu.node.utilization", Cpu, Mean),
        source("jvm.cpu.recent_utilization", Cpu, Mean),
        source("process.runtime.jvm.cpu.utilization", Cpu, Mean),
        source("process.cpu.utilization", Cpu, Sum),
        source("process.runtime.cpython.cpu.utilization", Cpu, Sum),
        source("system.memory.utilization", Memory, Mean).only("used"),
        source("system.memory.usage", Memory, OfStates).only("used"),
        source("k8s.container.memory_limit_utilization", Memory, Mean),
        source("k8s.pod.memory_limit_utilization", Memory, Mean),
        source("k8s.pod.memory.node.utilization", Memory, Mean),
        source("container.memory.percent", Memory, Mean),
        source("container.memory.working_set", MemoryBytes, Sum),
        source("k8s.pod.memory.working_set", MemoryBytes, Sum),
        source("container.memory.usage.total", MemoryBytes, Sum),
        source("container.memory.usage", MemoryBytes, Sum),
        source("process.memory.usage", MemoryBytes, Sum),
        source("process.memory.physical_usage", MemoryBytes, Sum),
        source("process.runtime.cpython.memory", MemoryBytes, Sum).only("rss"),
        source("jvm.memory.used", Heap, Sum).only("heap").limit("jvm.memory.limit"),
        source("process.runtime.jvm.memory.usage", Heap, Sum).only("heap").limit("process.runtime.jvm.memory.limit"),
        source("v8js.memory.heap.used", Heap, Sum).limit("v8js.memory.heap.limit"),
        source("process.runtime.nodejs.memory.heap.used", Heap, Sum).limit("process.runtime.nodejs.memory.heap.total"),
        source("dotnet.gc.last_collection.heap.size", HeapBytes, Sum),
        source("process.runtime.dotnet.gc.heap.size", HeapBytes, Sum),
        source("go.memory.used", HeapBytes, Sum),
        source("process.runtime.go.mem.heap_alloc", HeapBytes, Sum),
        source("system.filesystem.utilization", Disk, Each),
        source("system.network.io", Network, Rate),
        source("k8s.pod.network.io", Network, Rate),
    ]
};

/// States of memory that together make the whole (`slab` and others are counted within these).
const MEMORY_STATES: [&[u8]; 5] = [b"used", b"free", b"cached", b"buffered", b"inactive"];

/// Loopback traffic is not traffic of the network.
const LOOPBACK: [&[u8]; 2] = [b"lo", b"lo0"];

/// A sum of points.
#[derive(Clone, Copy, Debug, Default)]
struct Points {
    total: f64,
    count: u32,
    /// Start of the period that a rate is taken over, nanoseconds.
    start: u64,
}

/// The points of one resource in one request, by position in [`SOURCES`] and time in nanoseconds.
#[derive(Debug, Default)]
pub(super) struct Metrics {
    used: BTreeMap<(usize, u64), Points>,
    limits: BTreeMap<(usize, u64), Points>,
    samples: Vec<(Resource, u64, i64)>,
}

impl Metrics {
    /// Takes a data point.
    pub(super) fn take(&mut self, sink: &mut Sink<'_>, name: &[u8], kind: MetricKind, point: &PointView<'_>) {
        if let Err(refusal) = sink.builder.bucket(seconds(point.time)) {
            return sink.builder.report.reject(&refusal);
        }
        sink.builder.report.accepted += 1;
        let shown = self.add(name, kind, point);
        sink.builder.report.unshown += u64::from(!shown);
    }

    /// Whether the point has a place.
    fn add(&mut self, name: &[u8], kind: MetricKind, point: &PointView<'_>) -> bool {
        let Some(value) = point.value.filter(|value| value.is_finite() && *value >= 0.0) else { return false };
        let find = |wanted: fn(&Source) -> &'static [u8]| SOURCES.iter().position(|source| wanted(source) == name);
        let (position, is_limit) = match (find(|source| source.name), find(|source| source.limit)) {
            (Some(position), _) => (position, false),
            (None, Some(position)) => (position, true),
            (None, None) => return false,
        };
        let Some(source) = SOURCES.get(position) else { return false };
        let mark = match point.attributes.state {
            Value::None => point.attributes.memory.text(),
            state => state.text(),
        };
        let key = (position, point.time);
        if source.fold == Fold::OfStates && MEMORY_STATES.contains(&mark) {
            add(&mut self.limits, key, value, point.start);
        }
        let wanted =
            source.only.is_empty() || mark == source.only || (mark.is_empty() && source.fold != Fold::OfStates);
        if !wanted {
            // What the other states hold shows as the rest.
            return source.only == b"idle" || source.fold == Fold::OfStates;
        }
        match source.fold {
            Fold::Each => {
                let Some(share) = millionths(value) else { return false };
                self.samples.push((source.shows, point.time, share));
            }
            Fold::Rate => {
                let device = point.attributes.device.text();
                if kind != MetricKind::DeltaSum || LOOPBACK.contains(&device) {
                    return false;
                }
                add(&mut self.used, key, value, point.start);
            }
            _ if is_limit => add(&mut self.limits, key, value, point.start),
            _ if mark == b"idle" => add(&mut self.used, key, (1.0 - value).max(0.0), point.start),
            _ if source.name.ends_with(b".percent") => add(&mut self.used, key, value / 100.0, point.start),
            _ => add(&mut self.used, key, value, point.start),
        }
        true
    }

    /// Writes the samples.
    pub(super) fn finish(self, sink: &mut Sink<'_>, origin: &Origin) {
        let mut samples = self.samples;
        let mut shown = BTreeSet::new();
        for ((position, time), points) in &self.used {
            let Some(source) = SOURCES.get(*position) else { continue };
            let limit = nearest(&self.limits, *position, *time);
            let Some((resource, value)) = sample(source, points, limit, *time) else { continue };
            // Positions come in their order of preference.
            if shown.insert((*time, resource)) {
                samples.push((resource, *time, value));
            }
        }
        for (resource, time, value) in samples {
            // The bucket was opened when the point was taken, so it is there.
            if let Ok(bucket) = sink.builder.bucket(seconds(time)) {
                sink.builder.gauge(bucket, origin.service, resource, value, (time / 1_000_000) as i64);
                sink.seen(bucket, origin, seconds(time));
            }
        }
    }
}

fn add(map: &mut BTreeMap<(usize, u64), Points>, key: (usize, u64), value: f64, start: u64) {
    let points = map.entry(key).or_insert(Points { start, ..Points::default() });
    points.total += value;
    points.count += 1;
    points.start = points.start.min(start);
}

/// The limit reported nearest in time: reports of two instruments may differ by moments.
fn nearest(limits: &BTreeMap<(usize, u64), Points>, position: usize, time: u64) -> Option<f64> {
    let before = limits.range((position, 0)..=(position, time)).next_back();
    let after = limits.range((position, time)..=(position, u64::MAX)).next();
    let nearest = before.into_iter().chain(after).min_by_key(|((_, at), _)| at.abs_diff(time));
    nearest.map(|(_, points)| points.total).filter(|total| *total > 0.0)
}

fn sample(source: &Source, points: &Points, limit: Option<f64>, time: u64) -> Option<(Resource, i64)> {
    let mean = points.total / f64::from(points.count.max(1));
    match (source.fold, source.shows) {
        (Fold::Mean, shows) => Some((shows, millionths(mean)?)),
        (Fold::OfStates, shows) => Some((shows, millionths(points.total / limit?)?)),
        // A process may keep several cores busy where its SDK does not divide by their number.
        (Fold::Sum, Resource::Cpu) => Some((Resource::Cpu, millionths(points.total.min(1.0))?)),
        (Fold::Sum, Resource::Heap) => match limit.and_then(|limit| millionths(points.total / limit)) {
            Some(share) => Some((Resource::Heap, share)),
            None => Some((Resource::HeapBytes, whole(points.total)?)),
        },
        (Fold::Sum, shows) => Some((shows, whole(points.total)?)),
        (Fold::Rate, shows) => {
            let nanos = time.checked_sub(points.start).filter(|nanos| points.start > 0 && *nanos >= 1_000_000)?;
            Some((shows, whole(points.total / (nanos as f64 / 1e9))?))
        }
        (Fold::Each, _) => None,
    }
}

/// A share in millionths. A little above 1 is rounding; more is not a share.
fn millionths(share: f64) -> Option<i64> {
    (share <= 1.05).then(|| (share.min(1.0) * 1e6).round() as i64)
}

/// A whole number up to 2^53, beyond which a double is not exact and no such size exists.
fn whole(value: f64) -> Option<i64> {
    (value <= 9_007_199_254_740_992.0).then(|| value.round() as i64)
}

const fn seconds(nanos: u64) -> i64 {
    (nanos / 1_000_000_000) as i64
}

//! What is known of one region in one span of time, in a form that merges.
//!
//! The same type is the delta that a parser makes of one request, the open bucket in an edge's memory and the row that
//! it stores; `merge` is commutative and associative, to the byte, because every field is an integer.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::codec::{CodecError, Reader, put_bytes, put_str, put_u64};
use crate::identity::IdentityMode;
use crate::latency::LatencySketch;
use crate::session::{self, Sessions};
use crate::sketch::{Scheme, Sketch, SketchError};
use crate::summary::{decode_resources, decode_versions, encode_resources, encode_versions, own_name};
use crate::watch::{Alarm, Alarms, MAX_ALARMS};

/// A service, route or callee name, shared between the buckets in memory.
pub type Name = Arc<str>;

/// Name under which routes are kept once a bucket holds as many as its limit allows.
pub const OTHER: &str = "(other)";

/// All that one bucket holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bucket {
    /// Distinct identities, one entry a mode.
    pub concurrency: BTreeMap<IdentityMode, Concurrency>,
    /// Requests as users made them: entry spans or access-log lines.
    pub entry: Transaction,
    /// Requests that each service answered, by (service, route).
    pub transactions: BTreeMap<(Name, Name), Transaction>,
    /// Calls from a service to another, a database or a host, by (caller, callee).
    pub calls: BTreeMap<(Name, Name), Transaction>,
    /// Gauges, by (service, kind).
    pub resources: BTreeMap<(Name, Resource), Gauge>,
    /// Log records, by (service, severity).
    pub logs: BTreeMap<(Name, Severity), u64>,
    /// `service.version` seen, by (service, version): the first and last instant. A deployment shows here.
    pub versions: BTreeMap<(Name, Name), (i64, i64)>,
    /// Requests whose route went under [`OTHER`].
    pub other_routes: u64,
    /// Series that were out of their band, judged when the bucket closed. They stand in the summary, never in a delta.
    pub alarms: Alarms,
    /// Log records by (service, masked line): see [`logs`](crate::logs).
    pub templates: BTreeMap<(Name, Name), LogLines>,
    /// Sessions and log-ins, stored in a section of their own; none where nobody carried an identity.
    pub sessions: Option<Box<Sessions>>,
}

/// Distinct identities of one mode.
#[derive(Clone, Debug, PartialEq)]
pub struct Concurrency {
    /// Entry requests that carried this identity.
    pub identified: u64,
    /// Who they were.
    pub sketch: Sketch,
}

/// Requests of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transaction {
    /// All of them.
    pub count: u64,
    /// Those that failed.
    pub errors: u64,
    /// Durations, of those that reported one.
    pub latency: LatencySketch,
}

impl Transaction {
    /// Adds another's requests.
    pub fn merge(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        self.errors = self.errors.saturating_add(other.errors);
        self.latency.merge(&other.latency);
    }

    /// Failed / all, 0 to 1; `None` without requests.
    pub fn error_rate(&self) -> Option<f64> {
        (self.count > 0).then(|| self.errors as f64 / self.count as f64)
    }

    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        put_u64(out, self.count);
        put_u64(out, self.errors);
        self.latency.encode(out);
    }

    pub(crate) fn decode(r: &mut Reader<'_>) -> Result<Self, CodecError> {
        let mut cell = Self::default();
        cell.read(r)?;
        Ok(cell)
    }

    /// [`decode`](Self::decode) in the place of what is here, whose room is used again.
    pub(crate) fn read(&mut self, r: &mut Reader<'_>) -> Result<(), CodecError> {
        self.count = r.u64("request count")?;
        self.errors = r.u64_at_most(self.count, "error count")?;
        self.latency.read(r)
    }

    /// The bytes of the latencies in what [`encode`](Self::encode) wrote.
    pub(crate) fn latency_of(bytes: &[u8]) -> Result<&[u8], CodecError> {
        let mut r = Reader::new(bytes);
        r.u64("request count")?;
        r.u64("error count")?;
        Ok(&bytes[bytes.len() - r.remaining()..])
    }

    /// Forgets all requests and keeps their room.
    pub(crate) fn clear(&mut self) {
        (self.count, self.errors) = (0, 0);
        self.latency.clear();
    }
}

/// Kind of a resource gauge. Shares are in millionths, sizes in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resource {
    /// CPU use, millionths of the whole.
    Cpu,
    /// Memory use, millionths.
    Memory,
    /// Heap use, millionths of its limit.
    Heap,
    /// Disk use, millionths.
    Disk,
    /// Bytes a second on the network, both ways.
    Network,
    /// Heap in use, bytes (a limit was not reported).
    HeapBytes,
    /// Memory in use, bytes (a limit was not reported).
    MemoryBytes,
}

impl Resource {
    /// All kinds, in the order of their codes.
    pub const ALL: [Self; 7] =
        [Self::Cpu, Self::Memory, Self::Heap, Self::Disk, Self::Network, Self::HeapBytes, Self::MemoryBytes];
}

/// Severity of a log record (OpenTelemetry severity numbers 1-8, 9-12, 13-16, 17-24).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Trace and debug, and records without a severity.
    Debug,
    /// Information.
    Info,
    /// Warning.
    Warn,
    /// Error and fatal.
    Error,
}

impl Severity {
    /// All severities, in the order of their codes.
    pub const ALL: [Self; 4] = [Self::Debug, Self::Info, Self::Warn, Self::Error];
}

/// Samples of a gauge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gauge {
    /// Smallest sample.
    pub min: i64,
    /// Largest sample.
    pub max: i64,
    /// Sum of the samples.
    pub sum: i64,
    /// Number of samples.
    pub count: u64,
    /// Newest sample.
    pub last: i64,
    /// Its instant, milliseconds since the epoch.
    pub last_at: i64,
}

impl Gauge {
    /// A gauge of one sample.
    pub const fn sample(value: i64, at_ms: i64) -> Self {
        Self { min: value, max: value, sum: value, count: 1, last: value, last_at: at_ms }
    }

    /// Adds another's samples.
    pub fn merge(&mut self, other: &Self) {
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.sum = self.sum.saturating_add(other.sum);
        self.count = self.count.saturating_add(other.count);
        if (other.last_at, other.last) > (self.last_at, self.last) {
            (self.last_at, self.last) = (other.last_at, other.last);
        }
    }

    /// Mean of the samples.
    pub fn mean(&self) -> f64 {
        self.sum as f64 / self.count.max(1) as f64
    }
}

/// Log records of one masked line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogLines {
    /// All of them.
    pub count: u64,
    /// The highest severity among them.
    pub severity: Severity,
}

impl LogLines {
    /// Adds another's records.
    pub fn merge(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        self.severity = self.severity.max(other.severity);
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.push(self.severity as u8);
        put_u64(out, self.count);
    }

    fn decode(r: &mut Reader<'_>) -> Result<Self, CodecError> {
        let severity = *Severity::ALL.get(usize::from(r.u8("severity")?)).ok_or(r.invalid("severity"))?;
        Ok(Self { count: r.u64("log count")?, severity })
    }
}

/// Masked lines that a bucket holds at most; further ones are counted under [`OTHER`].
const MAX_TEMPLATES: usize = 500;
/// Code of the section behind the cells that holds [`Bucket::templates`].
const SECTION_TEMPLATES: u8 = 1;
/// Bit of a delta's first byte: sections follow the cells.
const WITH_SECTIONS: u8 = 0x80;

impl Bucket {
    /// Adds all that another bucket holds. Refuses, and changes nothing, if identities were hashed differently.
    pub fn merge(&mut self, other: &Self) -> Result<(), SketchError> {
        for (mode, theirs) in &other.concurrency {
            if let Some(ours) = self.concurrency.get(mode) {
                ours.sketch.scheme().check(theirs.sketch.scheme())?;
            }
        }
        for (mode, theirs) in &other.concurrency {
            match self.concurrency.get_mut(mode) {
                Some(ours) => {
                    ours.identified = ours.identified.saturating_add(theirs.identified);
                    ours.sketch.merge(&theirs.sketch)?;
                }
                None => {
                    self.concurrency.insert(*mode, theirs.clone());
                }
            }
        }
        self.entry.merge(&other.entry);
        merge_map(&mut self.transactions, &other.transactions, Transaction::merge);
        merge_map(&mut self.calls, &other.calls, Transaction::merge);
        merge_map(&mut self.resources, &other.resources, Gauge::merge);
        merge_map(&mut self.logs, &other.logs, |a, b| *a = a.saturating_add(*b));
        merge_map(&mut self.versions, &other.versions, |a, b| *a = (a.0.min(b.0), a.1.max(b.1)));
        merge_map(&mut self.alarms, &other.alarms, Alarm::merge);
        self.other_routes = self.other_routes.saturating_add(other.other_routes);
        merge_map(&mut self.templates, &other.templates, LogLines::merge);
        session::merge(&mut self.sessions, other.sessions.as_deref());
        Ok(())
    }

    /// [`merge`](Self::merge) that holds at most `max_cells` names of a kind: what is new beyond that goes under
    /// [`OTHER`] and is counted, so that hostile names cannot grow a bucket without bound.
    pub fn merge_limited(&mut self, other: &Self, max_cells: usize) -> Result<(), SketchError> {
        let fits = |ours: usize, theirs: usize| ours + theirs <= max_cells;
        if fits(self.transactions.len(), other.transactions.len())
            && fits(self.calls.len(), other.calls.len())
            && fits(self.resources.len(), other.resources.len())
            && fits(self.versions.len(), other.versions.len())
            && self.alarms.len() + other.alarms.len() <= MAX_ALARMS
            && self.templates.len() + other.templates.len() <= max_cells.min(MAX_TEMPLATES)
        {
            return self.merge(other);
        }
        let mut bounded = other.clone();
        bounded.transactions.clear();
        let mut room = max_cells.saturating_sub(self.transactions.len());
        for (key, cell) in &other.transactions {
            if self.transactions.contains_key(key) || &*key.1 == OTHER || room > 0 {
                room = room.saturating_sub(usize::from(!self.transactions.contains_key(key)));
                bounded.transactions.insert(key.clone(), cell.clone());
                continue;
            }
            bounded.other_routes = bounded.other_routes.saturating_add(cell.count);
            // A service that is already known keeps its own "other" row; a new one shares the common row.
            let known =
                self.transactions.range((key.0.clone(), Name::from(""))..).next().is_some_and(|(k, _)| k.0 == key.0);
            let service = if known { key.0.clone() } else { Name::from(OTHER) };
            bounded.transactions.entry((service, Name::from(OTHER))).or_default().merge(cell);
        }
        bounded.calls = within(&self.calls, &other.calls, max_cells);
        bounded.resources = within(&self.resources, &other.resources, max_cells);
        bounded.versions = within(&self.versions, &other.versions, max_cells);
        bounded.logs = within(&self.logs, &other.logs, max_cells);
        bounded.alarms = within(&self.alarms, &other.alarms, MAX_ALARMS);
        let kept = within(&self.templates, &other.templates, max_cells.min(MAX_TEMPLATES));
        bounded.templates.clone_from(&kept);
        for (_, lines) in other.templates.iter().filter(|(key, _)| !kept.contains_key(*key)) {
            let rest = (Name::from(OTHER), Name::from(OTHER));
            bounded.templates.entry(rest).and_modify(|rest| rest.merge(lines)).or_insert(*lines);
        }
        self.merge(&bounded)
    }

    /// All requests that a service answered.
    pub fn service(&self, name: &str) -> Transaction {
        let mut whole = Transaction::default();
        self.transactions.iter().filter(|((service, _), _)| **service == *name).for_each(|(_, cell)| whole.merge(cell));
        whole
    }

    /// Whether nothing was recorded.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The cells (routes, calls, log counts and log templates), as stored.
    pub fn encode_cells(&self, out: &mut Vec<u8>) {
        self.encode_first_cells(out);
        self.encode_sections(out);
    }

    fn encode_first_cells(&self, out: &mut Vec<u8>) {
        put_pairs(out, &self.transactions, Transaction::encode);
        put_pairs(out, &self.calls, Transaction::encode);
        put_u64(out, self.logs.len() as u64);
        for ((service, severity), count) in &self.logs {
            put_str(out, service);
            out.push(*severity as u8);
            put_u64(out, *count);
        }
        put_u64(out, self.other_routes);
    }

    /// What came after the first version of the cells: sections of a code, a length and a payload, the empty ones left
    /// out. So a bucket without them has the bytes it always had.
    fn encode_sections(&self, out: &mut Vec<u8>) {
        if !self.templates.is_empty() {
            let mut payload = Vec::new();
            put_pairs(&mut payload, &self.templates, LogLines::encode);
            out.push(SECTION_TEMPLATES);
            put_bytes(out, &payload);
        }
    }

    /// Reads sections to the end; unknown ones are skipped.
    fn decode_sections(&mut self, r: &mut Reader<'_>) -> Result<(), CodecError> {
        while !r.is_empty() {
            let code = r.u8("section")?;
            let mut payload = Reader::new(r.bytes("section")?);
            if code == SECTION_TEMPLATES {
                self.templates = take_pairs(&mut payload, LogLines::decode)?;
                payload.finish("log templates")?;
            }
        }
        Ok(())
    }

    /// Reads what [`encode_cells`](Self::encode_cells) wrote into this bucket, to the last byte.
    pub fn decode_cells(&mut self, r: &mut Reader<'_>) -> Result<(), CodecError> {
        self.decode_first_cells(r)?;
        self.decode_sections(r)
    }

    fn decode_first_cells(&mut self, r: &mut Reader<'_>) -> Result<(), CodecError> {
        self.transactions = take_pairs(r, Transaction::decode)?;
        self.calls = take_pairs(r, Transaction::decode)?;
        for _ in 0..r.count(3, "log counts")? {
            let service = Name::from(r.str("service")?);
            let severity = *Severity::ALL.get(usize::from(r.u8("severity")?)).ok_or(r.invalid("severity"))?;
            self.logs.insert((service, severity), r.u64("log count")?);
        }
        self.other_routes = r.u64("other routes")?;
        Ok(())
    }

    /// Everything but sessions, as one piece: the delta that a journal holds and that a router sends to a region's object.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let mut sections = Vec::new();
        self.encode_sections(&mut sections);
        out.push(self.concurrency.len() as u8 | if sections.is_empty() { 0 } else { WITH_SECTIONS });
        for (mode, concurrency) in &self.concurrency {
            out.push(mode.code());
            concurrency.sketch.scheme().encode(out);
            put_u64(out, concurrency.identified);
            let mut sketch = Vec::new();
            concurrency.sketch.encode_wire(&mut sketch);
            put_bytes(out, &sketch);
        }
        self.entry.encode(out);
        encode_resources(&self.resources, out);
        encode_versions(&self.versions, out);
        self.encode_first_cells(out);
        if !sections.is_empty() {
            put_bytes(out, &sections);
        }
    }

    /// Reads what [`encode`](Self::encode) wrote.
    pub fn decode(r: &mut Reader<'_>) -> Result<Self, CodecError> {
        let mut bucket = Self::default();
        let head = r.u8("identity modes")?;
        for _ in 0..head & !WITH_SECTIONS {
            let mode = IdentityMode::from_code(r.u8("identity mode")?).ok_or(r.invalid("identity mode"))?;
            let scheme = Scheme::decode(r)?;
            let identified = r.u64("identified requests")?;
            let sketch = Sketch::decode(scheme, r.bytes("sketch")?).map_err(|_| r.invalid("sketch"))?;
            bucket.concurrency.insert(mode, Concurrency { identified, sketch });
        }
        bucket.entry = Transaction::decode(r)?;
        bucket.resources = decode_resources(r, &mut own_name)?;
        bucket.versions = decode_versions(r, &mut own_name)?;
        bucket.decode_first_cells(r)?;
        if head & WITH_SECTIONS != 0 {
            bucket.decode_sections(&mut Reader::new(r.bytes("sections")?))?;
        }
        Ok(bucket)
    }
}

/// The entries that are known or for which there is room.
fn within<K: Ord + Clone, V: Clone>(ours: &BTreeMap<K, V>, theirs: &BTreeMap<K, V>, max: usize) -> BTreeMap<K, V> {
    let mut room = max.saturating_sub(ours.len());
    let mut kept = BTreeMap::new();
    for (key, value) in theirs {
        let known = ours.contains_key(key);
        if known || room > 0 {
            room = room.saturating_sub(usize::from(!known));
            kept.insert(key.clone(), value.clone());
        }
    }
    kept
}

fn merge_map<K: Ord + Clone, V: Clone>(ours: &mut BTreeMap<K, V>, theirs: &BTreeMap<K, V>, add: impl Fn(&mut V, &V)) {
    for (key, value) in theirs {
        match ours.get_mut(key) {
            Some(mine) => add(mine, value),
            None => {
                ours.insert(key.clone(), value.clone());
            }
        }
    }
}

/// Pairs are written in order, grouped by their first name so that a service's name stands once.
fn put_pairs<V>(out: &mut Vec<u8>, map: &BTreeMap<(Name, Name), V>, put: impl Fn(&V, &mut Vec<u8>)) {
    let mut groups: BTreeMap<&str, Vec<(&str, &V)>> = BTreeMap::new();
    for ((first, second), value) in map {
        groups.entry(first).or_default().push((second, value));
    }
    put_u64(out, groups.len() as u64);
    for (first, rows) in groups {
        put_str(out, first);
        put_u64(out, rows.len() as u64);
        for (second, value) in rows {
            put_str(out, second);
            put(value, out);
        }
    }
}

fn take_pairs<V>(
    r: &mut Reader<'_>,
    take: impl Fn(&mut Reader<'_>) -> Result<V, CodecError>,
) -> Result<BTreeMap<(Name, Name), V>, CodecError> {
    let mut map = BTreeMap::new();
    for _ in 0..r.count(2, "groups")? {
        let first = Name::from(r.str("name")?);
        for _ in 0..r.count(2, "rows")? {
            let second = Name::from(r.str("name")?);
            map.insert((first.clone(), second), take(r)?);
        }
    }
    Ok(map)
}

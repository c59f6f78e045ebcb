//! A batch: what one request or one piece of a file amounts to, as deltas of buckets.

mod delta;
mod index;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use bonghwa_analytics::bucket::{Bucket, Concurrency, Gauge, LogLines, Resource, Severity, Transaction};
use bonghwa_analytics::identity::{IdentityMode, KeyId};
use bonghwa_analytics::logs::mask::mask;
use bonghwa_analytics::session::{self, Sessions, Visit};
use bonghwa_analytics::sketch::{Scheme, Sketch};
use bonghwa_analytics::time::Resolution;

use crate::policy::Limits;
pub(crate) use delta::{decode_buckets, encode_buckets, encode_sessions};
use index::{Cells, Names};

/// Deltas that are stored together, once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// Digest of the bytes it came from (SipHash-1-3-128 under the fleet key): a retry has the same one and changes
    /// nothing.
    pub digest: [u8; 16],
    /// Deltas by bucket. Parsers write two-second buckets; importers and the demonstration may write coarser ones.
    pub buckets: BTreeMap<(Resolution, i64), Bucket>,
    /// What was taken and what was not.
    pub report: Report,
}

/// What a parser took and refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Spans, data points, log records or lines taken.
    pub accepted: u64,
    /// Of those accepted, the ones that no bucket shows: internal spans, histograms, metrics without a place.
    pub unshown: u64,
    /// Those refused (OTLP partial success counts these).
    pub rejected: u64,
    /// The first reason for a refusal, in English, for the sender.
    pub reason: Option<String>,
}

impl Report {
    /// Counts one refusal and keeps the first reason.
    pub fn reject(&mut self, refusal: &Refusal) {
        self.rejected += 1;
        if self.reason.is_none() {
            self.reason = Some(refusal.to_string());
        }
    }
}

/// Why one span, point, record or line was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It carries no time.
    #[error("it has no time")]
    NoTime,
    /// Its time lies too far back.
    #[error("its time {0} (seconds since 1970) is too far in the past: check the sender's clock")]
    TooOld(i64),
    /// Its time lies too far ahead.
    #[error("its time {0} (seconds since 1970) is in the future: check the sender's clock")]
    TooNew(i64),
    /// [`Limits::buckets`] was reached.
    #[error("one request spans more than {0} buckets of time: send smaller batches")]
    Buckets(usize),
    /// [`Limits::series`] was reached.
    #[error("one request holds more than {0} distinct series: send smaller batches or fewer distinct routes")]
    Series(usize),
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Completion {
    /// Whether it failed.
    pub error: bool,
    /// How long it took, nanoseconds, if that is known.
    pub nanos: Option<u64>,
}

impl Completion {
    fn add_to(self, transaction: &mut Transaction) {
        transaction.count += 1;
        transaction.errors += u64::from(self.error);
        if let Some(nanos) = self.nanos {
            transaction.latency.insert(nanos);
        }
    }
}

/// Visits held until sessions are made of them. No request that is taken holds as many, so only a file's are made in
/// several steps.
const MOST_VISITS: usize = 1 << 19;

/// Number of a bucket in a [`BatchBuilder`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BucketId(u32);

/// Number of a service in a [`BatchBuilder`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceId(u32);

/// Number of a version in a [`BatchBuilder`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VersionId(u32);

/// Gathers observations into a [`Batch`]: names become numbers once, sums are kept in flat tables, and the ordered maps
/// of the buckets are built once, at the end.
#[derive(Debug)]
pub struct BatchBuilder {
    limits: Limits,
    key: KeyId,
    resolution: Resolution,
    instants: RangeInclusive<i64>,
    /// What was taken and what was not, so far.
    pub report: Report,
    starts: BTreeMap<i64, u32>,
    newest: Option<(i64, BucketId)>,
    buckets: Vec<Bucket>,
    services: Names,
    routes: Names,
    callees: Names,
    version_names: Names,
    lines: Names,
    transactions: Cells<Transaction>,
    calls: Cells<Transaction>,
    gauges: Cells<Option<Gauge>>,
    logs: Cells<u64>,
    templates: Cells<Option<LogLines>>,
    versions: Cells<Option<(i64, i64)>>,
    /// Scratch space for one masked line.
    masked: String,
    /// Entry requests that carried an identity, and log-ins.
    visits: Vec<(u32, Visit)>,
}

impl BatchBuilder {
    /// A builder of buckets of one resolution that takes what happened in `instants` (seconds since the epoch) and
    /// whose identities were hashed under `key`.
    pub fn new(limits: Limits, key: KeyId, resolution: Resolution, instants: RangeInclusive<i64>) -> Self {
        let names = |limit| Names::new(limit, limits.name);
        Self {
            key,
            resolution,
            instants,
            report: Report::default(),
            starts: BTreeMap::new(),
            newest: None,
            buckets: Vec::new(),
            services: names(limits.services),
            routes: names(limits.routes),
            callees: names(limits.routes),
            version_names: names(limits.routes),
            lines: names(limits.lines),
            transactions: Cells::default(),
            calls: Cells::default(),
            gauges: Cells::default(),
            logs: Cells::default(),
            templates: Cells::default(),
            versions: Cells::default(),
            masked: String::new(),
            visits: Vec::new(),
            limits,
        }
    }

    /// The bucket that holds an instant.
    #[inline]
    pub fn bucket(&mut self, instant: i64) -> Result<BucketId, Refusal> {
        let start = self.resolution.floor(instant);
        match self.newest {
            Some((newest, id)) if newest == start && self.instants.contains(&instant) => Ok(id),
            _ => self.other_bucket(instant, start),
        }
    }

    fn other_bucket(&mut self, instant: i64, start: i64) -> Result<BucketId, Refusal> {
        if instant == 0 {
            return Err(Refusal::NoTime);
        } else if instant < *self.instants.start() {
            return Err(Refusal::TooOld(instant));
        } else if instant > *self.instants.end() {
            return Err(Refusal::TooNew(instant));
        }
        let next = self.buckets.len() as u32;
        let id = match self.starts.get(&start) {
            Some(id) => *id,
            None if self.buckets.len() >= self.limits.buckets => return Err(Refusal::Buckets(self.limits.buckets)),
            None => {
                self.buckets.push(Bucket::default());
                self.starts.insert(start, next);
                next
            }
        };
        self.newest = Some((start, BucketId(id)));
        Ok(BucketId(id))
    }

    /// The number of a service.
    pub fn service(&mut self, name: &[u8]) -> ServiceId {
        ServiceId(self.services.number(name))
    }

    /// The number of a `service.version`.
    pub fn version(&mut self, name: &[u8]) -> VersionId {
        VersionId(self.version_names.number(name))
    }

    /// A request that a service answered.
    #[inline]
    pub fn transaction(&mut self, at: BucketId, by: ServiceId, route: &[u8], how: Completion) -> Result<(), Refusal> {
        let route = self.routes.number(route);
        let room = self.limits.series.saturating_sub(self.calls.len());
        let cell = self.transactions.value([at.0, by.0, route], room);
        how.add_to(cell.ok_or(Refusal::Series(self.limits.series))?);
        if route == 0
            && let Some(bucket) = self.buckets.get_mut(at.0 as usize)
        {
            bucket.other_routes += 1;
        }
        Ok(())
    }

    /// A call that a service made.
    #[inline]
    pub fn call(&mut self, at: BucketId, from: ServiceId, to: &[u8], how: Completion) -> Result<(), Refusal> {
        let callee = self.callees.number(to);
        let room = self.limits.series.saturating_sub(self.transactions.len());
        let cell = self.calls.value([at.0, from.0, callee], room);
        how.add_to(cell.ok_or(Refusal::Series(self.limits.series))?);
        Ok(())
    }

    /// A request as a user made it, with the hashed identities it carried, in the order of [`IdentityMode::ALL`].
    #[inline]
    pub fn entry(&mut self, at: BucketId, how: Completion, identities: [Option<u64>; 3]) {
        let Some(bucket) = self.buckets.get_mut(at.0 as usize) else { return };
        how.add_to(&mut bucket.entry);
        for (mode, hash) in IdentityMode::ALL.into_iter().zip(identities) {
            if let Some(hash) = hash {
                let fresh = || Concurrency { identified: 0, sketch: Sketch::new(Scheme::keyed(mode, self.key)) };
                let concurrency = bucket.concurrency.entry(mode).or_insert_with(fresh);
                concurrency.identified += 1;
                concurrency.sketch.insert_hash(hash);
            }
        }
    }

    /// What an entry request says of sessions.
    #[inline]
    pub fn visit(&mut self, at: BucketId, visit: Visit) {
        if visit.identity.is_some() || visit.login.is_some() {
            self.visits.push((at.0, visit));
            if self.visits.len() >= MOST_VISITS {
                self.take_visits();
            }
        }
    }

    fn take_visits(&mut self) {
        let mut visits = std::mem::take(&mut self.visits);
        visits.sort_by_key(|(bucket, _)| *bucket);
        for of_bucket in visits.chunk_by(|(a, _), (b, _)| a == b) {
            let Some(bucket) = of_bucket.first().and_then(|(id, _)| self.buckets.get_mut(*id as usize)) else {
                continue;
            };
            let told = Sessions::of(of_bucket.iter().map(|(_, visit)| visit));
            match &mut bucket.sessions {
                None => bucket.sessions = told,
                ours => session::merge(ours, told.as_deref()),
            }
        }
    }

    /// A sample of a gauge at an instant in milliseconds.
    pub fn gauge(&mut self, at: BucketId, of: ServiceId, kind: Resource, value: i64, at_ms: i64) {
        let sample = Gauge::sample(value, at_ms);
        if let Some(gauge) = self.gauges.value([at.0, of.0, kind as u32], usize::MAX) {
            match gauge {
                Some(gauge) => gauge.merge(&sample),
                None => *gauge = Some(sample),
            }
        }
    }

    /// A log record.
    pub fn log(&mut self, at: BucketId, of: ServiceId, severity: Severity) {
        if let Some(count) = self.logs.value([at.0, of.0, severity as u32], usize::MAX) {
            *count += 1;
        }
    }

    /// What a log record says: kept as its template, without the variables.
    pub fn line(&mut self, at: BucketId, of: ServiceId, severity: Severity, text: &str) {
        self.masked.clear();
        // The mark of a cut line fits into what a name may have.
        let longest = self.limits.name.saturating_sub('…'.len_utf8());
        mask(text, self.limits.line, longest, &mut self.masked);
        if self.masked.is_empty() {
            return;
        }
        let line = self.lines.number(self.masked.as_bytes());
        let one = LogLines { count: 1, severity };
        // Beyond the limit of series the record is in the count by severity alone.
        if let Some(lines) = self.templates.value([at.0, of.0, line], self.limits.series) {
            match lines {
                Some(lines) => lines.merge(&one),
                None => *lines = Some(one),
            }
        }
    }

    /// A sign of life of a version of a service.
    #[inline]
    pub fn seen(&mut self, at: BucketId, of: ServiceId, version: VersionId, instant: i64) {
        if let Some(range) = self.versions.value([at.0, of.0, version.0], usize::MAX) {
            let (first, last) = range.unwrap_or((instant, instant));
            *range = Some((first.min(instant), last.max(instant)));
        }
    }

    /// The batch.
    pub fn finish(mut self, digest: [u8; 16]) -> Batch {
        self.take_visits();
        let (services, routes) = (self.services.finish(false), self.routes.finish(true));
        let (callees, versions) = (self.callees.finish(false), self.version_names.finish(false));
        let lines = self.lines.finish(true);
        let named = |names: &[bonghwa_analytics::bucket::Name], number: u32| names.get(number as usize).cloned();
        // Two spellings may have become one name when they were made text, so all of them merge.
        each(self.transactions, &mut self.buckets, |bucket, [_, service, route], value| {
            let key = named(&services, service).zip(named(&routes, route))?;
            bucket.transactions.entry(key).or_default().merge(&value);
            Some(())
        });
        each(self.calls, &mut self.buckets, |bucket, [_, service, callee], value| {
            let key = named(&services, service).zip(named(&callees, callee))?;
            bucket.calls.entry(key).or_default().merge(&value);
            Some(())
        });
        each(self.gauges, &mut self.buckets, |bucket, [_, service, kind], value| {
            let (key, value) = (named(&services, service).zip(Resource::ALL.get(kind as usize).copied())?, value?);
            bucket.resources.entry(key).and_modify(|gauge| gauge.merge(&value)).or_insert(value);
            Some(())
        });
        each(self.logs, &mut self.buckets, |bucket, [_, service, severity], value| {
            let key = named(&services, service).zip(Severity::ALL.get(severity as usize).copied())?;
            *bucket.logs.entry(key).or_default() += value;
            Some(())
        });
        each(self.templates, &mut self.buckets, |bucket, [_, service, line], value| {
            let (key, value) = (named(&services, service).zip(named(&lines, line))?, value?);
            bucket.templates.entry(key).and_modify(|lines| lines.merge(&value)).or_insert(value);
            Some(())
        });
        each(self.versions, &mut self.buckets, |bucket, [_, service, version], value| {
            let (key, value) = (named(&services, service).zip(named(&versions, version))?, value?);
            let range = bucket.versions.entry(key).or_insert(value);
            *range = (range.0.min(value.0), range.1.max(value.1));
            Some(())
        });
        let mut built: Vec<Option<Bucket>> = self.buckets.into_iter().map(Some).collect();
        let take = |(start, id): (i64, u32)| {
            let bucket = built.get_mut(id as usize)?.take()?;
            // A bucket whose every observation was refused or is not shown would only be weight.
            (!bucket.is_empty()).then_some(((self.resolution, start), bucket))
        };
        Batch { digest, buckets: self.starts.into_iter().filter_map(take).collect(), report: self.report }
    }
}

/// Hands every cell to its bucket. `put` gives `None` only for numbers that no table gave out.
fn each<V: Default>(
    cells: Cells<V>,
    buckets: &mut [Bucket],
    mut put: impl FnMut(&mut Bucket, [u32; 3], V) -> Option<()>,
) {
    for (key, value) in cells.into_cells() {
        if let Some(bucket) = buckets.get_mut(key[0] as usize) {
            let known = put(bucket, key, value);
            debug_assert!(known.is_some(), "a cell has the number of a name that was never given");
        }
    }
}

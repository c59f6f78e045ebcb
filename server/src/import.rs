//! Access logs as people bring them: plain or gzip, from a file or over HTTP, read once from front to back.

use std::io::{self, BufReader, Read};

use bonghwa_analytics::codec::hex;
use bonghwa_analytics::identity::IdentityMode;
use bonghwa_analytics::sketch::Sketch;
use bonghwa_edge::access_log::{ImportReport, Importer, Options};
use bonghwa_edge::compression::unpacked;
use bonghwa_edge::engine::{Replaced, Source};
use bonghwa_edge::policy::Policy;
use serde::{Deserialize, Serialize};

use crate::centre::{Centre, CentreError};
use crate::clock;

/// How much of a log's beginning tells it from others: a log that grows keeps its beginning. One line would not do,
/// because the logs of two servers may begin with the same health check in the same second.
const BEGINNING_LINES: usize = 16;
const BEGINNING_BYTES: usize = 64 << 10;

/// What a log is and where it belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Code of the region.
    pub region: String,
    /// The sign by which users are told apart.
    pub identity: IdentityMode,
    /// Name of the service that wrote the log.
    pub service: String,
    /// Most decompressed bytes that are read.
    pub most: u64,
}

/// What became of a log, for people and programs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Code of the region.
    pub region: String,
    /// `new`, `updated`, `unchanged` or `shorter`.
    pub outcome: String,
    /// Lines taken.
    pub taken: u64,
    /// Lines refused.
    pub refused: u64,
    /// The first of those refused.
    pub first_refused: Vec<RefusedLine>,
    /// Decompressed bytes.
    pub bytes: u64,
    /// Identity mode.
    pub identity: IdentityMode,
    /// Lines that carried it.
    pub identified: u64,
    /// Estimate of how many distinct ones there are.
    pub distinct: f64,
    /// Half-width of its 95 % interval.
    pub error: f64,
    /// Instants of the first and last line, seconds since the epoch.
    pub range: Option<(i64, i64)>,
    /// Requests by hour: its start, seconds since the epoch, and how many.
    pub hours: Vec<(i64, u64)>,
}

/// A line that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedLine {
    /// Its number, from 1.
    pub line: u64,
    /// Why.
    pub reason: String,
}

/// Why a log was not imported. Nothing of it was stored.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It cannot be read to its end.
    #[error("the log cannot be read to its end ({0}); nothing was stored; check the file and import it again")]
    Read(io::Error),
    /// It is longer than allowed.
    #[error("the log holds more than {0} bytes; nothing was stored; import it in parts or raise `limits.import_bytes`")]
    TooLarge(u64),
    /// No line of it is one of an access log.
    #[error(
        "none of its {0} lines is one of an access log (line {1}: {2}); nothing was stored; use the common or combined format"
    )]
    NoLine(u64, u64, String),
    /// The file is empty.
    #[error("the log is empty; nothing was stored")]
    Empty,
    /// The centre refused.
    #[error(transparent)]
    Centre(#[from] CentreError),
    /// Identities could not be merged.
    #[error("the identities could not be counted: {0}")]
    Count(String),
}

/// Reads a whole log and puts its rows in the place of those it had. Takes as long as the log is.
pub fn run(centre: &Centre, policy: &Policy, order: &Order, log: impl Read) -> Result<Summary, ImportError> {
    let plain = unpacked(log).map_err(ImportError::Read)?;
    let options = Options { identity: order.identity, service: order.service.clone(), ..Options::new(clock::now()) };
    let mut importer = Importer::new(policy, options);
    // One byte more than allowed tells a log that is too long from one that just fits.
    let mut reader = BufReader::with_capacity(256 << 10, Beginning::new(plain.take(order.most.saturating_add(1))));
    importer.read(&mut reader).map_err(ImportError::Read)?;
    let beginning = reader.into_inner().seen;
    let import = importer.finish();
    let report = import.report;
    if report.bytes > order.most {
        return Err(ImportError::TooLarge(order.most));
    }
    let Some(range) = report.range else {
        return Err(match report.first_refused.first() {
            Some(first) => ImportError::NoLine(report.refused, first.line, first.reason.to_string()),
            None => ImportError::Empty,
        });
    };
    let (distinct, error) = distinct(&import.buckets, order.identity)?;
    let hours = hours(&import.buckets);
    let source = Source { name: name(policy, &beginning), lines: report.taken + report.refused, digest: import.digest };
    let replaced = centre.replace_source_blocking(&order.region, &source, &import.buckets)?;
    Ok(summary(order, replaced, &report, range, (distinct, error), hours))
}

fn summary(
    order: &Order,
    replaced: Replaced,
    report: &ImportReport,
    range: (i64, i64),
    (distinct, error): (f64, f64),
    hours: Vec<(i64, u64)>,
) -> Summary {
    let outcome = match replaced {
        Replaced::New => "new",
        Replaced::Updated => "updated",
        Replaced::Unchanged => "unchanged",
        Replaced::Shorter => "shorter",
    };
    let refused =
        |line: &bonghwa_edge::access_log::Refused| RefusedLine { line: line.line, reason: line.reason.to_string() };
    Summary {
        region: order.region.clone(),
        outcome: outcome.to_string(),
        taken: report.taken,
        refused: report.refused,
        first_refused: report.first_refused.iter().map(refused).collect(),
        bytes: report.bytes,
        identity: order.identity,
        identified: report.identified,
        distinct,
        error,
        range: Some(range),
        hours,
    }
}

type Buckets =
    std::collections::BTreeMap<(bonghwa_analytics::time::Resolution, i64), bonghwa_analytics::bucket::Bucket>;

/// Distinct identities of the whole log, with the half-width of the 95 % interval.
fn distinct(buckets: &Buckets, mode: IdentityMode) -> Result<(f64, f64), ImportError> {
    let mut union: Option<Sketch> = None;
    for concurrency in buckets.values().filter_map(|bucket| bucket.concurrency.get(&mode)) {
        match &mut union {
            Some(union) => union.merge(&concurrency.sketch).map_err(|error| ImportError::Count(error.to_string()))?,
            None => union = Some(concurrency.sketch.clone()),
        }
    }
    Ok(union.map_or((0.0, 0.0), |union| {
        let estimate = union.estimate();
        (estimate, estimate * union.relative_error_95())
    }))
}

fn hours(buckets: &Buckets) -> Vec<(i64, u64)> {
    let mut hours = std::collections::BTreeMap::new();
    for ((_, start), bucket) in buckets {
        *hours.entry(start - start.rem_euclid(3600)).or_insert(0) += bucket.entry.count;
    }
    hours.into_iter().collect()
}

/// The name under which the same log is known again: a digest of its first line, of its first two and so on, so that
/// the name of a log that has grown begins with the one it had. Identity and service are no part of it, so that
/// importing a log differently replaces what it gave before.
fn name(policy: &Policy, beginning: &[u8]) -> String {
    let digest = |length: usize| {
        let digest = policy.key.digest(beginning.get(..length).unwrap_or_default());
        hex(digest.get(..8).unwrap_or(&digest))
    };
    let lines = beginning.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n"));
    let ends = lines.take(BEGINNING_LINES).scan(0, |end, line| {
        *end += line.len();
        Some(*end)
    });
    let name: String = ends.map(digest).collect();
    // A log of one line without its end is known by all of it.
    if name.is_empty() { digest(beginning.len()) } else { name }
}

/// A reader that remembers how what it read began.
struct Beginning<R> {
    inner: R,
    seen: Vec<u8>,
}

impl<R> Beginning<R> {
    fn new(inner: R) -> Self {
        Self { inner, seen: Vec::new() }
    }
}

impl<R: Read> Read for Beginning<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let room = BEGINNING_BYTES - self.seen.len();
        self.seen.extend_from_slice(buffer.get(..read.min(room)).unwrap_or_default());
        Ok(read)
    }
}

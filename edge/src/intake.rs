//! Files of telemetry at hand, without a store: what each is, and the frames that all of them make together.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use bonghwa_analytics::atlas::NATION;
use bonghwa_analytics::codec::CodecError;
use bonghwa_analytics::frame::Frame;
use bonghwa_analytics::region::FILE;
use bonghwa_analytics::sketch::SketchError;
use bonghwa_analytics::time::{DAY, Resolution};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::access_log::{Importer, MARK, Options, Refused};
use crate::compression::unpacked;
use crate::engine::EngineConfig;
use crate::history::{Rows, frames, judge, roll_up};
use crate::otlp::{Format, OtlpError, Signal, parse};
use crate::policy::Policy;

/// Most bytes of a file once it is decompressed.
const MOST_BYTES: u64 = 8 << 30;
/// Most bytes of a document of OTLP.
const MOST_DOCUMENT: u64 = 256 << 20;

/// Bytes of a file that are read to tell whether it could be taken.
const HEAD: u64 = 1 << 20;

/// Parts of a file's name that say what it is rather than where it is from.
const KINDS: [&str; 24] = [
    "log", "logs", "gz", "json", "jsonl", "ndjson", "csv", "tsv", "txt", "access", "ssl", "request", "requests",
    "otlp", "otel", "traces", "trace", "spans", "metrics", "export", "nginx", "apache", "combined", "common",
];

/// The region that a file of telemetry is of, by its name without folders, kinds, numbers and dates: `seoul` for
/// `seoul_access.log-20261120.gz`. So the rotated logs of one server, and the signals of one Collector, are one region.
pub fn region_of(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default().to_lowercase();
    let parts = name.split(|letter: char| !letter.is_alphanumeric());
    let told =
        parts.filter(|part| !part.is_empty() && !KINDS.contains(part) && !part.bytes().all(|b| b.is_ascii_digit()));
    let region = told.collect::<Vec<_>>().join("-").chars().take(40).collect::<String>();
    // The code of all regions together is nobody's own.
    if region.is_empty() || region == NATION { FILE.to_owned() } else { region }
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Lines of an access log.
    AccessLog,
    /// Requests as CSV.
    Table,
    /// Requests of OTLP as JSON, one after the other, as the Collector's file exporter writes them.
    Otlp,
}

/// What was taken of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// What it is.
    pub kind: Kind,
    /// Lines, or spans, points and records.
    pub taken: u64,
    /// As many that were not.
    pub refused: u64,
    /// The first of these, with why.
    pub first_refused: Option<String>,
    /// First second.
    pub from: i64,
    /// End.
    pub to: i64,
}

/// Why a file was not taken. Nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// It cannot be read to its end.
    #[error("the file cannot be read to its end ({0}); check that it is whole")]
    Read(#[from] io::Error),
    /// It is too long.
    #[error("the file holds more than {} GB; open it in parts", MOST_BYTES >> 30)]
    TooLarge,
    /// There is nothing in it.
    #[error("there is nothing in the file that happened at a time that can be read")]
    Empty,
    /// It is something else.
    #[error(
        "this is no .bonghwa file, access log, OTLP JSON or CSV of requests (line {0}: {1}); \
         a CSV needs headings, such as time,path,status,duration_ms,ip"
    )]
    Unknown(u64, String),
    /// JSON, but not of OTLP.
    #[error("document {0} is not OTLP JSON: {1}")]
    Otlp(u64, String),
    /// Two files do not go together.
    #[error(transparent)]
    Sketch(#[from] SketchError),
    /// What was read cannot be judged.
    #[error(transparent)]
    Judge(#[from] CodecError),
}

/// Files of telemetry at hand, by region.
#[derive(Debug)]
pub struct Intake {
    policy: Policy,
    now: i64,
    regions: BTreeMap<String, Region>,
}

#[derive(Debug, Default)]
struct Region {
    rows: Rows,
    /// What was taken already, so that the same file twice counts once.
    known: BTreeSet<[u8; 16]>,
}

/// A region as a file changes it. Only rows that the file touches are copied, so that many files cost no more than they bring.
struct Draft<'a> {
    of: &'a Region,
    changed: Region,
}

impl Intake {
    /// Nothing yet. `now` is the present, seconds since the epoch; what lies further ahead than the policy allows is
    /// refused, what lies back is not.
    pub fn new(policy: Policy, now: i64) -> Self {
        let mut policy = Policy { max_past: now.max(DAY), ..policy };
        // A document of a file may span any time.
        policy.limits.buckets = usize::MAX;
        Self { policy, now, regions: BTreeMap::new() }
    }

    /// Takes a file, plain or gzip; nothing of it where it fails.
    pub fn read(&mut self, region: &str, file: impl Read) -> Result<Taken, IntakeError> {
        let file = unpacked(file)?;
        let none = Region::default();
        let mut draft = Draft { of: self.regions.get(region).unwrap_or(&none), changed: Region::default() };
        let taken = self.plain(file, &mut draft)?;
        let Region { rows, known } = draft.changed;
        let ours = self.regions.entry(region.to_owned()).or_default();
        ours.rows.extend(rows);
        ours.known.extend(known);
        Ok(taken)
    }

    /// Why a file of so many bytes would not be taken, as far as its beginning tells: what ends within a packed file or a
    /// document may go on as it should.
    pub fn fault(mut self, file: impl Read, length: u64) -> Option<IntakeError> {
        let fault = self.read(FILE, file.take(HEAD)).err()?;
        let certain = length <= HEAD || matches!(fault, IntakeError::Unknown(..) | IntakeError::Empty);
        certain.then_some(fault)
    }

    /// The frames of all that was taken, judged; sessions end after `gap` seconds without a request.
    pub fn finish(self, gap: i64) -> Result<Vec<Frame>, IntakeError> {
        let key = self.policy.key.id();
        let mut all = Vec::new();
        for (region, Region { rows, .. }) in self.regions {
            let mut rows = roll_up(rows, gap, EngineConfig::MAX_CELLS)?;
            judge(&mut rows)?;
            all.extend(frames(&region, key, &rows));
        }
        Ok(all)
    }

    fn plain(&self, mut file: impl BufRead, into: &mut Draft<'_>) -> Result<Taken, IntakeError> {
        if file.fill_buf()?.starts_with(MARK) {
            file.consume(MARK.len());
        }
        let json = file.fill_buf()?.trim_ascii_start().first() == Some(&b'{');
        if json { self.otlp(file, into) } else { self.access_log(file, into) }
    }

    fn access_log(&self, file: impl BufRead, into: &mut Draft<'_>) -> Result<Taken, IntakeError> {
        // By the minute, so that the last five minutes are those before the end of the log.
        let options = Options { resolution: Resolution::Minute, ..Options::new(self.now) };
        let mut importer = Importer::new(&self.policy, options);
        // One byte more than allowed tells a file that is too long from one that just fits.
        importer.read(file.take(MOST_BYTES + 1))?;
        let import = importer.finish();
        let report = import.report;
        if report.bytes > MOST_BYTES {
            return Err(IntakeError::TooLarge);
        }
        let first = report.first_refused.first();
        let Some((from, last)) = report.range else {
            let unknown = |line: &Refused| IntakeError::Unknown(line.line, line.reason.to_string());
            return Err(first.map_or(IntakeError::Empty, unknown));
        };
        let first_refused = first.map(|line| format!("{}: {}", line.line, line.reason));
        let kind = if report.table { Kind::Table } else { Kind::AccessLog };
        into.take(import.digest, &import.buckets)?;
        Ok(Taken { kind, taken: report.taken, refused: report.refused, first_refused, from, to: last + 1 })
    }

    fn otlp(&self, file: impl BufRead, into: &mut Draft<'_>) -> Result<Taken, IntakeError> {
        let mut taken =
            Taken { kind: Kind::Otlp, taken: 0, refused: 0, first_refused: None, from: i64::MAX, to: i64::MIN };
        let room = Rc::new(Cell::new(MOST_DOCUMENT));
        let bounded = Bounded { file, left: MOST_BYTES, room: room.clone() };
        let documents = serde_json::Deserializer::from_reader(bounded).into_iter::<Box<RawValue>>();
        for (document, number) in documents.zip(1..) {
            let wrong = |reason: String| IntakeError::Otlp(number, reason);
            let document = document.map_err(|error| {
                if error.is_io() { IntakeError::Read(error.into()) } else { wrong(error.to_string()) }
            })?;
            room.set(MOST_DOCUMENT);
            let signals: Signals = serde_json::from_str(document.get()).map_err(|error| wrong(error.to_string()))?;
            let Some(signal) = signals.one() else {
                return Err(wrong("it has no resourceSpans, resourceMetrics or resourceLogs".to_owned()));
            };
            let batch = parse(signal, Format::Json, document.get().as_bytes(), &self.policy, self.now)
                .map_err(|error: OtlpError| wrong(error.to_string()))?;
            taken.taken += batch.report.accepted;
            taken.refused += batch.report.rejected;
            if let (None, Some(reason)) = (&taken.first_refused, &batch.report.reason) {
                taken.first_refused = Some(format!("{number}: {reason}"));
            }
            for (resolution, start) in batch.buckets.keys() {
                taken.from = taken.from.min(*start);
                taken.to = taken.to.max(start + resolution.seconds());
            }
            into.take(batch.digest, &batch.buckets)?;
        }
        if taken.from > taken.to { Err(IntakeError::Empty) } else { Ok(taken) }
    }
}

impl Draft<'_> {
    /// Adds what was not taken before.
    fn take(&mut self, digest: [u8; 16], buckets: &Rows) -> Result<(), SketchError> {
        if !self.of.known.contains(&digest) && self.changed.known.insert(digest) {
            for (key, bucket) in buckets {
                let before = || self.of.rows.get(key).cloned().unwrap_or_default();
                let row = self.changed.rows.entry(*key).or_insert_with(before);
                row.merge_limited(bucket, EngineConfig::MAX_CELLS)?;
            }
        }
        Ok(())
    }
}

/// A file of which neither all nor one document may be too long.
struct Bounded<R> {
    file: R,
    left: u64,
    /// Bytes that the document at hand may still have.
    room: Rc<Cell<u64>>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.file.read(buffer)? as u64;
        for (what, bytes, most) in
            [("the file", self.left, MOST_BYTES), ("a document of the file", self.room.get(), MOST_DOCUMENT)]
        {
            if length > bytes {
                return Err(io::Error::other(format!("{what} holds more than {} MB", most >> 20)));
            }
        }
        self.left -= length;
        self.room.set(self.room.get() - length);
        Ok(length as usize)
    }
}

/// By what the three requests of OTLP are told apart.
#[derive(Deserialize)]
struct Signals {
    #[serde(default, rename = "resourceSpans", alias = "resource_spans")]
    spans: Option<IgnoredAny>,
    #[serde(default, rename = "resourceMetrics", alias = "resource_metrics")]
    metrics: Option<IgnoredAny>,
    #[serde(default, rename = "resourceLogs", alias = "resource_logs")]
    logs: Option<IgnoredAny>,
}

impl Signals {
    fn one(&self) -> Option<Signal> {
        let known = [&self.spans, &self.metrics, &self.logs];
        Signal::ALL.into_iter().zip(known).find(|(_, known)| known.is_some()).map(|(signal, _)| signal)
    }
}

#[cfg(test)]
mod tests {
    use bonghwa_analytics::bucket::Bucket;
    use bonghwa_analytics::time::Resolution;

    use super::{Draft, Region, region_of};

    #[test]
    fn a_file_copies_no_row_but_those_that_it_touches() {
        let bucket = |count| {
            let mut bucket = Bucket::default();
            bucket.entry.count = count;
            bucket
        };
        let rows = (0..1000).map(|minute| ((Resolution::Minute, minute * 60), bucket(1))).collect();
        let region = Region { rows, known: [[1; 16]].into() };
        let mut draft = Draft { of: &region, changed: Region::default() };
        let (old, new) = ((Resolution::Minute, 60), (Resolution::Minute, 60_000));
        for digest in [[1; 16], [2; 16], [2; 16], [3; 16]] {
            draft.take(digest, &[(old, bucket(1)), (new, bucket(1))].into()).unwrap();
        }
        let counts: Vec<_> = draft.changed.rows.into_iter().map(|(key, row)| (key, row.entry.count)).collect();
        assert_eq!(counts, [(old, 3), (new, 2)]);
        assert_eq!(region.rows[&old].entry.count, 1);
    }

    #[test]
    fn files_of_one_server_are_one_region() {
        for name in
            ["seoul.log", "logs/seoul_access.log.1", "C:\\logs\\Seoul-access.log-20261120.gz", "seoul-traces.jsonl"]
        {
            assert_eq!(region_of(name), "seoul", "{name}");
        }
        for name in ["access.log", "traces.json", "access_log-2026-11-20.gz", "", "../..", "1.csv", "ALL-requests.csv"]
        {
            assert_eq!(region_of(name), "file", "{name}");
        }
        assert_eq!(
            (region_of("민원 포털 접속.csv"), region_of("gov24.kr.log")),
            ("민원-포털-접속".into(), "gov24-kr".into())
        );
    }
}

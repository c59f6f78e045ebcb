//! Takes a whole access log into buckets.

use std::collections::BTreeMap;
use std::io::{self, BufRead};

use bonghwa_analytics::bucket::Bucket;
use bonghwa_analytics::hash::siphash13_128;
use bonghwa_analytics::identity::IdentityMode;
use bonghwa_analytics::time::Resolution;

use super::table::Table;
use super::{Line, LineError, MARK, parse_line};
use crate::batch::{BatchBuilder, Completion, ServiceId};
use crate::policy::{Identifier, Limits, Policy, visit};
use crate::template::{push_method, push_path};

/// Longest line that is read, bytes: servers refuse requests far below.
const LONGEST_LINE: usize = 64 << 10;
/// Distinct routes that are kept apart; the rest is counted as "other".
const MAX_ROUTES: usize = 500;
/// Refused lines of which number and reason are kept.
const REFUSED_KEPT: usize = 20;
/// Name of requests that could not be read as such.
const UNREADABLE: &[u8] = b"(unreadable request)";

/// How a log is read.
#[derive(Clone, Debug)]
pub struct Options {
    /// The sign by which users are told apart; the others only serve the list of sessions.
    pub identity: IdentityMode,
    /// Name of the service that wrote the log.
    pub service: String,
    /// Width of the buckets.
    pub resolution: Resolution,
    /// The present, seconds since the epoch: what lies further ahead than the policy allows is refused.
    pub now: i64,
}

impl Options {
    /// Addresses of a service `web`, in buckets of five minutes.
    pub fn new(now: i64) -> Self {
        Self { identity: IdentityMode::Ip, service: "web".to_owned(), resolution: Resolution::FiveMinutes, now }
    }
}

/// What an import amounts to.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    /// Digest of the lines, under the fleet key: the same file has the same one.
    pub digest: [u8; 16],
    /// The whole log, by bucket.
    pub buckets: BTreeMap<(Resolution, i64), Bucket>,
    /// What was taken and what was not.
    pub report: ImportReport,
}

/// What was taken of a log and what was not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Lines taken.
    pub taken: u64,
    /// Lines refused.
    pub refused: u64,
    /// The first refused lines.
    pub first_refused: Vec<Refused>,
    /// Bytes read.
    pub bytes: u64,
    /// Instants of the earliest and latest line taken, seconds since the epoch.
    pub range: Option<(i64, i64)>,
    /// Lines taken that carried the identity.
    pub identified: u64,
    /// Whether it is a table: headings, and a request a line.
    pub table: bool,
}

/// A line that was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Its number, from 1.
    pub line: u64,
    /// Why.
    pub reason: LineError,
}

/// Reads a log line by line.
#[derive(Debug)]
pub struct Importer<'p> {
    policy: &'p Policy,
    options: Options,
    builder: BatchBuilder,
    service: ServiceId,
    report: ImportReport,
    /// Columns, if the first line is headings.
    table: Option<Table>,
    lines: u64,
    digest: [u8; 16],
    route: Vec<u8>,
}

impl<'p> Importer<'p> {
    /// An importer that hashes identities and knows cookies by `policy`.
    pub fn new(policy: &'p Policy, options: Options) -> Self {
        let last = options.now.saturating_add(policy.max_future);
        // A file is chosen by a person, so it may span any time; its routes are bounded all the same.
        let limits = Limits {
            routes: policy.limits.routes.min(MAX_ROUTES),
            buckets: usize::MAX,
            series: usize::MAX,
            ..policy.limits.clone()
        };
        let mut builder = BatchBuilder::new(limits, policy.key.id(), options.resolution, i64::MIN..=last);
        let service = builder.service(options.service.as_bytes());
        let settings = [&[options.identity.code(), options.resolution.code()], options.service.as_bytes()].concat();
        Self {
            policy,
            digest: siphash13_128(&policy.key, &settings),
            options,
            builder,
            service,
            report: ImportReport::default(),
            table: None,
            lines: 0,
            route: Vec::new(),
        }
    }

    /// Takes all lines of a reader. Fails only if reading does; lines taken before are kept.
    pub fn read(&mut self, mut reader: impl BufRead) -> io::Result<()> {
        let mut line = Vec::new();
        loop {
            line.clear();
            let mut whole = true;
            loop {
                let piece = match reader.fill_buf() {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    piece => piece?,
                };
                let end = piece.iter().position(|byte| *byte == b'\n');
                let used = end.map_or(piece.len(), |end| end + 1);
                let room = (LONGEST_LINE + 1).saturating_sub(line.len());
                line.extend_from_slice(piece.get(..used.min(room)).unwrap_or_default());
                self.report.bytes += used as u64;
                whole &= used > 0;
                reader.consume(used);
                if end.is_some() || used == 0 {
                    break;
                }
            }
            if line.is_empty() && !whole {
                return Ok(());
            }
            self.line(&line);
        }
    }

    /// Takes one line. An empty one is passed over.
    pub fn line(&mut self, line: &[u8]) {
        self.lines += 1;
        let mut chain = [0; 32];
        chain[..16].copy_from_slice(&self.digest);
        chain[16..].copy_from_slice(&siphash13_128(&self.policy.key, line));
        self.digest = siphash13_128(&self.policy.key, &chain);
        // Files that were put together have the mark within, too.
        let line = line.strip_prefix(MARK).unwrap_or(line);
        let taken = if line.len() > LONGEST_LINE {
            Err(LineError::TooLong(LONGEST_LINE))
        } else if let Some(mut table) = self.table.take() {
            let taken = table.line(line).and_then(|line| self.take(&line));
            self.table = Some(table);
            taken
        } else if self.lines == 1
            && let Some(table) = Table::of(line)
        {
            self.table = Some(table);
            self.report.table = true;
            return;
        } else {
            let foreign = self.lines == 1 && std::str::from_utf8(line).is_err();
            let read = parse_line(line).map_err(|reason| if foreign { LineError::Encoding } else { reason });
            read.and_then(|line| self.take(&line))
        };
        match taken {
            Ok(()) => self.report.taken += 1,
            Err(LineError::Empty) => {}
            Err(reason) => {
                self.report.refused += 1;
                if self.report.first_refused.len() < REFUSED_KEPT {
                    self.report.first_refused.push(Refused { line: self.lines, reason });
                }
            }
        }
    }

    /// The buckets and the report.
    pub fn finish(self) -> Import {
        let batch = self.builder.finish(self.digest);
        Import { digest: batch.digest, buckets: batch.buckets, report: self.report }
    }

    fn take(&mut self, line: &Line<'_>) -> Result<(), LineError> {
        // The only bound of an import's builder is the present.
        let bucket = self.builder.bucket(line.time).map_err(|_| LineError::Future)?;
        self.route.clear();
        if line.method.is_empty() {
            self.route.extend_from_slice(UNREADABLE);
        } else {
            push_method(&mut self.route, line.method);
            push_path(&mut self.route, line.target);
        }
        let how = Completion { error: line.status >= 500, nanos: line.nanos };
        let service = line.service.map_or(self.service, |name| self.builder.service(name));
        self.builder.transaction(bucket, service, &self.route, how).map_err(|_| LineError::Future)?;
        let mut identifier = Identifier::new(self.policy);
        identifier.addresses(line.forwarded.unwrap_or_default());
        identifier.addresses(line.address);
        identifier.cookies(line.cookies.unwrap_or_default());
        identifier.session(session_in_path(line.target).unwrap_or_default());
        let found = identifier.identities();
        let mut identities = [None; 3];
        let mode = self.options.identity as usize;
        identities[mode] = found[mode];
        self.report.identified += u64::from(identities[mode].is_some());
        self.builder.entry(bucket, how, identities);
        let failed = matches!(line.status, 401 | 403 | 500..);
        let login = self.policy.is_login(&self.route).then_some(failed);
        self.builder.visit(bucket, visit(line.time, found, login));
        let (first, last) = self.report.range.unwrap_or((line.time, line.time));
        self.report.range = Some((first.min(line.time), last.max(line.time)));
        Ok(())
    }
}

/// The session that a servlet container writes into addresses for clients without cookies.
fn session_in_path(target: &[u8]) -> Option<&[u8]> {
    const MARK: &[u8] = b";jsessionid=";
    let at = target.windows(MARK.len()).position(|window| window.eq_ignore_ascii_case(MARK))?;
    target.get(at + MARK.len()..)?.split(|byte| matches!(byte, b'/' | b'?' | b'#' | b';' | b'&')).next()
}

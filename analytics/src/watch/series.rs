//! Series: every measure of a region, its services, routes and calls, and what a bucket says of each.

use std::collections::BTreeMap;

use crate::bucket::{Bucket, Name, OTHER, Resource, Transaction};
use crate::codec::{CodecError, Reader, put_str};
use crate::detect::Nature;
use crate::identity::IdentityMode;
use crate::summary::{Summary, Users};
use crate::view::Measure;

/// Distinct identities of a bucket, by mode.
pub type Identities = BTreeMap<IdentityMode, Users>;

/// What a series is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// The region as its users see it: entry requests.
    Entry,
    /// A service.
    Service(Name),
    /// A route of a service.
    Route(Name, Name),
    /// Calls from a service to another.
    Call(Name, Name),
}

impl Subject {
    /// The service in which it is; for a call the one that is called. `None` for the entry.
    pub const fn service(&self) -> Option<&Name> {
        match self {
            Self::Entry => None,
            Self::Service(name) | Self::Route(name, _) | Self::Call(_, name) => Some(name),
        }
    }

    /// Route, or for a call the caller; empty otherwise.
    pub fn detail(&self) -> &str {
        match self {
            Self::Entry | Self::Service(_) => "",
            Self::Route(_, name) | Self::Call(name, _) => name,
        }
    }
}

/// Name of a series within a region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeriesKey {
    /// What it is about.
    pub subject: Subject,
    /// What is measured of it.
    pub measure: Measure,
}

/// What a bucket says of a series.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The series.
    pub key: SeriesKey,
    /// The value: a second for requests, 0 to 1 for shares, seconds for durations; NaN if it cannot be told.
    pub value: f64,
    /// The requests from which it was made; for a volume those that one unit of it stands for; NaN for a gauge.
    pub count: f64,
}

impl Reading {
    /// A service that says nothing while others speak made no requests.
    pub const fn silent(key: SeriesKey, width: i64) -> Self {
        Self { key, value: 0.0, count: width as f64 }
    }
}

/// What kind of quantity a measure is, for the detector.
pub const fn nature(measure: Measure) -> Nature {
    match measure {
        Measure::Users | Measure::PerCapita | Measure::Requests => Nature::Volume,
        Measure::ErrorRate => Nature::Share,
        Measure::LatencyP50 | Measure::LatencyP95 | Measure::LatencyP99 => Nature::Duration,
        Measure::Load | Measure::Cpu | Measure::Memory | Measure::Heap => Nature::Use,
    }
}

/// All series of a bucket that is `width` seconds wide; `users` are those of its [`Summary`](crate::summary::Summary),
/// because a row is mostly read without its registers.
pub fn readings(bucket: &Bucket, users: &Identities, width: i64) -> Vec<Reading> {
    let mut out = Vec::new();
    let visit = |named: Named<'_>, value, count| out.push(Reading { key: named.to_key(), value, count });
    // A bucket in memory can always be read.
    let _ = Source::Bucket(bucket, users).each(width, visit);
    out
}

/// One series of a bucket, as [`readings`] has it; absent if the bucket does not know of it.
pub fn reading(bucket: &Bucket, users: &Identities, width: i64, key: &SeriesKey) -> Option<Reading> {
    let mut found = None;
    // A bucket in memory can always be read.
    let _ = Source::Bucket(bucket, users).each(width, |named, value, count| {
        if named.is(key) {
            found = Some((value, count));
        }
    });
    found.map(|(value, count)| Reading { key: key.clone(), value, count })
}

/// A series by name, as long as nobody keeps it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named<'a> {
    pub(super) place: Place<'a>,
    pub(super) measure: Measure,
}

/// A [`Subject`] that owns nothing.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place<'a> {
    Entry,
    Service(&'a str),
    Route(&'a str, &'a str),
    Call(&'a str, &'a str),
}

impl Named<'_> {
    /// Whether a series has this name.
    pub(super) fn is(&self, key: &SeriesKey) -> bool {
        self.measure == key.measure
            && match (self.place, &key.subject) {
                (Place::Entry, Subject::Entry) => true,
                (Place::Service(a), Subject::Service(b)) => *a == **b,
                // What differs mostly differs in the second name.
                (Place::Route(a, b), Subject::Route(c, d)) | (Place::Call(a, b), Subject::Call(c, d)) => {
                    *b == **d && *a == **c
                }
                _ => false,
            }
    }

    pub(super) fn to_key(self) -> SeriesKey {
        let subject = match self.place {
            Place::Entry => Subject::Entry,
            Place::Service(service) => Subject::Service(service.into()),
            Place::Route(service, route) => Subject::Route(service.into(), route.into()),
            Place::Call(from, to) => Subject::Call(from.into(), to.into()),
        };
        SeriesKey { subject, measure: self.measure }
    }
}

/// What series are read from.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// A bucket, and the users of its summary.
    Bucket(&'a Bucket, &'a Identities),
    /// Summary and cells of a row.
    Row(&'a Summary, &'a [u8]),
}

impl Source<'_> {
    /// Distinct users, the one series that no cell says anything of: name, value, count.
    pub(super) fn users(&self) -> Option<(Named<'static>, f64, f64)> {
        let users = match self {
            Self::Bucket(_, users) => users,
            Self::Row(summary, _) => &summary.users,
        };
        let value = told_apart(users)?.estimate;
        Some((Named { place: Place::Entry, measure: Measure::Users }, value, 1.0))
    }

    /// Calls `visit` with name, value and count of every series (see [`Reading`]), always in one order. Fails where the
    /// cells of a row cannot be read, or are not in the order in which they are written.
    pub(super) fn each(&self, width: i64, mut visit: impl FnMut(Named<'_>, f64, f64)) -> Result<(), CodecError> {
        let seconds = Some(width.max(1) as f64);
        let (entry, resources) = match self {
            Self::Bucket(bucket, _) => (&bucket.entry, &bucket.resources),
            Self::Row(summary, _) => (&summary.entry, &summary.resources),
        };
        transaction(&mut visit, Place::Entry, entry, seconds);
        if let Some((named, value, count)) = self.users() {
            visit(named, value, count);
        }
        match self {
            Self::Bucket(bucket, _) => cells_of_bucket(bucket, seconds, &mut visit),
            Self::Row(_, cells) => cells_of_row(cells, seconds, &mut visit)?,
        }
        for ((service, kind), gauge) in resources {
            let measure = match kind {
                Resource::Cpu => Measure::Cpu,
                Resource::Memory => Measure::Memory,
                Resource::Heap => Measure::Heap,
                _ => continue,
            };
            visit(Named { place: Place::Service(service), measure }, gauge.mean() / 1e6, f64::NAN);
        }
        Ok(())
    }
}

fn cells_of_bucket(bucket: &Bucket, seconds: Option<f64>, visit: &mut impl FnMut(Named<'_>, f64, f64)) {
    let mut whole = Transaction::default();
    let mut services = bucket.transactions.iter().peekable();
    while let Some(((service, _), _)) = services.peek().copied() {
        whole.clear();
        while let Some(((_, route), cell)) = services.next_if(|((name, _), _)| name == service) {
            whole.merge(cell);
            if &**route != OTHER {
                transaction(visit, Place::Route(service, route), cell, seconds);
            }
        }
        transaction(visit, Place::Service(service), &whole, seconds);
    }
    for ((caller, callee), cell) in &bucket.calls {
        transaction(visit, Place::Call(caller, callee), cell, None);
    }
}

/// The same from the bytes of [`Bucket::encode_cells`], with room for two cells.
fn cells_of_row(
    cells: &[u8],
    seconds: Option<f64>,
    visit: &mut impl FnMut(Named<'_>, f64, f64),
) -> Result<(), CodecError> {
    let (mut whole, mut cell) = (Transaction::default(), Transaction::default());
    if cells.is_empty() {
        return Ok(());
    }
    let mut r = Reader::new(cells);
    for is_call in [false, true] {
        let mut service = None;
        for _ in 0..r.count(2, "groups")? {
            let first = name(&mut r, &mut service)?;
            let mut detail = None;
            whole.clear();
            for _ in 0..r.count(2, "rows")? {
                let second = name(&mut r, &mut detail)?;
                cell.read(&mut r)?;
                if is_call {
                    transaction(visit, Place::Call(first, second), &cell, None);
                    continue;
                }
                whole.merge(&cell);
                if second != OTHER {
                    transaction(visit, Place::Route(first, second), &cell, seconds);
                }
            }
            if !is_call && detail.is_some() {
                transaction(visit, Place::Service(first), &whole, seconds);
            }
        }
    }
    Ok(())
}

/// The next name, which stands after the last one in the alphabet.
fn name<'a>(r: &mut Reader<'a>, last: &mut Option<&'a str>) -> Result<&'a str, CodecError> {
    let name = r.str("name")?;
    if last.is_some_and(|last| last >= name) {
        return Err(r.invalid("name"));
    }
    *last = Some(name);
    Ok(name)
}

/// `seconds` is given where the number of requests itself is a series.
fn transaction(
    visit: &mut impl FnMut(Named<'_>, f64, f64),
    place: Place<'_>,
    cell: &Transaction,
    seconds: Option<f64>,
) {
    let count = cell.count as f64;
    if let Some(seconds) = seconds {
        visit(Named { place, measure: Measure::Requests }, count / seconds, seconds);
    }
    if let Some(rate) = cell.error_rate() {
        visit(Named { place, measure: Measure::ErrorRate }, rate, count);
    }
    let timed = cell.latency.count();
    if let Some(p95) = cell.latency.quantile_of(0.95, timed) {
        visit(Named { place, measure: Measure::LatencyP95 }, p95, timed as f64);
    }
}

/// Distinct identities of the mode that tells users apart best among those that a tenth of the requests carry.
fn told_apart(users: &Identities) -> Option<&Users> {
    let most = users.values().map(|users| users.identified).max()?;
    let modes = [IdentityMode::UserCookie, IdentityMode::SessionCookie, IdentityMode::Ip];
    let known = |mode| users.get(&mode).filter(|users| users.identified > 0 && users.identified >= most / 10);
    modes.into_iter().find_map(known)
}

impl SeriesKey {
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        let (tag, first, second): (u8, &str, &str) = match &self.subject {
            Subject::Entry => (0, "", ""),
            Subject::Service(service) => (1, service, ""),
            Subject::Route(service, route) => (2, service, route),
            Subject::Call(from, to) => (3, from, to),
        };
        out.push(tag);
        if tag > 0 {
            put_str(out, first);
        }
        if tag > 1 {
            put_str(out, second);
        }
        out.push(self.measure as u8);
    }

    pub(crate) fn decode(r: &mut Reader<'_>) -> Result<Self, CodecError> {
        let name = |r: &mut Reader<'_>| Ok::<_, CodecError>(Name::from(r.str("series")?));
        let subject = match r.u8("series")? {
            0 => Subject::Entry,
            1 => Subject::Service(name(r)?),
            2 => Subject::Route(name(r)?, name(r)?),
            3 => Subject::Call(name(r)?, name(r)?),
            _ => return Err(r.invalid("series")),
        };
        let measure = *Measure::ALL.get(usize::from(r.u8("measure")?)).ok_or(r.invalid("measure"))?;
        Ok(Self { subject, measure })
    }
}

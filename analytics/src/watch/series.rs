//! Series: every measure of a region, its services, routes and calls, and what a bucket says of each.

use std::collections::BTreeMap;

use crate::bucket::{Bucket, Name, OTHER, Resource, Transaction};
use crate::codec::{CodecError, Reader, put_str};
use crate::detect::Nature;
use crate::identity::IdentityMode;
use crate::summary::Users;
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
    let seconds = width.max(1) as f64;
    transaction(&mut out, &Subject::Entry, &bucket.entry, Some(seconds));
    out.extend(self::users(users));
    let mut services = bucket.transactions.iter().peekable();
    while let Some(((service, _), _)) = services.peek() {
        let service = (*service).clone();
        let mut whole = Transaction::default();
        while let Some(((_, route), cell)) = services.next_if(|((name, _), _)| *name == service) {
            whole.merge(cell);
            if &**route != OTHER {
                transaction(&mut out, &Subject::Route(service.clone(), route.clone()), cell, Some(seconds));
            }
        }
        transaction(&mut out, &Subject::Service(service), &whole, Some(seconds));
    }
    for ((caller, callee), cell) in &bucket.calls {
        transaction(&mut out, &Subject::Call(caller.clone(), callee.clone()), cell, None);
    }
    for ((service, kind), gauge) in &bucket.resources {
        let measure = match kind {
            Resource::Cpu => Measure::Cpu,
            Resource::Memory => Measure::Memory,
            Resource::Heap => Measure::Heap,
            _ => continue,
        };
        push(&mut out, &Subject::Service(service.clone()), measure, gauge.mean() / 1e6, f64::NAN);
    }
    out
}

/// Distinct users, the one series that no cell says anything of.
pub(super) fn users(users: &Identities) -> Option<Reading> {
    let value = told_apart(users)?.estimate;
    Some(Reading { key: SeriesKey { subject: Subject::Entry, measure: Measure::Users }, value, count: 1.0 })
}

fn push(out: &mut Vec<Reading>, subject: &Subject, measure: Measure, value: f64, count: f64) {
    out.push(Reading { key: SeriesKey { subject: subject.clone(), measure }, value, count });
}

/// `seconds` is given where the number of requests itself is a series.
fn transaction(out: &mut Vec<Reading>, subject: &Subject, cell: &Transaction, seconds: Option<f64>) {
    let count = cell.count as f64;
    if let Some(seconds) = seconds {
        push(out, subject, Measure::Requests, count / seconds, seconds);
    }
    if let Some(rate) = cell.error_rate() {
        push(out, subject, Measure::ErrorRate, rate, count);
    }
    if let Some(p95) = cell.latency.quantile(0.95) {
        push(out, subject, Measure::LatencyP95, p95, cell.latency.count() as f64);
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

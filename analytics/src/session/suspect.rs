//! Who is listed, and why.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::heavy::{Entry, Table};
use super::{ADDRESSES, GAP, Session, Sessions};

/// Why someone is listed. The order is that of lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Many log-ins from one address within a minute.
    LogInBurst,
    /// Many identities from one address.
    ManyIdentities,
    /// One identity from many addresses.
    ManyAddresses,
    /// A session of hours.
    LongLived,
}

impl Kind {
    /// All kinds, in the order of lists.
    pub const ALL: [Self; 4] = [Self::LogInBurst, Self::ManyIdentities, Self::ManyAddresses, Self::LongLived];
}

/// From where on someone is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Thresholds {
    /// Seconds without a request after which a session is over.
    pub gap: i64,
    /// Seconds of a session. Four hours: twice what officials' portals allow before they ask for a new log-in.
    pub long_lived: i64,
    /// Log-ins a minute from one address. Sixty: one a second is more than the people of one office do by hand.
    pub logins_per_minute: u64,
    /// Identities from one address in one row (five minutes or less). Twenty: offices behind one address reach that,
    /// which is why the list says how many, and people judge.
    pub identities: u64,
    /// Addresses of one identity within half an hour. Five: between home, office and mobile a person has three.
    pub addresses: u64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { gap: GAP, long_lived: 4 * 3600, logins_per_minute: 60, identities: 20, addresses: 5 }
    }
}

/// A row of one region: its time and what it knows of sessions.
#[derive(Clone, Copy, Debug)]
pub struct Span<'a> {
    /// Start, seconds since the epoch.
    pub start: i64,
    /// Width, seconds.
    pub width: i64,
    /// What it knows.
    pub sessions: &'a Sessions,
}

/// Someone who is listed, with the figures that are the reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Listed {
    /// Code of the region.
    pub region: String,
    /// The pseudonym: the keyed hash of an identity or address, sixteen hexadecimal digits.
    pub pseudonym: String,
    /// Why.
    pub kind: Kind,
    /// Requests of the session, log-ins, identities or addresses, as the kind says.
    pub count: u64,
    /// Log-ins that failed; zero for other kinds.
    pub failed: u64,
    /// Most log-ins in a minute, at least; zero for other kinds.
    pub per_minute: u64,
    /// First instant, seconds since the epoch: of the session, else of the first row that shows it.
    pub from: i64,
    /// Last instant of the session, else the end of the last row that shows it.
    pub to: i64,
    /// Whether the figures are exact; if not, they are at least (identities: about) what they say.
    pub exact: bool,
}

impl Listed {
    /// Seconds between first and last instant.
    pub const fn seconds(&self) -> i64 {
        self.to.saturating_sub(self.from)
    }

    /// What is compared within a kind: the larger, the further up.
    pub const fn rank(&self) -> u64 {
        match self.kind {
            Kind::LogInBurst => self.per_minute,
            Kind::ManyIdentities | Kind::ManyAddresses => self.count,
            Kind::LongLived => self.seconds() as u64,
        }
    }
}

/// Whoever passes a threshold in these rows of one region, by kind, the most conspicuous first. Rows stand in order of
/// time and do not overlap.
pub fn suspects(region: &str, spans: &[Span<'_>], thresholds: &Thresholds) -> Vec<Listed> {
    let region = || region.to_owned();
    let mut listed = Vec::new();
    let mut bursts = BTreeMap::new();
    let mut crowds = BTreeMap::new();
    for span in spans {
        let minutes = (span.width as u64 / 60).max(1);
        each(&mut bursts, span, &span.sessions.logins, |entry| {
            let per_minute = entry.peak.max(entry.count / minutes);
            (per_minute >= thresholds.logins_per_minute).then_some((entry.count, entry.failed, per_minute, true))
        });
        each(&mut crowds, span, &span.sessions.shared, |entry| {
            let (distinct, exact) = entry.distinct();
            (distinct >= thresholds.identities).then_some((distinct, 0, 0, exact))
        });
    }
    listed.extend(bursts.into_values().flatten().map(|found| found.listed(region(), Kind::LogInBurst)));
    listed.extend(crowds.into_values().flatten().map(|found| found.listed(region(), Kind::ManyIdentities)));
    let overflowed = spans.iter().any(|span| span.sessions.overflowed);
    for session in sessions(spans) {
        let mut list = |kind, count, exact| {
            let Session { first: from, last: to, .. } = session;
            let pseudonym = pseudonym(session.key);
            let region = region();
            listed.push(Listed { region, pseudonym, kind, count, failed: 0, per_minute: 0, from, to, exact });
        };
        if session.seconds() >= thresholds.long_lived {
            list(Kind::LongLived, session.requests, !overflowed);
        }
        if session.addresses >= thresholds.addresses {
            list(Kind::ManyAddresses, session.addresses, session.addresses <= ADDRESSES as u64);
        }
    }
    rank(&mut listed);
    listed
}

/// Puts a list in order: by kind, then the most conspicuous first.
pub fn rank(listed: &mut [Listed]) {
    listed.sort_by(|a, b| {
        (a.kind, b.rank(), a.from, &a.pseudonym, &a.region).cmp(&(b.kind, a.rank(), b.from, &b.pseudonym, &b.region))
    });
}

/// The notable sessions of these rows, each once, as it stood at its last request: by identity, then by time.
pub fn sessions(spans: &[Span<'_>]) -> Vec<Session> {
    let mut states: Vec<Session> = spans.iter().flat_map(|span| span.sessions.notable.iter().copied()).collect();
    states.sort_unstable_by_key(|session| (session.key, session.first, session.last));
    // One session has one start; where late data moved it, the states still overlap.
    states.dedup_by(|next, session| {
        let same = next.key == session.key && next.first <= session.last;
        if same {
            session.meet(next);
        }
        same
    });
    states
}

/// Sixteen hexadecimal digits.
pub fn pseudonym(key: u64) -> String {
    format!("{key:016x}")
}

/// What was found of one address in neighbouring rows.
struct Found {
    key: u64,
    from: i64,
    to: i64,
    count: u64,
    failed: u64,
    per_minute: u64,
    exact: bool,
}

impl Found {
    fn listed(self, region: String, kind: Kind) -> Listed {
        let Self { key, from, to, count, failed, per_minute, exact } = self;
        Listed { region, pseudonym: pseudonym(key), kind, count, failed, per_minute, from, to, exact }
    }
}

/// Notes the entries of a row that `passes` gives figures for: count, failed, per minute, exact. Log-ins of
/// neighbouring rows add up; of identities the largest number stands.
fn each(
    found: &mut BTreeMap<u64, Vec<Found>>,
    span: &Span<'_>,
    table: &Table,
    passes: impl Fn(&Entry) -> Option<(u64, u64, u64, bool)>,
) {
    for entry in table.entries() {
        let Some((count, failed, per_minute, exact)) = passes(entry) else { continue };
        let exact = exact && entry.missed == 0;
        let (from, to) = (span.start, span.start.saturating_add(span.width));
        let of_key = found.entry(entry.key).or_default();
        // What pauses for no more than ten minutes is one story.
        match of_key.last_mut().filter(|last| from <= last.to.saturating_add(600)) {
            Some(last) => {
                let adds_up = entry.others.is_empty();
                last.count = if adds_up { last.count.saturating_add(count) } else { last.count.max(count) };
                last.failed = last.failed.saturating_add(failed);
                last.per_minute = last.per_minute.max(per_minute);
                last.to = last.to.max(to);
                last.exact &= exact;
            }
            None => of_key.push(Found { key: entry.key, from, to, count, failed, per_minute, exact }),
        }
    }
}

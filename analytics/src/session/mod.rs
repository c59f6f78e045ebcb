//! Sessions: who stays for hours, who logs in by the hundred, who shares an address or changes it, in bounded memory.
//!
//! Identities are the keyed hashes of [`identity`](crate::identity), which serve as pseudonyms; nothing else is known of
//! anyone. A session is what one identity (the user's cookie, else the session's) does without a pause longer than the
//! gap, half an hour unless set otherwise.
//!
//! What a bucket keeps:
//! - of two seconds: everyone [`seen`](Sessions::seen), with first and last instant, requests and addresses. Beyond
//!   [`SEEN`] identities those of the smallest hashes are kept: the same ones in every bucket, so that their sessions
//!   stay whole. This merges to the same bytes in any order.
//! - coarser: [`notable`](Sessions::notable) sessions only, that is, those older than [`LISTED_AGE`] or with
//!   [`LISTED_ADDRESSES`] addresses within half an hour, each as it stood at its last request. Merging takes the earliest
//!   start, the latest end and the largest counts, so the same row twice changes nothing. Beyond [`NOTABLE`] the oldest
//!   are kept.
//! - of all widths, by address: [`logins`](Sessions::logins) and identities ([`shared`](Sessions::shared)) as
//!   [heavy hitters](heavy). In memory a table holds [`KEYS`] addresses, a stored row the [`ROW_KEYS`] heaviest that have
//!   more than one; every address that is left out had at most the table's floor.
//!
//! The thread from bucket to bucket is [`Carry`], which an edge holds in memory and makes again from its rows.

mod carry;
pub mod heavy;
mod suspect;

use crate::codec::{CodecError, Reader, put_i64, put_u64};
use heavy::{DISTINCT, Entry, Table, take_fingerprints, take_key};

pub use carry::{Carry, GAP};
pub use suspect::{Kind, Listed, Span, Thresholds, pseudonym, rank, sessions, suspects};

/// Identities that a bucket of two seconds holds.
pub const SEEN: usize = 4096;
/// Notable sessions that a coarser bucket holds.
pub const NOTABLE: usize = 512;
/// Addresses that a table holds in memory.
pub const KEYS: usize = 2048;
/// Addresses that a stored row of a minute or more keeps.
pub const ROW_KEYS: usize = 256;
/// Addresses that are kept of one identity.
pub const ADDRESSES: usize = 8;
/// Age from which on a session is listed in coarser rows, seconds.
pub const LISTED_AGE: i64 = 3600;
/// Addresses within half an hour from which on it is.
pub const LISTED_ADDRESSES: u64 = 3;

/// First byte of the encoded form.
const VERSION: u8 = 1;

/// What a bucket knows of sessions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sessions {
    /// Identities of a bucket of two seconds, by key.
    pub seen: Vec<Seen>,
    /// Notable sessions of a coarser bucket, by key.
    pub notable: Vec<Session>,
    /// Log-ins by address.
    pub logins: Table,
    /// Identities by address.
    pub shared: Table,
    /// Whether `seen` or `notable` (or what led to them) had more than they may hold.
    pub overflowed: bool,
}

/// One identity in a bucket of two seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Hash of the identity.
    pub key: u64,
    /// First request, seconds since the epoch.
    pub first: i64,
    /// Last request, seconds since the epoch.
    pub last: i64,
    /// Requests.
    pub requests: u64,
    /// The smallest fingerprints of its addresses, ascending, at most [`ADDRESSES`].
    pub addresses: Vec<u32>,
}

/// A session as it stood at its last request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Session {
    /// Hash of the identity.
    pub key: u64,
    /// First request, seconds since the epoch; in an earlier bucket, as a rule.
    pub first: i64,
    /// Last request, seconds since the epoch.
    pub last: i64,
    /// Requests since the first.
    pub requests: u64,
    /// Most addresses within half an hour; at [`ADDRESSES`] it may have been more.
    pub addresses: u64,
}

/// One request, as whoever reads telemetry notes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit {
    /// Seconds since the epoch.
    pub instant: i64,
    /// Hash of the identity, if it carried one.
    pub identity: Option<u64>,
    /// Hash of the address, if that is known.
    pub address: Option<u64>,
    /// Whether it was a log-in, and then whether it failed.
    pub login: Option<bool>,
}

/// What stands for an identity beside another: the upper half of its hash.
const fn fingerprint(hash: u64) -> u32 {
    (hash >> 32) as u32
}

impl Sessions {
    /// What these requests amount to, in whatever order they stand; `None` if they tell nothing.
    pub fn of<'a>(visits: impl IntoIterator<Item = &'a Visit>) -> Option<Box<Self>> {
        let (mut users, mut logins, mut pairs) = (Vec::new(), Vec::new(), Vec::new());
        for visit in visits {
            if let Some(key) = visit.identity {
                users.push((key, visit.instant, visit.address.map(fingerprint)));
            }
            let Some(key) = visit.address else { continue };
            if let Some(failed) = visit.login {
                logins.push(Entry { key, count: 1, failed: u64::from(failed), ..Entry::default() });
            }
            if let Some(identity) = visit.identity {
                pairs.push((key, fingerprint(identity)));
            }
        }
        if users.is_empty() && logins.is_empty() {
            return None;
        }
        users.sort_unstable();
        let seen = users.chunk_by(|a, b| a.0 == b.0).filter_map(|of_user| {
            let ((key, first, _), (_, last, _)) = (*of_user.first()?, *of_user.last()?);
            let mut addresses: Vec<u32> = of_user.iter().filter_map(|(_, _, address)| *address).collect();
            addresses.sort_unstable();
            addresses.dedup();
            addresses.truncate(ADDRESSES);
            Some(Seen { key, first, last, requests: of_user.len() as u64, addresses })
        });
        pairs.sort_unstable();
        pairs.dedup();
        let shared = pairs.chunk_by(|a, b| a.0 == b.0).filter_map(|of_address| {
            let others = of_address.iter().take(DISTINCT).map(|(_, other)| *other).collect();
            Some(Entry { key: of_address.first()?.0, others, ..Entry::default() })
        });
        let mut all = Self {
            seen: seen.collect(),
            logins: Table::of(logins, KEYS),
            shared: Table::of(shared.collect(), KEYS),
            ..Self::default()
        };
        all.bound();
        Some(Box::new(all))
    }

    /// Adds another's.
    pub fn merge(&mut self, other: &Self) {
        merge_sorted(&mut self.seen, &other.seen, |seen| seen.key, Seen::add);
        merge_sorted(&mut self.notable, &other.notable, |session| session.key, Session::meet);
        self.logins.merge(&other.logins, KEYS);
        self.shared.merge(&other.shared, KEYS);
        self.overflowed |= other.overflowed;
        self.bound();
    }

    fn bound(&mut self) {
        self.overflowed |= self.seen.len() > SEEN || self.notable.len() > NOTABLE;
        self.seen.truncate(SEEN);
        if self.notable.len() > NOTABLE {
            let mut ages: Vec<(i64, u64)> = self.notable.iter().map(|session| (session.first, session.key)).collect();
            let (_, too_young, _) = ages.select_nth_unstable(NOTABLE);
            let too_young = *too_young;
            self.notable.retain(|session| (session.first, session.key) < too_young);
        }
    }

    /// Takes the place of a coarser bucket's: forgets who was seen and adds what became of it.
    pub fn lift(&mut self, lifted: &Self) {
        self.seen = Vec::new();
        self.merge(lifted);
    }

    /// Notes for every address that what it has is what it had in one minute. For buckets of a minute, once they are
    /// whole.
    pub fn mark_minute(&mut self) {
        for entry in self.logins.entries_mut() {
            entry.peak = entry.peak.max(entry.count);
        }
    }

    /// Takes over the peaks, without the counts, of what a late delta added to a row of a minute: what coarser rows
    /// cannot know of themselves.
    pub fn take_peaks(&mut self, minute: &Self, delta: Option<&Self>) {
        let changed = delta.into_iter().flat_map(|delta| delta.logins.entries());
        let peaks = changed.filter_map(|entry| minute.logins.get(entry.key));
        let peaks = peaks.map(|entry| Entry { key: entry.key, peak: entry.peak, ..Entry::default() });
        self.logins.merge(&Table::of(peaks.collect(), KEYS), KEYS);
    }

    /// Leaves out what a stored row of a minute or more does not tell.
    pub fn settle(&mut self) {
        self.logins.settle(ROW_KEYS);
        self.shared.settle(ROW_KEYS);
    }

    /// Appends all of it.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.push(VERSION);
        out.push(u8::from(self.overflowed));
        put_u64(out, self.seen.len() as u64);
        let mut before = 0;
        for seen in &self.seen {
            put_span(out, (seen.key, seen.first, seen.last), &mut before, seen.requests);
            put_u64(out, seen.addresses.len() as u64);
            for fingerprint in &seen.addresses {
                out.extend_from_slice(&fingerprint.to_le_bytes());
            }
        }
        put_u64(out, self.notable.len() as u64);
        for session in &self.notable {
            put_span(out, (session.key, session.first, session.last), &mut before, session.requests);
            put_u64(out, session.addresses);
        }
        self.logins.encode(out);
        self.shared.encode(out);
    }

    /// Reads what [`encode`](Self::encode) wrote, to the last byte. Nothing at all is what rows hold that know nothing
    /// of sessions.
    pub fn decode(bytes: &[u8]) -> Result<Option<Box<Self>>, CodecError> {
        if bytes.is_empty() {
            return Ok(None);
        }
        let mut r = Reader::new(bytes);
        if r.u8("version")? != VERSION {
            return Err(r.invalid("version"));
        }
        let overflowed = r.u64_at_most(1, "overflow")? == 1;
        let mut all = Self { overflowed, ..Self::default() };
        let mut before = 0;
        for _ in 0..r.count(12, "identities")? {
            let (key, first, last, requests) = take_span(&mut r, &mut before, all.seen.last().map(|seen| seen.key))?;
            let addresses = take_fingerprints(&mut r, ADDRESSES)?;
            all.seen.push(Seen { key, first, last, requests, addresses });
        }
        for _ in 0..r.count(12, "sessions")? {
            let last_key = all.notable.last().map(|session| session.key);
            let (key, first, last, requests) = take_span(&mut r, &mut before, last_key)?;
            all.notable.push(Session { key, first, last, requests, addresses: r.u64("addresses")? });
        }
        all.logins = Table::decode(&mut r)?;
        all.shared = Table::decode(&mut r)?;
        r.finish("sessions")?;
        Ok(Some(Box::new(all)))
    }
}

/// Adds what another bucket knows of sessions.
pub fn merge(ours: &mut Option<Box<Sessions>>, theirs: Option<&Sessions>) {
    if let Some(theirs) = theirs {
        ours.get_or_insert_default().merge(theirs);
    }
}

impl Seen {
    fn add(&mut self, other: &Self) {
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.requests = self.requests.saturating_add(other.requests);
        for fingerprint in &other.addresses {
            if let Err(place) = self.addresses.binary_search(fingerprint)
                && place < ADDRESSES
            {
                self.addresses.insert(place, *fingerprint);
                self.addresses.truncate(ADDRESSES);
            }
        }
    }
}

impl Session {
    /// Seconds from its first request to its last.
    pub const fn seconds(&self) -> i64 {
        self.last.saturating_sub(self.first)
    }

    /// Whether a coarser row lists it.
    pub const fn is_notable(&self) -> bool {
        self.seconds() >= LISTED_AGE || self.addresses >= LISTED_ADDRESSES
    }

    fn meet(&mut self, other: &Self) {
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.requests = self.requests.max(other.requests);
        self.addresses = self.addresses.max(other.addresses);
    }
}

/// Merges two lists in the order of their keys.
fn merge_sorted<T: Clone>(ours: &mut Vec<T>, theirs: &[T], key: impl Fn(&T) -> u64, add: impl Fn(&mut T, &T)) {
    if theirs.is_empty() {
        return;
    }
    let mut merged = Vec::with_capacity(ours.len() + theirs.len());
    let mut theirs = theirs.iter().peekable();
    for mut item in std::mem::take(ours) {
        while let Some(other) = theirs.next_if(|other| key(other) < key(&item)) {
            merged.push(other.clone());
        }
        if let Some(other) = theirs.next_if(|other| key(other) == key(&item)) {
            add(&mut item, other);
        }
        merged.push(item);
    }
    merged.extend(theirs.cloned());
    *ours = merged;
}

fn put_span(out: &mut Vec<u8>, (key, first, last): (u64, i64, i64), before: &mut i64, requests: u64) {
    out.extend_from_slice(&key.to_le_bytes());
    put_i64(out, first.wrapping_sub(*before));
    put_u64(out, last.wrapping_sub(first) as u64);
    put_u64(out, requests);
    *before = first;
}

fn take_span(r: &mut Reader<'_>, before: &mut i64, last_key: Option<u64>) -> Result<(u64, i64, i64, u64), CodecError> {
    let key = take_key(r)?;
    if last_key.is_some_and(|last| last >= key) {
        return Err(r.invalid("key"));
    }
    let first = before.wrapping_add(r.i64("first request")?);
    let last = first.wrapping_add(r.u64("last request")? as i64);
    if last < first {
        return Err(r.invalid("last request"));
    }
    *before = first;
    Ok((key, first, last, r.u64("requests")?))
}

#[cfg(test)]
mod tests;

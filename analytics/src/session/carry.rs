//! The thread that makes one session of what one identity does in many buckets.

use std::collections::BTreeMap;

use super::{ADDRESSES, Seen, Session, Sessions};

/// Longest pause within a session, seconds, unless set otherwise; also the time within which addresses are counted.
pub const GAP: i64 = 1800;
/// Sessions that are held at once. With more than that the youngest are forgotten, so that a flood of new identities
/// pushes nobody out who was there before.
const HELD: usize = 1 << 16;

/// Sessions that go on.
#[derive(Clone, Debug)]
pub struct Carry {
    gap: i64,
    open: BTreeMap<u64, Open>,
    /// Last request of all.
    newest: i64,
    /// When the ones that are over were last forgotten.
    swept: i64,
    /// Whether sessions were forgotten that may still go on, since they were last told of.
    overflowed: bool,
}

#[derive(Clone, Debug)]
struct Open {
    session: Session,
    /// Addresses of the last half hour with the instant each was last seen, at most [`ADDRESSES`].
    addresses: Vec<(u32, i64)>,
}

impl Carry {
    /// Nobody yet; sessions end after `gap` seconds without a request.
    pub const fn new(gap: i64) -> Self {
        Self { gap, open: BTreeMap::new(), newest: i64::MIN, swept: i64::MIN, overflowed: false }
    }

    /// Takes who was seen in a bucket and gives what a coarser one lists of it: the notable sessions among them, as they
    /// stand now.
    pub fn take(&mut self, sessions: &Sessions) -> Sessions {
        let mut lifted = Sessions::default();
        for seen in &sessions.seen {
            if let Some(session) = self.go_on(seen)
                && session.is_notable()
            {
                lifted.notable.push(session);
            }
        }
        self.forget();
        lifted.overflowed = sessions.overflowed || std::mem::take(&mut self.overflowed);
        lifted.bound();
        lifted
    }

    /// Takes up sessions as a row of a minute or more told of them, for a memory that is made again. Their addresses are
    /// not known.
    pub fn resume(&mut self, sessions: &Sessions) {
        for session in &sessions.notable {
            self.newest = self.newest.max(session.last);
            let fresh = || Open { session: *session, addresses: Vec::new() };
            let open = self.open.entry(session.key).or_insert_with(fresh);
            if session.first > open.session.last.saturating_add(self.gap) {
                open.session = *session;
            } else if open.session.first <= session.last.saturating_add(self.gap) {
                open.session.meet(session);
            }
        }
        self.forget();
    }

    /// Number of sessions held.
    pub fn len(&self) -> usize {
        self.open.len()
    }

    /// Whether none is held.
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    fn go_on(&mut self, seen: &Seen) -> Option<Session> {
        self.newest = self.newest.max(seen.last);
        let fresh = Session { key: seen.key, first: seen.first, last: seen.last, requests: 0, addresses: 0 };
        let open = self.open.entry(seen.key).or_insert_with(|| Open { session: fresh, addresses: Vec::new() });
        if seen.first > open.session.last.saturating_add(self.gap) {
            *open = Open { session: fresh, addresses: Vec::new() };
        } else if seen.last < open.session.first.saturating_sub(self.gap) {
            // Late data of a session that was over before this one began.
            return None;
        }
        let session = &mut open.session;
        session.first = session.first.min(seen.first);
        session.last = session.last.max(seen.last);
        session.requests = session.requests.saturating_add(seen.requests);
        for fingerprint in &seen.addresses {
            match open.addresses.iter_mut().find(|(known, _)| known == fingerprint) {
                Some((_, last)) => *last = (*last).max(seen.last),
                None => open.addresses.push((*fingerprint, seen.last)),
            }
        }
        let horizon = session.last.saturating_sub(GAP);
        open.addresses.retain(|(_, last)| *last >= horizon);
        session.addresses = session.addresses.max(open.addresses.len() as u64);
        if open.addresses.len() > ADDRESSES {
            open.addresses.sort_unstable_by_key(|(fingerprint, last)| (std::cmp::Reverse(*last), *fingerprint));
            open.addresses.truncate(ADDRESSES);
        }
        Some(*session)
    }

    /// Forgets the sessions that are over, once a minute, and the youngest of too many.
    fn forget(&mut self) {
        let crowded = self.open.len() > HELD;
        if !crowded && self.newest < self.swept.saturating_add(60) {
            return;
        }
        self.swept = self.newest;
        let horizon = self.newest.saturating_sub(self.gap);
        self.open.retain(|_, open| open.session.last >= horizon);
        if self.open.len() > HELD {
            // A quarter at once, so that a flood does not sort at every step.
            let mut ages: Vec<(i64, u64)> = self.open.values().map(|o| (o.session.first, o.session.key)).collect();
            let (_, too_young, _) = ages.select_nth_unstable(HELD / 4 * 3);
            let too_young = *too_young;
            self.open.retain(|_, open| (open.session.first, open.session.key) < too_young);
            self.overflowed = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Visit;
    use super::*;

    fn visit(identity: u64, address: u64, instant: i64) -> Sessions {
        let visit = Visit { instant, identity: Some(identity), address: Some(address << 32), login: None };
        *Sessions::of(&[visit]).unwrap()
    }

    #[test]
    fn a_session_goes_on_until_a_pause_is_longer_than_the_gap() {
        let mut carry = Carry::new(GAP);
        let mut told = Sessions::default();
        for at in (0..=4 * 3600).step_by(1700) {
            told = carry.take(&visit(9, 1, at));
        }
        let [session] = told.notable[..] else { panic!("{told:?}") };
        assert_eq!((session.first, session.last, session.requests, session.addresses), (0, 13_600, 9, 1));
        assert!(carry.take(&visit(9, 1, 13_600 + GAP + 1)).notable.is_empty());
        // What comes late belongs to the session that is over, and is no part of this one.
        assert!(carry.take(&visit(9, 1, 3000)).notable.is_empty());
        assert_eq!(carry.len(), 1);
    }

    #[test]
    fn addresses_count_within_half_an_hour() {
        let mut carry = Carry::new(GAP);
        let mut told = Vec::new();
        for (address, at) in [(1, 0), (2, 600), (3, 2500), (4, 2600), (5, 2700)] {
            told = carry.take(&visit(9, address, at)).notable;
        }
        // The first of the five was seen more than half an hour before the last.
        assert_eq!(told.first().map(|session| session.addresses), Some(3));
        for address in 10..40 {
            told = carry.take(&visit(9, address, 2800)).notable;
        }
        assert_eq!(told.first().map(|session| session.addresses), Some(ADDRESSES as u64 + 1));
    }

    #[test]
    fn a_row_brings_a_session_back_as_it_stood() {
        let (mut one, mut two) = (Carry::new(GAP), Carry::new(GAP));
        let mut row = Sessions::default();
        for at in (0..=7200).step_by(600) {
            row = one.take(&visit(9, 1, at));
        }
        two.resume(&row);
        two.resume(&row);
        let next = visit(9, 1, 7800);
        assert_eq!(one.take(&next), two.take(&next));
    }

    #[test]
    fn a_flood_pushes_nobody_out_who_was_there_before() {
        let mut carry = Carry::new(GAP);
        carry.take(&visit(u64::MAX, 1, 0));
        let mut overflowed = false;
        for step in 0..1_000_u64 {
            let visits: Vec<Visit> = (0..1000)
                .map(|index| Visit {
                    instant: 1 + step as i64,
                    identity: Some((step * 1000 + index).wrapping_mul(0x9e37_79b9_7f4a_7c15)),
                    address: None,
                    login: None,
                })
                .collect();
            overflowed |= carry.take(&Sessions::of(&visits).unwrap()).overflowed;
            assert!(carry.len() <= HELD);
        }
        assert!(overflowed);
        carry.take(&visit(u64::MAX, 1, 1700));
        let told = carry.take(&visit(u64::MAX, 1, 3400)).notable;
        assert!(told.is_empty());
        let told = carry.take(&visit(u64::MAX, 1, 3601)).notable;
        assert_eq!(told.first().map(Session::seconds), Some(3601));
    }
}

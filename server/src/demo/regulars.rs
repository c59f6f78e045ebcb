//! Users out of the ordinary: who stays for hours, many who share one address, one who changes it all the time. And what
//! a bucket of the past knows of sessions.

use bonghwa_analytics::bucket::Bucket;
use bonghwa_analytics::identity::IdentityMode;
use bonghwa_analytics::session::heavy::{Entry, Table};
use bonghwa_analytics::session::{self, KEYS, Session, Sessions};
use bonghwa_analytics::time::Resolution;

use super::nation::Place;
use super::noise::{join, mix, name_key};
use super::visits::Visit;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
/// Users of every region who stay for hours.
const STAYING: u64 = 3;
/// How often they begin anew, milliseconds.
const CYCLE: i64 = 14 * HOUR;
/// The region with the many at one address, and how many they are.
const CROWD: (&str, u64) = ("gyeonggi", 34);
/// The region with the user of many addresses, how many, how long each is kept and how often it begins anew.
const ROAMER: (&str, i64) = ("busan", 7);
const ROAMER_STAYS: i64 = 4 * MINUTE;
const ROAMER_CYCLE: i64 = 5 * HOUR;

/// What is known of a visit as part of a longer session.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    /// Number of this part, from 0: each is at an address of its own.
    number: u64,
    /// First request of the session, milliseconds since the epoch.
    since: i64,
    /// Requests before this part.
    before: u64,
}

/// Calls `each` with every visit of such users to a place that has a request from `from` to `to` (exclusive, both in
/// milliseconds).
pub(super) fn each(place: &Place, from: i64, to: i64, mut each: impl FnMut(&Visit)) {
    let key = name_key(place.key, "regulars");
    let mut give = |visit: &Visit| {
        if visit.overlaps(from, to) {
            each(visit);
        }
    };
    for number in 0..STAYING {
        let key = join(key, number);
        // Five to eleven hours of every fourteen, a request every two to eight minutes.
        let (length, gap) = (5 * HOUR + (key % 7) as i64 * HOUR, 2 * MINUTE + (key >> 8) as i64 % 7 * MINUTE);
        for begin in cycles(key, CYCLE, length, from, to) {
            give(&Visit::regular(join(key, begin as u64), person(key), person(key), begin, gap, (length / gap) as u32));
        }
    }
    if place.code == CROWD.0 {
        let home = name_key(key, "crowd");
        for number in 0..CROWD.1 {
            let key = join(home, number);
            // Each is there half of every two hours; all together there are always enough.
            for begin in cycles(key, 2 * HOUR, 100 * MINUTE, from, to) {
                give(&Visit::regular(join(key, begin as u64), person(key), home, begin, 3 * MINUTE, 33));
            }
        }
    }
    if place.code == ROAMER.0 {
        let key = name_key(key, "roamer");
        for begin in cycles(key, ROAMER_CYCLE, ROAMER.1 * ROAMER_STAYS, from, to) {
            for number in 0..ROAMER.1 {
                let start = begin + number * ROAMER_STAYS;
                let part = Part { number: number as u64, since: begin, before: 4 * number as u64 };
                let mut visit =
                    Visit::regular(join(key, begin as u64), person(key), join(key, number as u64), start, MINUTE, 4);
                visit.part = Some(part);
                give(&visit);
            }
        }
    }
}

/// Beginnings of what comes back every `cycle` for `length`, of those that touch `from..to`.
fn cycles(key: u64, cycle: i64, length: i64, from: i64, to: i64) -> impl Iterator<Item = i64> {
    let phase = (key >> 3) as i64 % cycle;
    let first = (from - phase - length).div_euclid(cycle);
    (first..).map(move |number| phase + number * cycle).take_while(move |begin| *begin < to)
}

/// Someone who keeps cookies.
fn person(key: u64) -> u64 {
    (0..1000)
        .map(|number| join(key, number))
        .find(|person| Visit::keeps_cookies_of(*person))
        .unwrap_or_else(|| mix(key))
}

/// What a bucket of the past knows of sessions. Those of two seconds know everyone, as an edge does; coarser ones only
/// those that an edge would list.
#[derive(Debug, Default)]
pub(super) struct Told {
    visits: Vec<session::Visit>,
    notable: Vec<Session>,
    shared: Vec<Entry>,
}

impl Told {
    /// Adds the requests `first..next` of a visit whose identities have these hashes.
    pub(super) fn add(
        &mut self,
        resolution: Resolution,
        hashes: [Option<u64>; 3],
        visit: &Visit,
        (first, next): (u32, u32),
    ) {
        let [address, _, user] = IdentityMode::ALL.map(|mode| hashes[mode as usize]);
        let (Some(address), Some(user)) = (address, user) else { return };
        if resolution == Resolution::TwoSeconds {
            let instants = (first..next).map(|k| visit.at(k) / 1000);
            let told = |instant| session::Visit { instant, identity: Some(user), address: Some(address), login: None };
            self.visits.extend(instants.map(told));
        } else if visit.is_regular {
            let part = visit.part.unwrap_or(Part { number: 0, since: visit.at(0), before: 0 });
            let session = Session {
                key: user,
                first: part.since / 1000,
                last: visit.at(next - 1) / 1000,
                requests: part.before + u64::from(next),
                addresses: part.number + 1,
            };
            if session.is_notable() {
                self.notable.push(session);
            }
            self.shared.push(Entry { key: address, others: vec![(user >> 32) as u32], ..Entry::default() });
        }
    }

    /// Puts it into the bucket, with the log-ins of an address that had many.
    pub(super) fn finish(self, logins: Option<Entry>, bucket: &mut Bucket) {
        let mut all = Sessions {
            logins: Table::of(logins.into_iter().collect(), KEYS),
            shared: Table::of(self.shared, KEYS),
            ..Sessions::default()
        };
        for session in self.notable {
            all.merge(&Sessions { notable: vec![session], ..Sessions::default() });
        }
        if let Some(visits) = Sessions::of(&self.visits) {
            all.merge(&visits);
        } else {
            all.settle();
        }
        bucket.sessions = (bucket.entry.count > 0).then(|| Box::new(all));
    }
}

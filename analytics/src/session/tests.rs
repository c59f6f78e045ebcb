use proptest::prelude::*;

use super::*;

fn visit(instant: i64, identity: u64, address: u64, login: Option<bool>) -> Visit {
    Visit { instant, identity: Some(identity), address: Some(address), login }
}

fn of(visits: &[Visit]) -> Sessions {
    Sessions::of(visits).map(|sessions| *sessions).unwrap_or_default()
}

fn some_visits(most: usize) -> impl Strategy<Value = Vec<Visit>> {
    let one = (0_i64..100, proptest::option::of(0_u64..40), proptest::option::of(0_u64..40), any::<Option<bool>>());
    let spread = |key: Option<u64>| key.map(|key| key.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let visit = move |(instant, identity, address, login)| Visit {
        instant,
        identity: spread(identity),
        address: spread(address),
        login,
    };
    proptest::collection::vec(one.prop_map(visit), 0..most)
}

fn coarse(sessions: Vec<(u64, i64, i64, u64)>) -> Sessions {
    let session =
        |(key, first, length, addresses)| Session { key, first, last: first + length, requests: 2, addresses };
    let mut notable: Vec<Session> = sessions.into_iter().map(session).collect();
    notable.sort_unstable_by_key(|session| session.key);
    notable.dedup_by_key(|session| session.key);
    Sessions { notable, ..Sessions::default() }
}

proptest! {
    #[test]
    fn parts_in_any_order_are_the_whole(parts in proptest::collection::vec(some_visits(30), 0..6)) {
        let whole = of(&parts.concat());
        let merged = |parts: &mut dyn Iterator<Item = &Vec<Visit>>| {
            parts.fold(Sessions::default(), |mut all, part| { all.merge(&of(part)); all })
        };
        prop_assert_eq!(&merged(&mut parts.iter()), &whole);
        prop_assert_eq!(&merged(&mut parts.iter().rev()), &whole);
        let mut shuffled = parts.concat();
        shuffled.sort_by_key(|visit| (visit.address, visit.instant));
        prop_assert_eq!(of(&shuffled), whole);
    }

    #[test]
    fn sessions_survive_as_bytes(
        visits in some_visits(60),
        sessions in proptest::collection::vec((any::<u64>(), 0_i64..1 << 40, 0_i64..1 << 30, 0_u64..9), 0..20),
    ) {
        let mut all = of(&visits);
        all.merge(&coarse(sessions));
        all.mark_minute();
        let mut bytes = Vec::new();
        all.encode(&mut bytes);
        prop_assert_eq!(Sessions::decode(&bytes), Ok(Some(Box::new(all))));
        for len in 1..bytes.len() {
            prop_assert!(Sessions::decode(&bytes[..len]).is_err());
        }
    }

    #[test]
    fn rubbish_is_refused_and_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200), good in any::<bool>()) {
        let mut bytes = bytes;
        if good {
            bytes.splice(0..0, [VERSION, 0]);
        }
        if let Ok(Some(read)) = Sessions::decode(&bytes) {
            let mut again = Vec::new();
            read.encode(&mut again);
            prop_assert_eq!(again, bytes);
            let span = Span { start: 0, width: 60, sessions: &read };
            suspects("seoul", &[span], &Thresholds { gap: 0, long_lived: 0, logins_per_minute: 0, identities: 0, addresses: 0 });
            Carry::new(GAP).take(&read);
            Carry::new(i64::MAX).resume(&read);
        }
    }

    #[test]
    fn a_coarse_row_twice_is_the_row_once(
        sessions in proptest::collection::vec((any::<u64>(), 0_i64..1000, 0_i64..9000, 0_u64..9), 0..20),
    ) {
        let row = coarse(sessions);
        let mut twice = row.clone();
        twice.merge(&row);
        prop_assert_eq!(twice, row);
    }
}

#[test]
fn a_million_identities_stay_bounded_and_the_same_ones_are_kept() {
    let mut all = Sessions::default();
    let mix = |index: u64| index.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for round in 0..100 {
        let visits: Vec<Visit> = (0..10_000)
            .map(|index| visit(round, mix(round as u64 * 10_000 + index), mix(index % 5000), Some(true)))
            .collect();
        all.merge(&of(&visits));
    }
    assert!(all.overflowed && all.seen.len() == SEEN);
    assert!(all.logins.entries().len() == KEYS && all.shared.entries().len() == KEYS);
    assert!(all.logins.floor() <= 1_000_000 / KEYS as u64);
    let mut bytes = Vec::new();
    all.encode(&mut bytes);
    assert!(bytes.len() < 1_000_000, "{}", bytes.len());
    let largest = all.seen.last().unwrap().key;
    assert!((0..1_000_000).map(mix).filter(|key| *key <= largest).count() == SEEN);
}

#[test]
fn too_many_notable_sessions_leave_the_oldest() {
    let mut all = Sessions::default();
    for part in 0..4_i64 {
        all.merge(&coarse((0..300).map(|index| (index * 4 + part as u64, 5000 - index as i64, 4000, 1)).collect()));
    }
    assert!(all.overflowed && all.notable.len() == NOTABLE);
    let youngest = all.notable.iter().map(|session| session.first).max().unwrap();
    assert_eq!(youngest, 5000 - 299 + NOTABLE as i64 / 4 - 1);
}

fn of_kind(listed: &[Listed], kind: Kind) -> Vec<&Listed> {
    listed.iter().filter(|listed| listed.kind == kind).collect()
}

#[test]
fn each_kind_is_listed_with_its_reason() {
    let minute = |start: i64, visits: &[Visit]| {
        let mut sessions = of(visits);
        sessions.seen.clear();
        sessions.mark_minute();
        sessions.settle();
        (start, sessions)
    };
    // A hundred log-ins a minute from one address for two minutes, nearly all of them failed; thirty people at another.
    let burst: Vec<Visit> =
        (0..100).map(|index| Visit { instant: 0, identity: None, address: Some(7), login: Some(index > 2) }).collect();
    let people: Vec<Visit> = (0..30_u64).map(|index| visit(0, index << 40, 8, None)).collect();
    let mut third = minute(120, &people);
    third.1.merge(&coarse(vec![(1, -4 * 3600, 4 * 3600 + 150, 1), (2, 0, 100, 6), (3, 0, 3700, 2)]));
    let rows = [minute(0, &burst), minute(60, &burst), third];
    let spans: Vec<Span<'_>> =
        rows.iter().map(|(start, sessions)| Span { start: *start, width: 60, sessions }).collect();
    let listed = suspects("seoul", &spans, &Thresholds::default());
    assert_eq!(listed.len(), 4, "{listed:#?}");
    let [burst, crowd, roamer, long] = Kind::ALL.map(|kind| of_kind(&listed, kind)[0]);
    assert_eq!((burst.count, burst.failed, burst.per_minute, burst.from, burst.to), (200, 194, 100, 0, 120));
    assert_eq!((&*burst.pseudonym, burst.exact), ("0000000000000007", true));
    assert_eq!((crowd.count, crowd.from, crowd.exact), (30, 120, true));
    assert_eq!((roamer.count, &*roamer.pseudonym), (6, "0000000000000002"));
    assert_eq!((long.seconds(), &*long.pseudonym), (4 * 3600 + 150, "0000000000000001"));
}

#[test]
fn a_session_of_many_rows_is_listed_once_and_two_sessions_twice() {
    let rows = [
        coarse(vec![(1, 0, 15_000, 1)]),
        coarse(vec![(1, 0, 15_300, 1), (2, 100, 20_000, 1)]),
        coarse(vec![(1, 40_000, 16_000, 1)]),
    ];
    let spans: Vec<Span<'_>> = rows.iter().map(|sessions| Span { start: 0, width: 300, sessions }).collect();
    let listed = suspects("seoul", &spans, &Thresholds::default());
    let lengths: Vec<(i64, i64)> = listed.iter().map(|listed| (listed.from, listed.seconds())).collect();
    assert_eq!(lengths, [(100, 20_000), (40_000, 16_000), (0, 15_300)]);
}

#[test]
fn a_coarse_row_remembers_the_worst_minute() {
    let at =
        |count: usize, failed| vec![Visit { instant: 0, identity: None, address: Some(7), login: Some(failed) }; count];
    let mut five = Sessions::default();
    for count in [3, 90, 2, 0, 1] {
        let mut minute = of(&at(count, false));
        minute.mark_minute();
        five.merge(&minute);
    }
    let listed = suspects("seoul", &[Span { start: 0, width: 300, sessions: &five }], &Thresholds::default());
    assert_eq!((listed[0].count, listed[0].per_minute), (96, 90));
}

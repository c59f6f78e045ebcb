//! A day judged again from frames: alike however it is cut, bounded, and never in a panic.
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use bonghwa_analytics::atlas::Atlas;
use bonghwa_analytics::bucket::{Bucket, Name, OTHER, Transaction};
use bonghwa_analytics::frame::{Frame, Row};
use bonghwa_analytics::identity::KeyId;
use bonghwa_analytics::incident::{findings, incidents};
use bonghwa_analytics::recompute::{Judged, Recompute};
use bonghwa_analytics::summary::Summary;
use bonghwa_analytics::time::{DAY, Resolution};
use bonghwa_analytics::watch::{CARRY, Sheet, Source};
use proptest::prelude::*;

/// A Thursday, midnight in Asia/Seoul.
const TODAY: i64 = 1_789_657_200;

fn bucket(start: i64, minutes: u64) -> Bucket {
    let noise = (start / 60).unsigned_abs().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58;
    let slow = if (36_000..39_600).contains(&(start - TODAY)) { 5 } else { 1 };
    let mut cell = Transaction { count: (300 + noise) * minutes, errors: noise / 16, ..Transaction::default() };
    for step in 0..10 {
        cell.latency.insert_n((90 * slow + noise / 8 + step) * 1_000_000, cell.count / 10);
    }
    let mut bucket = Bucket { entry: cell.clone(), ..Bucket::default() };
    bucket.transactions.insert((Name::from("was"), Name::from("GET /a")), cell.clone());
    bucket.calls.insert((Name::from("web"), Name::from("was")), cell);
    bucket
}

fn frame(resolution: Resolution, from: i64, to: i64, rows: impl Fn(i64) -> Bucket) -> Frame {
    let row = |start| {
        let (bucket, mut summary, mut cells) = (rows(start), Vec::new(), Vec::new());
        Summary::of(&bucket).encode(&mut summary);
        bucket.encode_cells(&mut cells);
        Row { start, seq: 1, summary: Some(summary), cells: Some(cells), ..Row::default() }
    };
    let rows = (from..to).step_by(resolution.seconds() as usize).map(row).collect();
    Frame { region: "busan".to_owned(), key: KeyId(7), resolution, rows }
}

fn bytes(frames: &[Frame]) -> Vec<u8> {
    let mut out = Vec::new();
    for frame in frames {
        frame.encode(&mut out);
    }
    out
}

fn of_day(from: i64, to: i64) -> Vec<u8> {
    bytes(&[
        frame(Resolution::Minute, from, to, |start| bucket(start, 1)),
        frame(Resolution::FiveMinutes, from, Resolution::FiveMinutes.floor(to), |start| bucket(start, 5)),
    ])
}

fn learned() -> Recompute {
    let mut again = Recompute::new("busan", TODAY);
    for n in (1..=14).rev() {
        let day = TODAY - n * DAY;
        again.learn(&bytes(&[frame(Resolution::FiveMinutes, day, day + DAY, |start| bucket(start, 5))])).unwrap();
    }
    again
}

fn judged(cuts: &[i64], to: i64) -> Judged {
    let mut again = learned();
    let mut at = TODAY - CARRY;
    for cut in cuts.iter().copied().chain([to]) {
        again.judge(&of_day(at, cut)).unwrap();
        at = cut;
    }
    again.finish()
}

#[test]
fn an_hour_that_is_slow_is_one_incident() {
    let judged = judged(&[], TODAY + DAY);
    assert_eq!((judged.days, judged.end, judged.rows.len()), (14, TODAY + DAY, 288));
    assert!(judged.differing() > 0, "these rows carry no alarms");
    let grouped = incidents(judged.findings(), &judged.links, judged.end);
    let grave: Vec<_> = grouped.iter().filter(|incident| incident.is_grave()).collect();
    assert_eq!(grave.len(), 1, "{grouped:?}");
    assert_eq!((grave[0].from, grave[0].to), (TODAY + 36_000, Some(TODAY + 39_600)));
}

#[test]
fn findings_are_those_of_an_atlas_with_the_same_rows() {
    let judged = judged(&[], TODAY + DAY);
    let with_alarms = frame(Resolution::FiveMinutes, TODAY, TODAY + DAY, |start| Bucket {
        alarms: judged.rows.get(&start).cloned().unwrap_or_default(),
        ..bucket(start, 5)
    });
    let mut atlas = Atlas::new(Vec::new());
    atlas.insert(&with_alarms).unwrap();
    let track = atlas.track("busan").unwrap();
    assert!(!judged.findings().is_empty());
    assert_eq!(judged.findings(), findings(track, "busan", TODAY, TODAY + DAY, TODAY + DAY));
    // Rows that carry these alarms do not differ from them.
    let mut again = learned();
    again.judge(&of_day(TODAY - CARRY, TODAY)).unwrap();
    let minutes = frame(Resolution::Minute, TODAY, TODAY + DAY, |start| bucket(start, 1));
    again.judge(&bytes(&[with_alarms, minutes])).unwrap();
    assert_eq!(again.finish().differing(), 0);
}

#[test]
fn it_does_not_matter_how_a_day_is_cut_or_that_pieces_come_twice() {
    let to = TODAY + 11 * 3600 + 180;
    let whole = judged(&[], to);
    assert_eq!(whole.end, to, "the last three minutes count although their five are not over");
    assert_eq!(whole, judged(&[TODAY - 300, TODAY + 300, TODAY + 36_900, TODAY + 39_300], to));
    let mut again = learned();
    for (from, to) in [(TODAY - CARRY, TODAY + 7200), (TODAY, TODAY + 3600), (TODAY + 3600, to), (TODAY + 3600, to)] {
        again.judge(&of_day(from, to)).unwrap();
    }
    assert_eq!(again.finish(), whole);
}

#[test]
fn other_regions_days_and_widths_are_passed_over() {
    let to = TODAY + 3600;
    let mut again = learned();
    let foreign = Frame { region: "seoul".to_owned(), ..frame(Resolution::FiveMinutes, TODAY, to, |s| bucket(s, 9)) };
    let hours = frame(Resolution::Hour, TODAY, to, |start| bucket(start, 60));
    let far = frame(Resolution::FiveMinutes, TODAY + 2 * DAY, TODAY + 2 * DAY + 3600, |start| bucket(start, 5));
    let other = bytes(&[foreign, hours, far]);
    again.learn(&other).unwrap();
    again.judge(&other).unwrap();
    again.judge(&of_day(TODAY - CARRY, to)).unwrap();
    assert_eq!(again.finish(), judged(&[], to));
}

#[test]
fn the_canonical_bytes_hold_every_alarm() {
    let judged = judged(&[], TODAY + DAY);
    let mut out = Vec::new();
    judged.encode(&mut out);
    let read = Judged::decode(&out).unwrap();
    assert_eq!((&read.region, read.day, read.end), (&judged.region, judged.day, judged.end));
    assert_eq!((&read.links, &read.rows), (&judged.links, &judged.rows));
    assert_eq!(read.findings(), judged.findings());
    for cut in 0..out.len().min(400) {
        assert!(Judged::decode(&out[..cut]).is_err());
    }
}

#[test]
fn nothing_is_found_of_nothing() {
    let judged = Recompute::new("busan", TODAY).finish();
    assert_eq!((judged.series, judged.steps, judged.differing(), judged.findings().len()), (0, 0, 0, 0));
}

/// Cells of some services, routes and calls, among them what stands for many others.
fn cells() -> impl Strategy<Value = Bucket> {
    let name = prop_oneof!["[a-c]", Just(OTHER.to_owned()), Just("web".to_owned())];
    let cell = (0_u64..500, 0_u64..100, proptest::collection::vec(0_u64..9_000_000_000, 0..6));
    let rows = proptest::collection::vec((name.clone(), name, any::<bool>(), cell), 0..20);
    rows.prop_map(|rows| {
        let mut bucket = Bucket::default();
        for (first, second, is_call, (count, errors, times)) in rows {
            let mut cell = Transaction { count, errors: errors.min(count), ..Transaction::default() };
            for ns in times {
                cell.latency.insert(ns);
            }
            let cells = if is_call { &mut bucket.calls } else { &mut bucket.transactions };
            cells.entry((Name::from(first), Name::from(second))).or_default().merge(&cell);
        }
        bucket
    })
}

proptest! {
    #[test]
    fn a_row_says_what_its_bucket_says(buckets in proptest::collection::vec(cells(), 1..8)) {
        let (mut one, mut other) = (Sheet::new(TODAY), Sheet::new(TODAY));
        for (start, bucket) in (TODAY..).step_by(300).zip(&buckets) {
            let (summary, mut cells) = (Summary::of(bucket), Vec::new());
            bucket.encode_cells(&mut cells);
            one.put(start, bucket, &summary.users);
            other.take(start, Source::Row(&summary, &cells)).unwrap();
        }
        let bytes = [&one, &other].map(|sheet| {
            let mut bytes = Vec::new();
            sheet.encode(&mut bytes);
            bytes
        });
        prop_assert_eq!(&bytes[0], &bytes[1]);
    }

    #[test]
    fn cells_that_no_bucket_writes_are_refused_or_read(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        let mut sheet = Sheet::new(TODAY);
        let _ = sheet.take(TODAY, Source::Row(&Summary::default(), &bytes));
        // Two services, each with one route without requests; then no calls.
        let two = |names: [u8; 2]| {
            let group = |name: u8| [1, name, 1, 1, b'r', 0, 0, 0];
            [[2].as_slice(), &group(names[0]), &group(names[1]), &[0]].concat()
        };
        prop_assert!(sheet.take(TODAY, Source::Row(&Summary::default(), &two(*b"ab"))).is_ok());
        prop_assert!(sheet.take(TODAY, Source::Row(&Summary::default(), &two(*b"ba"))).is_err());
    }

    #[test]
    fn rubbish_is_refused_and_changes_nothing(at in 0_usize..4000, bit in 0_u8..8, noise in any::<Vec<u8>>()) {
        let mut damaged = of_day(TODAY, TODAY + 900);
        let at = at % damaged.len();
        damaged[at] ^= 1 << bit;
        let mut again = Recompute::new("busan", TODAY);
        prop_assert!(again.judge(&damaged).is_err());
        prop_assert!(again.learn(&damaged).is_err());
        let _ = again.judge(&noise);
        let _ = Judged::decode(&noise);
        prop_assert_eq!(again.finish(), Recompute::new("busan", TODAY).finish());
    }
}

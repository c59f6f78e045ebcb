//! Buckets, summaries and frames: round trips, merge laws, and bytes that were cut, flipped or made up.
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use bonghwa_analytics::atlas::Atlas;
use bonghwa_analytics::bucket::{Bucket, Concurrency, Gauge, LogLines, Name, OTHER, Resource, Severity, Transaction};
use bonghwa_analytics::codec::Reader;
use bonghwa_analytics::frame::{Form, Frame, FrameError, Row, bucket_of, encode_registers};
use bonghwa_analytics::identity::{FleetKey, IdentityMode, KeyId};
use bonghwa_analytics::session::{Sessions, Visit};
use bonghwa_analytics::sketch::{Scheme, Sketch};
use bonghwa_analytics::summary::Summary;
use bonghwa_analytics::time::Resolution;
use proptest::collection::vec;
use proptest::prelude::*;

fn key() -> KeyId {
    FleetKey::new(*b"a key for tests!").id()
}

fn name() -> impl Strategy<Value = Name> {
    prop_oneof![Just("web"), Just("was"), Just("한글"), Just("GET /a/{id}"), Just("")].prop_map(Name::from)
}

prop_compose! {
    fn transaction()(latencies in vec(1_u64..100_000_000_000, 0..20), failed in 0_u64..5, silent in 0_u64..3) -> Transaction {
        let mut cell = Transaction { count: latencies.len() as u64 + silent, ..Transaction::default() };
        cell.errors = failed.min(cell.count);
        for ns in latencies {
            cell.latency.insert(ns);
        }
        cell
    }
}

prop_compose! {
    fn gauge()(samples in vec(-5_000_000_i64..5_000_000, 1..5), at in 0_i64..1000) -> Gauge {
        let mut gauge = Gauge::sample(samples[0], at);
        samples[1..].iter().for_each(|value| gauge.merge(&Gauge::sample(*value, at + 1)));
        gauge
    }
}

prop_compose! {
    fn bucket()(
        users in vec((0_usize..3, any::<u64>()), 0..40),
        entry in transaction(),
        transactions in vec(((name(), name()), transaction()), 0..5),
        calls in vec(((name(), name()), transaction()), 0..3),
        gauges in vec(((name(), 0_usize..7), gauge()), 0..4),
        logs in vec(((name(), 0_usize..4), 0_u64..1000), 0..4),
        versions in vec(((name(), name()), 0_i64..1000, 0_i64..1000), 0..3),
        other_routes in 0_u64..3,
        templates in vec(((name(), name()), (0_usize..4, 0_u64..1000)), 0..4),
    ) -> Bucket {
        let mut bucket = Bucket { entry, other_routes, ..Bucket::default() };
        bucket.transactions.extend(transactions);
        bucket.calls.extend(calls);
        bucket.resources.extend(gauges.into_iter().map(|((service, kind), gauge)| ((service, Resource::ALL[kind]), gauge)));
        bucket.logs.extend(logs.into_iter().map(|((service, kind), count)| ((service, Severity::ALL[kind]), count)));
        bucket.versions.extend(versions.into_iter().map(|(key, first, more)| (key, (first, first + more))));
        bucket.templates.extend(
            templates.into_iter().map(|(key, (kind, count))| (key, LogLines { count, severity: Severity::ALL[kind] })),
        );
        for (mode, hash) in users {
            let mode = IdentityMode::ALL[mode];
            let entry = bucket.concurrency.entry(mode).or_insert_with(|| Concurrency {
                identified: 0,
                sketch: Sketch::new(Scheme::keyed(mode, key())),
            });
            entry.identified += 1;
            entry.sketch.insert_hash(hash);
        }
        bucket
    }
}

fn merged(a: &Bucket, b: &Bucket) -> Bucket {
    let mut sum = a.clone();
    sum.merge(b).unwrap();
    sum
}

/// What a row may know of sessions; the first knows nothing.
fn sessions_of(start: i64) -> Vec<u8> {
    let visit = |n: i64| Visit { instant: start + n, identity: Some(n as u64), address: Some(7), login: Some(n == 3) };
    let mut bytes = Vec::new();
    if let Some(sessions) = Sessions::of(&(0..start / 300).map(visit).collect::<Vec<_>>()) {
        sessions.encode(&mut bytes);
    }
    bytes
}

fn row(start: i64, bucket: &Bucket) -> Row {
    let (mut summary, mut cells, mut registers) = (Vec::new(), Vec::new(), Vec::new());
    Summary::of(bucket).encode(&mut summary);
    bucket.encode_cells(&mut cells);
    encode_registers(&bucket.concurrency, Form::Wire, &mut registers);
    let sessions = Some(sessions_of(start));
    let (summary, cells, registers) = (Some(summary), Some(cells), Some(registers));
    Row { start, seq: start as u64 + 1, summary, cells, registers, sessions }
}

fn frame(buckets: &[Bucket]) -> Frame {
    let rows = buckets.iter().enumerate().map(|(n, bucket)| row(n as i64 * 300, bucket)).collect();
    Frame { region: "seoul".into(), key: key(), resolution: Resolution::FiveMinutes, rows }
}

proptest! {
    #[test]
    fn a_bucket_survives_its_bytes(bucket in bucket()) {
        let mut bytes = Vec::new();
        bucket.encode(&mut bytes);
        let mut r = Reader::new(&bytes);
        prop_assert_eq!(&Bucket::decode(&mut r).unwrap(), &bucket);
        prop_assert!(r.is_empty());
        for cut in 0..bytes.len() {
            prop_assert!(Bucket::decode(&mut Reader::new(&bytes[..cut])).is_err());
        }
    }

    #[test]
    fn merging_is_commutative_and_associative(a in bucket(), b in bucket(), c in bucket()) {
        prop_assert_eq!(merged(&a, &b), merged(&b, &a));
        prop_assert_eq!(merged(&merged(&a, &b), &c), merged(&a, &merged(&b, &c)));
    }

    #[test]
    fn a_bound_loses_no_request(parts in vec(bucket(), 1..6), max in 1_usize..4) {
        let (mut bounded, mut free) = (Bucket::default(), Bucket::default());
        for part in &parts {
            bounded.merge_limited(part, max).unwrap();
            free.merge(part).unwrap();
        }
        let total = |bucket: &Bucket| bucket.transactions.values().map(|cell| cell.count).sum::<u64>();
        prop_assert_eq!(total(&bounded), total(&free));
        prop_assert_eq!(&bounded.entry, &free.entry);
        let named = bounded.transactions.keys().filter(|key| &*key.1 != OTHER).count();
        prop_assert!(named <= max);
        let lines = |bucket: &Bucket| bucket.templates.values().map(|lines| lines.count).sum::<u64>();
        prop_assert_eq!(lines(&bounded), lines(&free));
        prop_assert!(bounded.templates.len() <= max + 1);
        prop_assert!(bounded.calls.len() <= max.max(parts[0].calls.len().min(max)));
    }

    #[test]
    fn a_frame_survives_its_bytes(buckets in vec(bucket(), 0..4)) {
        let frame = frame(&buckets);
        let mut bytes = Vec::new();
        frame.encode(&mut bytes);
        let (read, used) = Frame::decode(&bytes).unwrap();
        prop_assert_eq!(used, bytes.len());
        prop_assert_eq!(&read, &frame);
        for (row, bucket) in read.rows.iter().zip(&buckets) {
            let section = |section: &Option<Vec<u8>>| section.clone().unwrap();
            let again = bucket_of(key(), &section(&row.summary), &section(&row.cells), &section(&row.registers)).unwrap();
            prop_assert_eq!(&again, bucket);
        }
        let mut atlas = Atlas::default();
        atlas.insert(&read).unwrap();
        let requests: u64 = buckets.iter().map(|bucket| bucket.entry.count).sum();
        prop_assert_eq!(atlas.track("seoul").map_or(0, |track| track.stats(0, 10_000).entry.count), requests);
    }

    #[test]
    fn a_damaged_frame_is_refused(buckets in vec(bucket(), 1..3), at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let mut bytes = Vec::new();
        frame(&buckets).encode(&mut bytes);
        let cut = at.index(bytes.len());
        prop_assert!(Frame::decode(&bytes[..cut]).is_err());
        bytes[cut] ^= 1 << bit;
        prop_assert!(Frame::decode(&bytes).is_err());
    }

    #[test]
    fn made_up_bytes_are_refused(bytes in vec(any::<u8>(), 0..200)) {
        prop_assert!(Frame::decode(&bytes).is_err());
        let _ = Bucket::decode(&mut Reader::new(&bytes));
        let _ = Summary::decode(&bytes);
    }
}

/// The bytes that a program wrote before frames had a section of sessions.
#[test]
fn a_frame_without_sessions_stays_readable() {
    let golden = include_bytes!("golden/frame-1.bin");
    let (frame, used) = Frame::decode(golden).unwrap();
    assert_eq!((used, frame.rows.len(), &*frame.region), (golden.len(), 2, "seoul"));
    assert!(frame.rows.iter().all(|row| row.summary.is_some() && row.cells.is_some() && row.sessions.is_none()));
    let mut again = Vec::new();
    frame.encode(&mut again);
    assert_eq!(Frame::decode(&again).unwrap().0, frame);
    // One row that was not asked for it takes the section from all, as with every other.
    let mut mixed = self::frame(&[Bucket::default(), Bucket::default()]);
    mixed.rows[1].sessions = None;
    let mut bytes = Vec::new();
    mixed.encode(&mut bytes);
    assert!(Frame::decode(&bytes).unwrap().0.rows.iter().all(|row| row.sessions.is_none()));
}

#[test]
fn messages_say_what_to_do() {
    assert_eq!(Frame::decode(b"PK\x03\x04 a zip file").unwrap_err(), FrameError::Magic);
    assert_eq!(Frame::decode(&[0x89, b'B']).unwrap_err(), FrameError::Truncated);
    let mut bytes = Vec::new();
    frame(&[]).encode(&mut bytes);
    bytes[8] = 9;
    assert!(Frame::decode(&bytes).unwrap_err().to_string().contains("version 9"));
}

#[test]
fn two_keys_never_merge() {
    let mut atlas = Atlas::default();
    let mut other = frame(&[Bucket::default()]);
    atlas.insert(&other).unwrap();
    other.key = KeyId(1);
    other.region = "busan".into();
    assert!(atlas.insert(&other).unwrap_err().to_string().contains("busan"));
    assert!(atlas.track("busan").is_none(), "nothing of it was taken");
}

//! A day judged again from the frames of an edge has the alarms that its rows carry, to the byte: as it passed, over
//! midnight, after a restart, after history in bulk.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use std::collections::BTreeMap;

use bonghwa_analytics::bucket::{Bucket, Gauge, Name, Resource, Transaction};
use bonghwa_analytics::frame::Sections;
use bonghwa_analytics::recompute::{Judged, Recompute};
use bonghwa_analytics::time::{DAY, Resolution};
use bonghwa_analytics::watch::{CARRY, DAYS};
use bonghwa_edge::batch::Batch;
use bonghwa_edge::engine::Engine;
use bonghwa_edge::sqlite::Sqlite;
use support::{config, request};

/// A Thursday, midnight in Asia/Seoul.
const TODAY: i64 = 1_789_657_200;
const HOUR: i64 = 3600;

/// What happens in `minutes` from `start` on; `wrong` is how many times slower than usual.
fn traffic(start: i64, minutes: u64, wrong: u64) -> Bucket {
    let noise = (start / 60).unsigned_abs().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58;
    let count = (400 + noise) * minutes;
    let mut cell = Transaction { count, errors: if wrong > 1 { count / 5 } else { 0 }, ..Transaction::default() };
    for step in 0..10 {
        cell.latency.insert_n((80 * wrong + noise / 8 + step) * 1_000_000, count / 10);
    }
    let mut bucket = Bucket::default();
    for user in 0..20 + noise as u32 / 4 {
        bucket.merge(&request(user, "GET /", start)).unwrap();
    }
    (bucket.entry, bucket.transactions) = (cell.clone(), BTreeMap::new());
    for route in ["GET /a", "GET /b"] {
        bucket.transactions.insert((Name::from("was"), Name::from(route)), cell.clone());
    }
    // Each a little slower than the one before it over midnight, so that some are just outside of their bands.
    for n in 0..16_u64 {
        let late = if (-25..20).contains(&((start - TODAY) / 60)) { 8 + 3 * n } else { 0 };
        let mut cell = Transaction { count: 400 * minutes, ..Transaction::default() };
        cell.latency.insert_n((80 + noise / 16 + late) * 1_000_000, 400 * minutes);
        bucket.transactions.insert((Name::from("was"), Name::from(format!("GET /late/{n:02}"))), cell);
    }
    bucket.calls.insert((Name::from("web"), Name::from("was")), cell);
    bucket.resources.insert((Name::from("was"), Resource::Cpu), Gauge::sample(300_000 + noise as i64, start * 1000));
    bucket
}

fn batch(resolution: Resolution, buckets: impl Iterator<Item = (i64, Bucket)>) -> Batch {
    let buckets: BTreeMap<_, _> = buckets.map(|(start, bucket)| ((resolution, start), bucket)).collect();
    let mut digest = [resolution as u8; 16];
    digest[..8].copy_from_slice(&buckets.first_key_value().unwrap().0.1.to_le_bytes());
    Batch { digest, buckets, ..Batch::default() }
}

/// How many times slower than usual a minute is: over midnight, in the small hours, and for long in the morning.
fn wrong(start: i64) -> u64 {
    let minute = (start - TODAY) / 60;
    if (-25..20).contains(&minute) || (80..100).contains(&minute) || (160..200).contains(&minute) { 4 } else { 1 }
}

/// Lets minutes pass one by one.
fn live(engine: &mut Engine<Sqlite>, from: i64, to: i64) {
    for start in (from..to).step_by(60) {
        let bucket = traffic(start, 1, wrong(start));
        engine.ingest(start + 58, &[batch(Resolution::TwoSeconds, [(start + 56, bucket)].into_iter())]).unwrap();
        engine.tick(start + 62).unwrap();
    }
}

/// Judges a day again, `step` seconds at a time.
fn again(engine: &Engine<Sqlite>, day: i64, step: i64) -> Judged {
    let sections = Sections { summary: true, cells: true, ..Sections::NONE };
    let frames = |resolutions: &[Resolution], from, to| {
        let mut bytes = Vec::new();
        for resolution in resolutions {
            engine.frame(*resolution, from, to, sections).unwrap().encode(&mut bytes);
        }
        bytes
    };
    let mut again = Recompute::new("seoul", day);
    for n in 1..=DAYS {
        again.learn(&frames(&[Resolution::FiveMinutes], day - n * DAY, day - (n - 1) * DAY)).unwrap();
    }
    for from in (day - CARRY..day + DAY).step_by(step as usize) {
        again.judge(&frames(&[Resolution::FiveMinutes, Resolution::Minute], from, from + step)).unwrap();
    }
    again.finish()
}

fn alarms(judged: &Judged) -> usize {
    judged.rows.values().map(std::collections::BTreeMap::len).sum()
}

fn history(engine: &mut Engine<Sqlite>, now: i64, from: i64, to: i64) {
    for day in (from..to).step_by(DAY as usize) {
        let slots = (day..(day + DAY).min(to)).step_by(300);
        let buckets = slots.map(|start| (start, traffic(start, 5, wrong(start))));
        engine.load(now, &[batch(Resolution::FiveMinutes, buckets)]).unwrap();
    }
}

#[test]
fn a_day_as_it_passes_is_judged_alike_from_its_frames() {
    let folder = std::env::temp_dir().join(format!("bonghwa-recompute-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let open = |now| Engine::open(Sqlite::open(&folder.join("edge.db"), false).unwrap(), config(), now).unwrap();
    let begin = TODAY - 2 * HOUR;
    let mut engine = open(begin + 4);
    history(&mut engine, begin + 4, begin - 12 * DAY, begin);
    for second in 2..22 {
        engine.tick(begin + 2 * second).unwrap();
    }
    live(&mut engine, begin, TODAY + 2 * HOUR + 180);
    let judged = again(&engine, TODAY, 300);
    assert_eq!(judged.differing(), 0, "{judged:?}");
    assert_eq!((judged.days, judged.end), (13, TODAY + 2 * HOUR + 180));
    assert!(alarms(&judged) > 30, "{}", alarms(&judged));
    assert!(judged.series > 10 && judged.steps > 1000);
    let mut bytes = Vec::new();
    judged.encode(&mut bytes);

    // The day before was judged from history first and then as it passed.
    let yesterday = again(&engine, TODAY - DAY, HOUR);
    assert_eq!(yesterday.differing(), 0);
    assert!(alarms(&yesterday) > 10, "{}", alarms(&yesterday));

    // A restart forgets what was remembered of the last hour; it does not show.
    drop(engine);
    let mut engine = open(TODAY + 2 * HOUR + 400);
    live(&mut engine, TODAY + 2 * HOUR + 420, TODAY + 4 * HOUR);
    let judged = again(&engine, TODAY, HOUR);
    assert_eq!(judged.differing(), 0);
    let mut longer = Vec::new();
    judged.encode(&mut longer);
    assert!(longer.len() > bytes.len());
    drop(engine);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn history_in_bulk_is_judged_up_to_now() {
    let now = TODAY + 3 * HOUR + 10;
    let mut engine = Engine::open(Sqlite::in_memory().unwrap(), config(), now).unwrap();
    history(&mut engine, now, TODAY - 9 * DAY, TODAY);
    let minutes = (TODAY - 2 * HOUR..TODAY + 3 * HOUR).step_by(60);
    let minutes: Vec<_> = minutes.filter(|start| *start >= TODAY).map(|s| (s, traffic(s, 1, wrong(s)))).collect();
    engine.load(now, &[batch(Resolution::Minute, minutes.into_iter())]).unwrap();
    for second in 0..20 {
        engine.tick(now + 2 * second).unwrap();
    }
    live(&mut engine, TODAY + 3 * HOUR + 60, TODAY + 3 * HOUR + 480);
    let judged = again(&engine, TODAY, HOUR);
    assert_eq!(judged.differing(), 0);
    assert!(alarms(&judged) > 30, "{}", alarms(&judged));
    // What came out is not empty rows that equal each other.
    let mut other = Recompute::new("seoul", TODAY);
    let sections = Sections { summary: true, cells: true, ..Sections::NONE };
    let mut bytes = Vec::new();
    engine.frame(Resolution::FiveMinutes, TODAY, TODAY + DAY, sections).unwrap().encode(&mut bytes);
    other.judge(&bytes).unwrap();
    assert!(other.finish().differing() > 0, "without the days before, other alarms are found");
}

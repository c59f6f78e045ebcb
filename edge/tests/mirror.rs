//! The copy of a region: what an edge holds arrives once, whatever the way it takes.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use bonghwa_analytics::bucket::{Bucket, Transaction};
use bonghwa_analytics::frame::{Frame, Row, Sections};
use bonghwa_analytics::identity::FleetKey;
use bonghwa_analytics::time::Resolution;
use bonghwa_edge::batch::Batch;
use bonghwa_edge::engine::{Engine, EngineConfig};
use bonghwa_edge::mirror::{Mirror, MirrorError};
use bonghwa_edge::sqlite::Sqlite;

const NOW: i64 = 1_795_212_000;
const KEY: FleetKey = FleetKey::new(*b"a key for tests!");

fn engine() -> Engine<Sqlite> {
    let config = EngineConfig {
        region: "busan".into(),
        key: KEY.id(),
        retention: EngineConfig::RETENTION,
        max_cells: EngineConfig::MAX_CELLS,
        session_gap: 1800,
    };
    Engine::open(Sqlite::in_memory().unwrap(), config, NOW).unwrap()
}

fn mirror() -> Mirror<Sqlite> {
    Mirror::open(Sqlite::in_memory().unwrap(), "busan", KEY.id(), EngineConfig::RETENTION).unwrap()
}

/// A batch of some requests in one bucket of two seconds.
fn batch(start: i64, count: u64) -> Batch {
    let entry = Transaction { count, ..Transaction::default() };
    let bucket = Bucket { entry, ..Bucket::default() };
    let mut digest = [0; 16];
    digest[..8].copy_from_slice(&start.to_le_bytes());
    digest[8..].copy_from_slice(&count.to_le_bytes());
    Batch { digest, buckets: [((Resolution::TwoSeconds, start), bucket)].into(), ..Batch::default() }
}

/// Pulls everything that is new, a few rows at a time, each page twice, as after an answer that got lost.
fn pull(engine: &Engine<Sqlite>, mirror: &mut Mirror<Sqlite>, now: i64) {
    loop {
        let position = mirror.cursor().unwrap();
        let seq = position.parse().unwrap_or(0);
        let (frames, next) = engine.since(seq, 7, Sections::ALL).unwrap();
        if next == seq {
            return;
        }
        mirror.take(now, &frames, &next.to_string()).unwrap();
        mirror.take(now, &frames, &next.to_string()).unwrap();
    }
}

/// Rows without their sequence, which is each one's own.
fn rows(frame: Frame) -> Vec<Row> {
    frame.rows.into_iter().map(|row| Row { seq: 0, ..row }).collect()
}

#[test]
fn a_copy_holds_the_same_bytes_also_after_late_data() {
    let (mut engine, mut mirror) = (engine(), mirror());
    for step in 0..200 {
        let now = NOW + 2 * step;
        engine.ingest(now, &[batch(now, 3)]).unwrap();
        engine.tick(now).unwrap();
        if step % 9 == 0 {
            pull(&engine, &mut mirror, now);
        }
    }
    let end = NOW + 500;
    engine.ingest(end, &[batch(NOW + 20, 50)]).unwrap();
    engine.tick(end).unwrap();
    pull(&engine, &mut mirror, end);
    let mut seen = 0;
    for resolution in Resolution::ALL {
        let of_engine = rows(engine.frame(resolution, 0, end, Sections::ALL).unwrap());
        seen += of_engine.len();
        assert!(rows(mirror.frame(resolution, 0, end, Sections::ALL).unwrap()) == of_engine, "{resolution:?}");
    }
    assert!(seen > 200);
}

#[test]
fn what_does_not_belong_is_refused_as_a_whole() {
    let (mut engine, mirror) = (engine(), mirror());
    engine.ingest(NOW, &[batch(NOW, 1), batch(NOW + 2, 1)]).unwrap();
    engine.tick(NOW + 60).unwrap();
    let (frames, _) = engine.since(0, 100, Sections::ALL).unwrap();
    let sound = &frames[0];
    let mut other = sound.clone();
    other.region = "seoul".into();
    assert!(matches!(mirror.take(NOW, &[sound.clone(), other], "5"), Err(MirrorError::Region(..))));
    let mut key = sound.clone();
    key.key = FleetKey::new([9; 16]).id();
    assert!(matches!(mirror.take(NOW, &[key], "5"), Err(MirrorError::Key(_))));
    let mut short = sound.clone();
    short.rows[1].cells = None;
    assert!(matches!(mirror.take(NOW, &[short], "5"), Err(MirrorError::Section(_))));
    let mut damaged = sound.clone();
    damaged.rows[1].summary = Some(vec![0xff; 9]);
    assert!(matches!(mirror.take(NOW, &[damaged], "5"), Err(MirrorError::Store(_))));
    assert_eq!(mirror.cursor().unwrap(), "");
    assert!(mirror.frame(Resolution::TwoSeconds, 0, NOW + 60, Sections::ALL).unwrap().rows.is_empty());
    mirror.take(NOW, &frames, "7").unwrap();
    assert_eq!(mirror.cursor().unwrap(), "7");
}

#[test]
fn rows_expire_with_their_retention() {
    let (mut engine, mut mirror) = (engine(), mirror());
    engine.ingest(NOW, &[batch(NOW, 1)]).unwrap();
    engine.tick(NOW + 10).unwrap();
    pull(&engine, &mut mirror, NOW + 10);
    let two = Resolution::TwoSeconds;
    mirror.tick(NOW + 3000).unwrap();
    assert_eq!(mirror.frame(two, 0, NOW + 60, Sections::SUMMARY).unwrap().rows.len(), 1);
    mirror.tick(NOW + 4000).unwrap();
    assert!(mirror.frame(two, 0, NOW + 60, Sections::SUMMARY).unwrap().rows.is_empty());
}

#[test]
fn a_day_of_outage_is_caught_up_in_small_pages() {
    let (mut engine, mut mirror) = (engine(), mirror());
    let mut now = NOW;
    for step in 0..24 * 180 {
        now = NOW + 20 * step;
        engine.ingest(now, &[batch(now, 1)]).unwrap();
        engine.tick(now).unwrap();
    }
    let (mut pages, mut largest) = (0, 0);
    loop {
        let seq = mirror.cursor().unwrap().parse().unwrap_or(0);
        let (frames, next) = engine.since(seq, 256, Sections::ALL).unwrap();
        if next == seq {
            break;
        }
        let mut bytes = Vec::new();
        for frame in &frames {
            frame.encode(&mut bytes);
        }
        largest = largest.max(bytes.len());
        pages += 1;
        mirror.take(now, &Frame::decode_all(&bytes).unwrap(), &next.to_string()).unwrap();
    }
    assert!(pages > 5 && largest < 9 << 20, "{pages} pages of at most {largest} bytes");
    for resolution in Resolution::ALL {
        let of_engine = rows(engine.frame(resolution, 0, now, Sections::ALL).unwrap());
        assert!(!of_engine.is_empty());
        assert!(rows(mirror.frame(resolution, 0, now, Sections::ALL).unwrap()) == of_engine, "{resolution:?}");
    }
    mirror.tick(now).unwrap();
}

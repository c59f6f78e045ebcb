//! The engine against a real SQLite file: exactly once, through crashes, retries, late data and failing disks.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use std::cell::Cell;
use std::collections::BTreeMap;

use bonghwa_analytics::bucket::Bucket;
use bonghwa_analytics::frame::{Sections, bucket_of};
use bonghwa_analytics::identity::FleetKey;
use bonghwa_analytics::time::Resolution;
use bonghwa_edge::batch::Batch;
use bonghwa_edge::database::{Database, DatabaseError, OnRow, Value};
use bonghwa_edge::engine::{Engine, EngineConfig, EngineError, Outcome, Replaced, Source};
use bonghwa_edge::sqlite::Sqlite;
use support::{NOW, Scratch, batch, config, content, request, rows, total};

#[test]
fn a_retry_changes_nothing_even_after_a_restart() {
    let scratch = Scratch::new();
    let mut engine = scratch.open(NOW);
    assert_eq!(engine.ingest(NOW, &[batch(1, NOW), batch(2, NOW)]).unwrap(), [Outcome::Stored; 2]);
    assert_eq!(engine.ingest(NOW, &[batch(1, NOW)]).unwrap(), [Outcome::Duplicate]);
    // The process dies before any tick: only the journal knows.
    drop(engine);
    let mut engine = scratch.open(NOW + 3);
    assert_eq!(engine.ingest(NOW + 3, &[batch(2, NOW)]).unwrap(), [Outcome::Duplicate]);
    engine.tick(NOW + 7200).unwrap();
    for resolution in Resolution::ALL {
        assert_eq!(total(&engine, resolution), 2, "{resolution:?}");
    }
}

#[test]
fn levels_agree_and_order_does_not_matter() {
    let mut contents = Vec::new();
    for reversed in [false, true] {
        let scratch = Scratch::new();
        let mut engine = scratch.open(NOW);
        // Half of these are late: their two seconds, minute or hour is closed when they arrive.
        let mut order: Vec<u32> = (0..400).collect();
        if reversed {
            order.reverse();
        }
        for (step, id) in order.iter().enumerate() {
            let now = NOW + 10_000 + step as i64 * 3;
            engine.ingest(now, &[batch(*id, NOW + i64::from(*id) * 31)]).unwrap();
            engine.tick(now).unwrap();
            if step % 97 == 0 {
                drop(engine);
                engine = scratch.open(now);
            }
        }
        engine.tick(NOW + 40_000).unwrap();
        assert_eq!(total(&engine, Resolution::Minute), 400);
        assert_eq!(total(&engine, Resolution::FiveMinutes), 400);
        assert_eq!(total(&engine, Resolution::Hour), 400);
        let mut content = content(&engine);
        content.retain(|(resolution, ..)| *resolution != Resolution::TwoSeconds);
        contents.push(content);
    }
    assert_eq!(contents[0], contents[1]);
}

#[test]
fn coarse_history_and_live_data_add_up() {
    let scratch = Scratch::new();
    let mut engine = scratch.open(NOW);
    let start = Resolution::FiveMinutes.floor(NOW - 7200);
    let history = Batch {
        digest: [7; 16],
        buckets: BTreeMap::from([((Resolution::FiveMinutes, start), request(1, "GET /a", start))]),
        ..Batch::default()
    };
    engine.load(NOW, std::slice::from_ref(&history)).unwrap();
    assert_eq!(engine.load(NOW, &[history]).unwrap(), [Outcome::Duplicate]);
    engine.ingest(NOW, &[batch(5, start + 10)]).unwrap();
    engine.tick(NOW + 4).unwrap();
    assert_eq!(total(&engine, Resolution::FiveMinutes), 2);
    assert_eq!(total(&engine, Resolution::Hour), 2);
    let open = Resolution::Hour.floor(NOW);
    let early = Batch {
        digest: [8; 16],
        buckets: BTreeMap::from([((Resolution::Hour, open), request(1, "x", open))]),
        ..Batch::default()
    };
    assert!(matches!(engine.load(NOW, &[early]), Err(EngineError::NotClosed(..))));
}

#[test]
fn a_file_is_replaced_never_added() {
    let scratch = Scratch::new();
    let mut engine = scratch.open(NOW);
    let start = 1_431_856_800; // May 2015: older than every retention, kept from its arrival on
    let part = |count: u32| -> BTreeMap<_, _> {
        let mut bucket = Bucket::default();
        (0..count).for_each(|user| bucket.merge(&request(user, "GET /", start)).unwrap());
        BTreeMap::from([((Resolution::FiveMinutes, start), bucket)])
    };
    let source = |lines, digest| Source { name: "log".into(), lines, digest: [digest; 16] };
    assert_eq!(engine.replace(NOW, &source(10, 1), &part(10)).unwrap(), Replaced::New);
    let before = content(&engine);
    assert_eq!(engine.replace(NOW, &source(10, 1), &part(10)).unwrap(), Replaced::Unchanged);
    assert_eq!(engine.replace(NOW, &source(4, 2), &part(4)).unwrap(), Replaced::Shorter);
    assert_eq!(content(&engine), before);
    assert_eq!(engine.replace(NOW, &source(12, 3), &part(12)).unwrap(), Replaced::Updated);
    engine.tick(NOW + 120).unwrap();
    assert_eq!(total(&engine, Resolution::Hour), 12);
    // A second file over the same hour adds up with the first.
    let other = Source { name: "other".into(), lines: 3, digest: [9; 16] };
    assert_eq!(engine.replace(NOW, &other, &part(3)).unwrap(), Replaced::New);
    assert_eq!(total(&engine, Resolution::Hour), 15);
    assert_eq!(rows(&engine, Resolution::Hour).rows.len(), 1);
}

#[test]
fn changes_are_handed_out_once_in_order() {
    let scratch = Scratch::new();
    let mut engine = scratch.open(NOW);
    engine.ingest(NOW, &[batch(1, NOW - 100)]).unwrap();
    engine.tick(NOW).unwrap();
    let (frames, next) = engine.since(0, 100, Sections::SUMMARY).unwrap();
    assert_eq!(frames.iter().map(|frame| frame.rows.len()).sum::<usize>(), 2, "two seconds and its minute");
    assert_eq!(engine.since(next, 100, Sections::SUMMARY).unwrap(), (Vec::new(), next));
    engine.ingest(NOW, &[batch(2, NOW - 100)]).unwrap();
    engine.tick(NOW).unwrap();
    let (frames, _) = engine.since(next, 100, Sections::SUMMARY).unwrap();
    assert!(frames.iter().all(|frame| frame.rows.iter().all(|row| row.seq > next)));
    assert!(!frames.is_empty());
}

#[test]
fn rows_expire_and_imports_stay() {
    let scratch = Scratch::new();
    let mut engine = scratch.open(NOW);
    engine.ingest(NOW, &[batch(1, NOW)]).unwrap();
    engine.tick(NOW + 3600).unwrap();
    assert_eq!(rows(&engine, Resolution::TwoSeconds).rows.len(), 1);
    engine.tick(NOW + 3 * 3600).unwrap();
    assert_eq!(rows(&engine, Resolution::TwoSeconds).rows.len(), 0);
    assert_eq!(total(&engine, Resolution::Hour), 1);
}

#[test]
fn another_key_is_refused() {
    let scratch = Scratch::new();
    drop(scratch.open(NOW));
    let other = EngineConfig { key: FleetKey::new([1; 16]).id(), ..config() };
    let database = Sqlite::open(&scratch.0.join("edge.db"), false).unwrap();
    let error = Engine::open(database, other, NOW).err().unwrap();
    assert!(error.to_string().contains("another fleet key"), "{error}");
}

#[test]
fn a_bucket_keeps_its_bounds() {
    let scratch = Scratch::new();
    let mut engine = Engine::open(
        Sqlite::open(&scratch.0.join("edge.db"), false).unwrap(),
        EngineConfig { max_cells: 20, ..config() },
        NOW,
    )
    .unwrap();
    for id in 0..100_u32 {
        let mut digest = [0; 16];
        digest[..4].copy_from_slice(&id.to_le_bytes());
        let buckets = BTreeMap::from([((Resolution::TwoSeconds, NOW), request(id, &format!("GET /{id}"), NOW))]);
        engine.ingest(NOW, &[Batch { digest, buckets, ..Batch::default() }]).unwrap();
    }
    engine.tick(NOW + 5).unwrap();
    assert_eq!(total(&engine, Resolution::TwoSeconds), 100);
    let frame = rows(&engine, Resolution::TwoSeconds);
    let row = &frame.rows[0];
    let bucket = bucket_of(
        frame.key,
        row.summary.as_ref().unwrap(),
        row.cells.as_ref().unwrap(),
        row.registers.as_ref().unwrap(),
    )
    .unwrap();
    assert!(bucket.transactions.len() <= 22, "{}", bucket.transactions.len());
    assert_eq!(bucket.other_routes, 80);
}

/// A database whose n-th write fails as a full disk does.
struct Failing {
    inner: Sqlite,
    writes_left: Cell<u32>,
}

impl Database for Failing {
    fn execute(&self, sql: &str, params: &[Value<'_>]) -> Result<u64, DatabaseError> {
        let left = self.writes_left.get().checked_sub(1).ok_or(DatabaseError::Full)?;
        self.writes_left.set(left);
        self.inner.execute(sql, params)
    }
    fn query(&self, sql: &str, params: &[Value<'_>], on_row: OnRow<'_>) -> Result<(), DatabaseError> {
        self.inner.query(sql, params, on_row)
    }
    fn atomically(&self, body: &mut dyn FnMut() -> bool) -> Result<(), DatabaseError> {
        let mut full = false;
        self.inner.atomically(&mut || {
            let done = body();
            full = done && self.writes_left.get() == 0;
            done && !full
        })?;
        if full { Err(DatabaseError::Full) } else { Ok(()) }
    }
}

#[test]
fn a_disk_that_fills_up_loses_nothing_acknowledged() {
    for writes in 0..160 {
        let scratch = Scratch::new();
        drop(scratch.open(NOW));
        let inner = Sqlite::open(&scratch.0.join("edge.db"), false).unwrap();
        let Ok(mut engine) = Engine::open(Failing { inner, writes_left: Cell::new(writes) }, config(), NOW) else {
            continue;
        };
        let mut acknowledged = 0;
        for id in 0..20 {
            let now = NOW + i64::from(id) * 25;
            if engine.ingest(now, &[batch(id, now - i64::from(id % 4) * 40)]).is_ok() {
                acknowledged += 1;
            }
            let _ = engine.tick(now);
        }
        drop(engine);
        let mut engine = scratch.open(NOW + 600);
        engine.tick(NOW + 9000).unwrap();
        for resolution in [Resolution::Minute, Resolution::Hour] {
            assert_eq!(total(&engine, resolution), acknowledged, "after {writes} writes, {resolution:?}");
        }
    }
}

//! What a Durable Object allows: every statement of ours stays within its limits, and a split region is the same region.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use std::cell::Cell;
use std::collections::BTreeMap;

use bonghwa_analytics::bucket::Name;
use bonghwa_analytics::frame::{Frame, Sections};
use bonghwa_analytics::summary::Summary;
use bonghwa_analytics::time::Resolution;
use bonghwa_edge::batch::Batch;
use bonghwa_edge::database::{Database, DatabaseError, OnRow, Row, Value};
use bonghwa_edge::engine::{Engine, EngineConfig, Outcome};
use bonghwa_edge::key::{self, Key, KeyError, Use};
use bonghwa_edge::nation::{self, Nation, Touched};
use bonghwa_edge::part;
use bonghwa_edge::sqlite::Sqlite;
use bonghwa_edge::store::{Store, StoreError, bucket_of_row};
use proptest::prelude::*;
use support::{Content, NOW, batch, config, content, request, total};

/// SQLite as a Durable Object gives it: no transaction by statement, integers carried as doubles, rows and values of at
/// most 2 MB, at most 100 parameters.
struct Object {
    inner: Sqlite,
    largest: Cell<usize>,
}

impl Object {
    fn new() -> Self {
        Self { inner: Sqlite::in_memory().unwrap(), largest: Cell::new(0) }
    }

    fn check(&self, sql: &str, params: &[Value<'_>]) -> Result<(), DatabaseError> {
        let refused = |why: &str| Err(DatabaseError::Other(format!("{why}: {sql}")));
        let verb = sql.split_whitespace().next().unwrap_or_default();
        if ["BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "PRAGMA", "ATTACH", "VACUUM"].contains(&verb) {
            return refused("not a statement for an object");
        }
        if params.len() > 100 {
            return refused("too many parameters");
        }
        let mut bytes = 0;
        for param in params {
            bytes += match param {
                Value::Integer(value) if *value as f64 as i64 != *value || value.unsigned_abs() >= 1 << 53 => {
                    return refused("an integer that a double cannot carry");
                }
                Value::Integer(_) => 8,
                Value::Text(text) => text.len(),
                Value::Blob(bytes) => bytes.len(),
            };
        }
        self.largest.set(self.largest.get().max(bytes));
        if bytes > 2_000_000 { refused("a row of more than 2 MB") } else { Ok(()) }
    }
}

struct Doubles<'a>(&'a dyn Row);

impl Row for Doubles<'_> {
    fn integer(&self, column: usize) -> Result<i64, DatabaseError> {
        Ok(self.0.integer(column)? as f64 as i64)
    }
    fn blob(&self, column: usize) -> Result<Vec<u8>, DatabaseError> {
        self.0.blob(column)
    }
    fn text(&self, column: usize) -> Result<String, DatabaseError> {
        self.0.text(column)
    }
}

impl Database for Object {
    fn execute(&self, sql: &str, params: &[Value<'_>]) -> Result<u64, DatabaseError> {
        self.check(sql, params)?;
        self.inner.execute(sql, params)
    }
    fn query(&self, sql: &str, params: &[Value<'_>], on_row: OnRow<'_>) -> Result<(), DatabaseError> {
        self.check(sql, params)?;
        self.inner.query(sql, params, &mut |row| on_row(&Doubles(row)))
    }
    fn atomically(&self, body: &mut dyn FnMut() -> bool) -> Result<(), DatabaseError> {
        self.inner.atomically(body)
    }
}

impl Database for &Object {
    fn execute(&self, sql: &str, params: &[Value<'_>]) -> Result<u64, DatabaseError> {
        (**self).execute(sql, params)
    }
    fn query(&self, sql: &str, params: &[Value<'_>], on_row: OnRow<'_>) -> Result<(), DatabaseError> {
        (**self).query(sql, params, on_row)
    }
    fn atomically(&self, body: &mut dyn FnMut() -> bool) -> Result<(), DatabaseError> {
        (**self).atomically(body)
    }
}

fn open(object: &Object, now: i64) -> Engine<&Object> {
    Engine::open(object, config(), now).unwrap()
}

/// A batch whose names make its delta and its bucket larger than a row may be.
fn large() -> Batch {
    let mut batch = batch(1, NOW);
    let bucket = batch.buckets.values_mut().next().unwrap();
    let (web, mut cell) = (Name::from("web"), bucket.entry.clone());
    // Many bins with many requests in each, so that the sketch takes some hundred bytes.
    (0..320_u64).for_each(|step| cell.latency.insert((32 + step % 32) << (step / 32 + 8)));
    (0..8).for_each(|_| cell.merge(&cell.clone()));
    for number in 0..900 {
        let long = format!("{number:0>200}");
        bucket.transactions.insert((web.clone(), Name::from(&*long)), cell.clone());
        bucket.calls.insert((Name::from(long), web.clone()), cell.clone());
    }
    batch
}

#[test]
fn a_row_never_grows_beyond_what_an_object_takes() {
    let object = Object::new();
    let large = large();
    let mut delta = Vec::new();
    large.encode(&mut delta);
    assert!(delta.len() > 1_000_000, "{} bytes would fit into one row", delta.len());
    let mut engine = open(&object, NOW);
    assert_eq!(engine.ingest(NOW, std::slice::from_ref(&large)).unwrap(), [Outcome::Stored]);
    assert!(object.largest.get() >= 1_000_000, "{}", object.largest.get());
    // The object is evicted: the journal, in pieces, brings it back.
    drop(engine);
    let mut engine = open(&object, NOW);
    engine.tick(NOW + 4000).unwrap();
    let frame = engine.frame(Resolution::Hour, 0, 1 << 40, Sections::ALL).unwrap();
    let bucket = bucket_of_row(frame.key, &frame.rows[0]).unwrap();
    let sent = large.buckets.values().next().unwrap();
    assert_eq!((&bucket.transactions, &bucket.calls), (&sent.transactions, &sent.calls));
    // A late request shortens nothing, and a row that becomes small again leaves nothing of its overflow behind.
    engine.ingest(NOW + 4000, &[batch(2, NOW)]).unwrap();
    engine.tick(NOW + 4002).unwrap();
    let frame = engine.frame(Resolution::Minute, 0, 1 << 40, Sections::ALL).unwrap();
    let bucket = bucket_of_row(frame.key, &frame.rows[0]).unwrap();
    assert_eq!(bucket.entry.count, 2);
    assert!(object.largest.get() <= 2_000_000);
    let store = Store::open(&object, config().key, config().retention).unwrap();
    store.transaction(|store| store.put(Resolution::Hour, 0, 0, &request(1, "GET /", NOW), NOW)).unwrap();
    store.transaction(|store| store.put(Resolution::Hour, 0, 0, &bucket, NOW)).unwrap();
    store.transaction(|store| store.put(Resolution::Hour, 0, 0, &request(1, "GET /", NOW), NOW)).unwrap();
    assert_eq!(store.get(Resolution::Hour, 0, 0).unwrap(), Some(request(1, "GET /", NOW)));
}

#[test]
fn the_check_of_these_tests_refuses_what_an_object_refuses() {
    let object = Object::new();
    let big = vec![0; 2_000_001];
    let many = [Value::Integer(1); 101];
    for params in [&[Value::Integer(1 << 53)][..], &[Value::Integer(i64::MAX)], &[Value::Blob(&big)], &many] {
        assert!(object.check("SELECT 1", params).is_err());
    }
    assert!(object.execute("BEGIN", &[]).is_err());
    assert!(object.check("SELECT ?1", &[Value::Integer((1 << 53) - 1)]).is_ok());
}

#[test]
fn an_engine_in_an_object_holds_what_one_in_a_file_holds() {
    let object = Object::new();
    let mut evicted = open(&object, NOW);
    let mut native = Engine::open(Sqlite::in_memory().unwrap(), config(), NOW).unwrap();
    for id in 0..200 {
        let now = NOW + i64::from(id) * 7;
        let batch = [batch(id, now - i64::from(id % 5) * 400)];
        assert_eq!(evicted.ingest(now, &batch).unwrap(), native.ingest(now, &batch).unwrap());
        if id % 3 == 0 {
            drop(evicted);
            evicted = open(&object, now);
        }
        evicted.tick(now).unwrap();
        native.tick(now).unwrap();
    }
    evicted.tick(NOW + 9000).unwrap();
    native.tick(NOW + 9000).unwrap();
    assert_eq!(content(&evicted), content(&native));
    assert_eq!(evicted.due(), None, "nothing is open, so nothing is due");
    evicted.ingest(NOW + 9001, &[batch(999, NOW + 9001)]).unwrap();
    assert_eq!(evicted.due(), Some(Resolution::TwoSeconds.floor(NOW + 9001) + 4));
}

#[test]
fn a_key_is_bound_to_all_of_its_bits() {
    // The id of a fleet key has 64 bits; two ids that are one double must still be two.
    let object = Object::new();
    let (one, other) = (bonghwa_analytics::identity::KeyId(u64::MAX - 1), bonghwa_analytics::identity::KeyId(u64::MAX));
    assert!((one.0 as f64 - other.0 as f64).abs() < f64::EPSILON);
    Store::open(&object, one, EngineConfig::RETENTION).unwrap();
    assert_eq!(Store::open(&object, other, EngineConfig::RETENTION).err(), Some(StoreError::Key));
}

/// All rows of the parts of a region, merged.
fn merged(parts: &[Engine<Sqlite>]) -> Vec<Content> {
    let mut all = Vec::new();
    for resolution in Resolution::ALL {
        let rows: Vec<_> =
            parts.iter().map(|part| part.frame(resolution, 0, 1 << 40, Sections::ALL).unwrap().rows).collect();
        let frame = part::merge("seoul", config().key, resolution, &rows).unwrap();
        all.extend(
            frame
                .rows
                .into_iter()
                .map(|row| (resolution, row.start, row.summary.unwrap(), row.cells.unwrap(), row.registers.unwrap())),
        );
    }
    all
}

fn spread(parts: usize, sent: &[(u32, i64, u32)]) -> Vec<Engine<Sqlite>> {
    let mut engines: Vec<_> =
        (0..parts).map(|_| Engine::open(Sqlite::in_memory().unwrap(), config(), NOW).unwrap()).collect();
    for (step, (id, late, user)) in (0..).zip(sent) {
        let now = NOW + step * 9;
        let mut batch = batch(*id, now - late);
        batch.digest = *key_digest(*id, *user).first_chunk().unwrap();
        let part = part::part_of(&batch.digest, parts);
        engines[part].ingest(now, &[batch]).unwrap();
        engines[part].tick(now).unwrap();
    }
    for engine in &mut engines {
        engine.tick(NOW + 100_000).unwrap();
    }
    engines
}

fn key_digest(id: u32, user: u32) -> [u8; 32] {
    key::hash(&format!("{id} {user}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn parts_of_a_region_hold_what_one_object_would(
        sent in proptest::collection::vec((0_u32..200, 0_i64..5000, 0_u32..30), 1..60),
        parts in 2_usize..6,
    ) {
        let whole = spread(1, &sent);
        let split = spread(parts, &sent);
        prop_assert_eq!(content(&whole[0]), merged(&whole));
        prop_assert_eq!(merged(&split), merged(&whole));
    }

    #[test]
    fn a_batch_is_read_as_it_was_written(
        ids in proptest::collection::vec((0_u32..500, 0_i64..4000), 0..20),
        counts: (u32, u32, u32),
        reason in proptest::option::of(".{0,40}"),
    ) {
        let mut sent = Batch { digest: [counts.0 as u8; 16], ..Batch::default() };
        for (id, at) in ids {
            for (key, bucket) in batch(id, NOW - at).buckets {
                sent.buckets.entry(key).or_default().merge(&bucket).unwrap();
            }
        }
        sent.report.accepted = counts.0.into();
        sent.report.unshown = counts.1.into();
        sent.report.rejected = counts.2.into();
        sent.report.reason = reason;
        let mut bytes = Vec::new();
        sent.encode(&mut bytes);
        prop_assert_eq!(Batch::decode(&bytes), Ok(sent));
        prop_assert!(Batch::decode(&bytes[..bytes.len() - 1]).is_err());
    }

    #[test]
    fn any_bytes_are_a_batch_or_an_error(
        id in 0_u32..100, at in 0_usize..400, flip in 1_u8..=255, noise in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let mut bytes = Vec::new();
        batch(id, NOW).encode(&mut bytes);
        let at = at % bytes.len();
        bytes[at] ^= flip;
        let _ = Batch::decode(&bytes);
        let _ = Batch::decode(&noise);
        if let Ok(read) = Batch::decode(&bytes) {
            let mut again = Vec::new();
            read.encode(&mut again);
            prop_assert_eq!(Batch::decode(&again), Ok(read));
        }
    }
}

/// Changes that a reader has not seen, as frames of one region.
fn changes(engine: &Engine<&Object>, region: &str, since: u64) -> (Vec<Frame>, u64) {
    let (mut frames, next) = engine.since(since, 1000, Sections::ALL).unwrap();
    for frame in &mut frames {
        region.clone_into(&mut frame.region);
    }
    (frames, next)
}

#[test]
fn the_nation_is_the_union_of_its_regions_and_of_their_parts() {
    let objects = [Object::new(), Object::new(), Object::new()];
    let mut engines: Vec<_> = objects.iter().map(|object| open(object, NOW)).collect();
    let names = ["seoul", "busan#0", "busan#1"];
    let database = Object::new();
    let mut nation = Nation::open(&database, config().key, config().retention).unwrap();
    let mut cursors = [0; 3];
    for round in 0..3_i64 {
        let now = NOW + round * 600;
        for id in 0..60_u32 {
            let batch = batch(round as u32 * 100 + id, now - i64::from(id));
            engines[id as usize % 3].ingest(now, &[batch]).unwrap();
        }
        let mut touched = Touched::new();
        for (index, engine) in engines.iter_mut().enumerate() {
            engine.tick(now + 70).unwrap();
            let (frames, next) = changes(engine, names[index], cursors[index]);
            nation::touch(&mut touched, &frames);
            cursors[index] = next;
        }
        let mut held = Vec::new();
        for (resolution, from, to) in
            [Resolution::Minute, Resolution::FiveMinutes, Resolution::Hour].map(|r| (r, 0, 1 << 40))
        {
            for (engine, name) in engines.iter().zip(names) {
                let mut frame = engine.frame(resolution, from, to, nation::SECTIONS).unwrap();
                name.clone_into(&mut frame.region);
                held.push(frame);
            }
        }
        let mut made = 0;
        nation
            .refresh(&held, &touched, now + 70, |frame| {
                made += frame.rows.len();
                Ok(())
            })
            .unwrap();
        assert_eq!(made, touched.len());
        nation.saw(names.into_iter().zip(cursors)).unwrap();
    }
    assert_eq!(nation.seen("busan#1").unwrap(), cursors[2]);
    assert_eq!(nation.seen("jeju").unwrap(), 0);
    let (frames, _) = nation.since(0, 1000, Sections::ALL).unwrap();
    let minutes = frames.iter().find(|frame| frame.resolution == Resolution::Minute).unwrap();
    let total_of = |summary: &Option<Vec<u8>>| Summary::decode(summary.as_deref().unwrap()).unwrap().entry.count;
    assert_eq!(minutes.rows.iter().map(|row| total_of(&row.summary)).sum::<u64>(), 180);
    assert_eq!(engines.iter().map(|engine| total(engine, Resolution::Minute)).sum::<u64>(), 180);
    // Users are counted once in the nation, whichever regions saw them.
    let whole = bucket_of_row(minutes.key, &minutes.rows[0]).unwrap();
    assert!(whole.transactions.is_empty());
    let mut union: Option<bonghwa_analytics::sketch::Sketch> = None;
    for engine in &engines {
        let frame =
            engine.frame(Resolution::Minute, minutes.rows[0].start, minutes.rows[0].start + 1, Sections::ALL).unwrap();
        for row in &frame.rows {
            for entry in bucket_of_row(frame.key, row).unwrap().concurrency.into_values() {
                match &mut union {
                    Some(union) => union.merge(&entry.sketch).unwrap(),
                    None => union = Some(entry.sketch),
                }
            }
        }
    }
    assert_eq!(whole.concurrency.into_values().next().map(|entry| entry.sketch), union);
}

#[test]
fn two_keys_of_a_use_are_valid_and_each_for_its_use_only() {
    let object = Object::new();
    drop(open(&object, NOW));
    let mut made = BTreeMap::new();
    for (number, purpose) in [(1, Use::Ingest), (2, Use::Ingest), (3, Use::Read)] {
        let (id, text) = key::compose("busan", [number; 4], [number; 32]);
        assert_eq!(key::region_of(&text), Some("busan"));
        let stored = Key { id: id.clone(), purpose, sha256: key::hash(&text), made: NOW };
        key::put(&&object, &stored).unwrap();
        assert!(key::all(&&object).unwrap().contains(&stored));
        made.insert(id, (text, purpose));
    }
    let third = Key { id: "00000009".into(), purpose: Use::Ingest, sha256: [9; 32], made: NOW };
    assert_eq!(key::put(&&object, &third), Err(KeyError::TooMany));
    for (text, purpose) in made.values() {
        for wanted in [Use::Ingest, Use::Read, Use::Admin] {
            let result = key::check(&&object, &key::hash(text), wanted);
            assert_eq!(result.is_ok(), wanted == *purpose, "{purpose:?} used as {wanted:?}");
            assert!(!matches!(result, Err(KeyError::Unknown)));
        }
        assert_eq!(key::check(&&object, &key::hash(&format!("{text}0")), *purpose), Err(KeyError::Unknown));
    }
    let (id, (text, purpose)) = made.iter().next().unwrap();
    assert_eq!((key::delete(&&object, id), key::delete(&&object, id)), (Ok(true), Ok(false)));
    assert_eq!(key::check(&&object, &key::hash(text), *purpose), Err(KeyError::Unknown));
    assert_eq!(key::put(&&object, &third), Ok(()));
    for wrong in
        ["", "bonghwa_", "bonghwa_Seoul_01010101_", "bonghwa_a_b_c", &text[..text.len() - 1], &format!("{text}_")]
    {
        assert_eq!(key::region_of(wrong), None, "{wrong:?}");
    }
}

//! What the tests of the engine share: requests of users in buckets, and rows to the byte.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part of this")]
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use std::collections::BTreeMap;
#[cfg(feature = "sqlite")]
use std::{
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

use bonghwa_analytics::bucket::{Bucket, Concurrency, Name, Transaction};
use bonghwa_analytics::frame::{Frame, Sections, bucket_of};
use bonghwa_analytics::identity::{FleetKey, IdentityMode};
use bonghwa_analytics::sketch::{Scheme, Sketch};
use bonghwa_analytics::time::Resolution;
use bonghwa_edge::batch::Batch;
use bonghwa_edge::database::Database;
use bonghwa_edge::engine::{Engine, EngineConfig};
#[cfg(feature = "sqlite")]
use bonghwa_edge::sqlite::Sqlite;

pub const NOW: i64 = 1_795_212_000;

pub fn key() -> FleetKey {
    FleetKey::new(*b"a key for tests!")
}

pub fn config() -> EngineConfig {
    EngineConfig {
        region: "seoul".into(),
        key: key().id(),
        retention: EngineConfig::RETENTION,
        max_cells: EngineConfig::MAX_CELLS,
        session_gap: bonghwa_analytics::session::GAP,
    }
}

/// One request of `user` on `route` at `at`, 10 ms long.
pub fn request(user: u32, route: &str, at: i64) -> Bucket {
    let mut sketch = Sketch::new(Scheme::keyed(IdentityMode::UserCookie, key().id()));
    sketch.insert_hash(key().identity(IdentityMode::UserCookie, &user.to_le_bytes()));
    let mut cell = Transaction { count: 1, ..Transaction::default() };
    cell.latency.insert(10_000_000 + at as u64 % 7);
    Bucket {
        concurrency: BTreeMap::from([(IdentityMode::UserCookie, Concurrency { identified: 1, sketch })]),
        entry: cell.clone(),
        transactions: BTreeMap::from([((Name::from("web"), Name::from(route)), cell)]),
        ..Bucket::default()
    }
}

pub fn batch(id: u32, at: i64) -> Batch {
    let start = Resolution::TwoSeconds.floor(at);
    let mut digest = [0; 16];
    digest[..4].copy_from_slice(&id.to_le_bytes());
    let route = format!("GET /{}", id % 3);
    Batch {
        digest,
        buckets: BTreeMap::from([((Resolution::TwoSeconds, start), request(id % 50, &route, at))]),
        ..Batch::default()
    }
}

pub fn rows(engine: &Engine<impl Database>, resolution: Resolution) -> Frame {
    engine.frame(resolution, 0, 1 << 40, Sections::ALL).unwrap()
}

/// Requests in all rows of a resolution.
pub fn total(engine: &Engine<impl Database>, resolution: Resolution) -> u64 {
    let frame = rows(engine, resolution);
    let bucket = |row: &bonghwa_analytics::frame::Row| {
        let (s, c, r) = (row.summary.as_ref().unwrap(), row.cells.as_ref().unwrap(), row.registers.as_ref().unwrap());
        bucket_of(frame.key, s, c, r).unwrap()
    };
    let buckets: Vec<Bucket> = frame.rows.iter().map(bucket).collect();
    for bucket in &buckets {
        let by_route: u64 = bucket.transactions.values().map(|cell| cell.count).sum();
        assert_eq!(bucket.entry.count, by_route, "summary and cells agree");
    }
    buckets.iter().map(|bucket| bucket.entry.count).sum()
}

/// A row to the byte: resolution, start, summary, cells, registers.
pub type Content = (Resolution, i64, Vec<u8>, Vec<u8>, Vec<u8>);

pub fn content(engine: &Engine<impl Database>) -> Vec<Content> {
    let mut all = Vec::new();
    for resolution in Resolution::ALL {
        for row in rows(engine, resolution).rows {
            all.push((resolution, row.start, row.summary.unwrap(), row.cells.unwrap(), row.registers.unwrap()));
        }
    }
    all
}

/// A folder of its own for each test, removed when the test ends.
#[cfg(feature = "sqlite")]
pub struct Scratch(pub PathBuf);

#[cfg(feature = "sqlite")]
impl Scratch {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("bonghwa-edge-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub fn open(&self, now: i64) -> Engine<Sqlite> {
        Engine::open(Sqlite::open(&self.0.join("edge.db"), false).unwrap(), config(), now).unwrap()
    }
}

#[cfg(feature = "sqlite")]
impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

//! An edge that is embedded in this process: an engine on a SQLite file, and how far its changes were read.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use bonghwa_analytics::bucket::Bucket;
use bonghwa_analytics::frame::{Frame, Sections};
use bonghwa_analytics::time::Resolution;
use bonghwa_edge::batch::Batch;
use bonghwa_edge::engine::{Engine, EngineConfig, EngineError, Outcome, Replaced, Source};
use bonghwa_edge::sqlite::Sqlite;
use bonghwa_edge::store::StoreError;

use super::{CentreConfig, CentreError, lock};

/// Rows read at a time.
const PAGE: usize = 4096;

pub(super) struct Edge {
    region: String,
    engine: Mutex<Engine<Sqlite>>,
    cursor: AtomicU64,
}

impl Edge {
    pub(super) fn open(config: &CentreConfig, region: &str, now: i64) -> Result<Self, CentreError> {
        let failed = |source: EngineError| CentreError::Engine { region: region.to_owned(), source };
        let path = config.data.join(format!("region-{region}.db"));
        let database = Sqlite::open(&path, config.durable).map_err(|e| failed(StoreError::Database(e).into()))?;
        let engine_config = EngineConfig {
            region: region.to_owned(),
            key: config.key.id(),
            retention: config.retention,
            max_cells: config.max_cells,
        };
        let engine = Engine::open(database, engine_config, now).map_err(failed)?;
        Ok(Self { region: region.to_owned(), engine: Mutex::new(engine), cursor: AtomicU64::new(0) })
    }

    pub(super) fn region(&self) -> &str {
        &self.region
    }

    pub(super) fn ingest(&self, now: i64, batch: &Batch) -> Result<Outcome, CentreError> {
        let outcomes = self.with(|engine| engine.ingest(now, std::slice::from_ref(batch)))?;
        Ok(outcomes.first().copied().unwrap_or(Outcome::Duplicate))
    }

    pub(super) fn load(&self, now: i64, batches: &[Batch]) -> Result<Vec<Outcome>, CentreError> {
        self.with(|engine| engine.load(now, batches))
    }

    pub(super) fn replace(
        &self,
        now: i64,
        source: &Source,
        buckets: &BTreeMap<(Resolution, i64), Bucket>,
    ) -> Result<Replaced, CentreError> {
        self.with(|engine| engine.replace(now, source, buckets))
    }

    pub(super) fn tick(&self, now: i64) -> Result<(), CentreError> {
        self.with(|engine| engine.tick(now))
    }

    pub(super) fn seq(&self) -> u64 {
        lock(&self.engine).seq()
    }

    /// Reads changes from this sequence on the next time.
    pub(super) fn rewind_to(&self, seq: u64) {
        self.cursor.store(seq, Ordering::Relaxed);
    }

    /// How far changes were read.
    pub(super) fn cursor(&self) -> u64 {
        self.cursor.load(Ordering::Relaxed)
    }

    /// Summaries of the rows that changed since the last call.
    pub(super) fn changes(&self) -> Result<Vec<Frame>, CentreError> {
        let mut frames = Vec::new();
        loop {
            let cursor = self.cursor();
            let (more, next) = self.with(|engine| engine.since(cursor, PAGE, Sections::SUMMARY))?;
            if next == cursor {
                return Ok(frames);
            }
            frames.extend(more);
            self.rewind_to(next);
        }
    }

    pub(super) fn registers(&self, resolution: Resolution, from: i64, to: i64) -> Result<Frame, CentreError> {
        self.frame(resolution, from, to, Sections::REGISTERS)
    }

    pub(super) fn frame(
        &self,
        resolution: Resolution,
        from: i64,
        to: i64,
        sections: Sections,
    ) -> Result<Frame, CentreError> {
        self.with(|engine| engine.frame(resolution, from, to, sections))
    }

    fn with<T>(&self, body: impl FnOnce(&mut Engine<Sqlite>) -> Result<T, EngineError>) -> Result<T, CentreError> {
        body(&mut lock(&self.engine)).map_err(|source| CentreError::Engine { region: self.region.clone(), source })
    }
}

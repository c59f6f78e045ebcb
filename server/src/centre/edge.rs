//! The edge of a region as the centre sees it: an engine embedded in this process, or the copy of one that runs
//! elsewhere; and how far its changes were read.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use bonghwa_analytics::bucket::Bucket;
use bonghwa_analytics::frame::{Frame, Sections};
use bonghwa_analytics::time::Resolution;
use bonghwa_edge::batch::Batch;
use bonghwa_edge::engine::{Engine, EngineConfig, EngineError, Outcome, Replaced, Source};
use bonghwa_edge::mirror::{Mirror, MirrorError};
use bonghwa_edge::sqlite::Sqlite;
use bonghwa_edge::store::StoreError;

use super::{CentreConfig, CentreError, lock};

/// Rows read at a time.
const PAGE: usize = 4096;

pub(super) struct Edge {
    region: String,
    holder: Mutex<Holder>,
    cursor: AtomicU64,
}

/// What holds the rows of a region.
enum Holder {
    Engine(Box<Engine<Sqlite>>),
    Mirror(Mirror<Sqlite>),
}

impl Edge {
    pub(super) fn open(config: &CentreConfig, region: &str, now: i64) -> Result<Self, CentreError> {
        let failed = |source: EngineError| CentreError::Engine { region: region.to_owned(), source };
        let elsewhere = config.elsewhere.contains_key(region);
        let name = if elsewhere { "mirror" } else { "region" };
        let path = config.data.join(format!("{name}-{region}.db"));
        let database = Sqlite::open(&path, config.durable).map_err(|e| failed(StoreError::Database(e).into()))?;
        let holder = if elsewhere {
            let mirror = Mirror::open(database, region, config.key.id(), config.retention);
            Holder::Mirror(mirror.map_err(|error| failed(error.into()))?)
        } else {
            let engine_config = EngineConfig {
                region: region.to_owned(),
                key: config.key.id(),
                retention: config.retention,
                max_cells: config.max_cells,
                session_gap: config.sessions.gap,
            };
            Holder::Engine(Box::new(Engine::open(database, engine_config, now).map_err(failed)?))
        };
        Ok(Self { region: region.to_owned(), holder: Mutex::new(holder), cursor: AtomicU64::new(0) })
    }

    pub(super) fn region(&self) -> &str {
        &self.region
    }

    pub(super) fn ingest(&self, now: i64, batch: &Batch) -> Result<Outcome, CentreError> {
        let outcomes = self.engine(|engine| engine.ingest(now, std::slice::from_ref(batch)))?;
        Ok(outcomes.first().copied().unwrap_or(Outcome::Duplicate))
    }

    pub(super) fn load(&self, now: i64, batches: &[Batch]) -> Result<Vec<Outcome>, CentreError> {
        self.engine(|engine| engine.load(now, batches))
    }

    pub(super) fn replace(
        &self,
        now: i64,
        source: &Source,
        buckets: &BTreeMap<(Resolution, i64), Bucket>,
    ) -> Result<Replaced, CentreError> {
        self.engine(|engine| engine.replace(now, source, buckets))
    }

    pub(super) fn tick(&self, now: i64) -> Result<(), CentreError> {
        self.with(|holder| match holder {
            Holder::Engine(engine) => engine.tick(now),
            Holder::Mirror(mirror) => Ok(mirror.tick(now)?),
        })
    }

    /// How far the edge elsewhere was read.
    pub(super) fn position(&self) -> Result<String, CentreError> {
        self.mirror(|mirror| Ok(mirror.cursor().map_err(StoreError::Database)?))
    }

    /// Keeps frames of the edge elsewhere, and how far it was read with them.
    pub(super) fn take(&self, now: i64, frames: &[Frame], position: &str) -> Result<(), CentreError> {
        self.mirror(|mirror| mirror.take(now, frames, position))
    }

    pub(super) fn seq(&self) -> u64 {
        match &*lock(&self.holder) {
            Holder::Engine(engine) => engine.seq(),
            Holder::Mirror(mirror) => mirror.seq(),
        }
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
            let (more, next) = self.since(cursor, PAGE, Sections::SUMMARY)?;
            if next == cursor {
                return Ok(frames);
            }
            frames.extend(more);
            self.rewind_to(next);
        }
    }

    /// Rows written after a sequence, oldest first, and the sequence to go on from.
    pub(super) fn since(&self, seq: u64, limit: usize, sections: Sections) -> Result<(Vec<Frame>, u64), CentreError> {
        self.with(|holder| match holder {
            Holder::Engine(engine) => engine.since(seq, limit, sections),
            Holder::Mirror(mirror) => Ok(mirror.since(seq, limit, sections)?),
        })
    }

    /// Days that are still to be judged.
    pub(super) fn waiting(&self) -> Result<u32, CentreError> {
        self.with(|holder| match holder {
            Holder::Engine(engine) => engine.waiting(),
            // What it holds was judged where it came from.
            Holder::Mirror(_) => Ok(0),
        })
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
        self.with(|holder| match holder {
            Holder::Engine(engine) => engine.frame(resolution, from, to, sections),
            Holder::Mirror(mirror) => Ok(mirror.frame(resolution, from, to, sections)?),
        })
    }

    fn with<T>(&self, body: impl FnOnce(&mut Holder) -> Result<T, EngineError>) -> Result<T, CentreError> {
        body(&mut lock(&self.holder)).map_err(|source| CentreError::Engine { region: self.region.clone(), source })
    }

    fn engine<T>(&self, body: impl FnOnce(&mut Engine<Sqlite>) -> Result<T, EngineError>) -> Result<T, CentreError> {
        match &mut *lock(&self.holder) {
            Holder::Engine(engine) => {
                body(engine).map_err(|source| CentreError::Engine { region: self.region.clone(), source })
            }
            Holder::Mirror(_) => Err(CentreError::Elsewhere(self.region.clone())),
        }
    }

    fn mirror<T>(&self, body: impl FnOnce(&mut Mirror<Sqlite>) -> Result<T, MirrorError>) -> Result<T, CentreError> {
        match &mut *lock(&self.holder) {
            Holder::Mirror(mirror) => {
                body(mirror).map_err(|source| CentreError::Mirror { region: self.region.clone(), source })
            }
            Holder::Engine(_) => Err(CentreError::Embedded(self.region.clone())),
        }
    }
}

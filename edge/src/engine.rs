//! The engine of a region: makes batches durable, merges them into buckets, rolls buckets up and lets them expire.
//!
//! A batch is appended to a journal and committed before it is acknowledged, then merged in memory. A tick writes the
//! buckets that changed and clears the journal in one transaction, so a crash at any point loses nothing and counts
//! nothing twice: the journal holds exactly what the rows do not.
//!
//! Each resolution has a mark up to which its buckets are *closed*, that is, rolled into their parents. What arrives for
//! an open bucket merges into it and is rolled up when it closes; what arrives for a closed one merges into its row and
//! into its ancestors, as far up as they are closed too.

mod memory;
mod review;

use std::collections::{BTreeMap, BTreeSet};

use bonghwa_analytics::bucket::Bucket;
use bonghwa_analytics::frame::{Frame, Row, Sections};
use bonghwa_analytics::identity::KeyId;
use bonghwa_analytics::sketch::SketchError;
use bonghwa_analytics::time::{DAY, Resolution, day_start};
use bonghwa_analytics::watch::{DAYS, Watcher};

use crate::batch::{Batch, encode_buckets};
use crate::database::{Database, DatabaseError, Value};
use crate::history::roll_up;
use crate::schema;
use crate::store::{self, LIVE, MAX_SOURCES, Store, StoreError};
use memory::{Key, Memory};

/// How long a bucket stays open after its end, seconds: most senders' batches have arrived by then.
const GRACE: i64 = 2;
/// How long the digest of a batch is remembered, seconds: a retry within it changes nothing.
const DIGEST_MEMORY: i64 = 2 * DAY;
/// Rows written in memory before a bulk load is flushed.
const FLUSH_ROWS: usize = 384;

/// What an engine needs to know.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// Region code.
    pub region: String,
    /// Key under which identities are hashed.
    pub key: KeyId,
    /// How long rows are kept, by resolution, seconds after a bucket's end or its arrival, whichever is later.
    pub retention: [i64; 4],
    /// Names of a kind (routes, calls, gauges) that one bucket holds.
    pub max_cells: usize,
    /// Longest pause within a session, seconds.
    pub session_gap: i64,
}

impl EngineConfig {
    /// Two seconds for an hour, a minute for two days, five minutes for 35 days, an hour for two years.
    pub const RETENTION: [i64; 4] = [3600, 2 * DAY, 35 * DAY, 730 * DAY];
    /// Names of a kind in a bucket, by default.
    pub const MAX_CELLS: usize = 1000;
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is durable and counted.
    Stored,
    /// It was stored before; nothing changed.
    Duplicate,
}

/// A file whose rows are replaced, never added to, when it is imported again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Name by which the same file is known again (not its path: digests of how it begins). A file that has grown may
    /// have a longer name, which begins with the one it had.
    pub name: String,
    /// Lines it holds.
    pub lines: u64,
    /// Digest of all of it.
    pub digest: [u8; 16],
}

/// What became of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replaced {
    /// First import of this file.
    New,
    /// The file has grown or changed; its rows were replaced.
    Updated,
    /// The same file again; nothing changed.
    Unchanged,
    /// A shorter version of a file that is known in full; nothing changed.
    Shorter,
}

/// Why the engine refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A batch was hashed with another key.
    #[error("the batch was hashed with another fleet key; it was not stored")]
    Key,
    /// A coarse delta for a time that is still counted in finer buckets.
    #[error("a {0:?} delta at {1} s is not over yet; send two-second deltas for it")]
    NotClosed(Resolution, i64),
    /// Too many imported files.
    #[error("this region keeps {MAX_SOURCES} imported files already; no more can be told apart")]
    TooManySources,
}

impl From<DatabaseError> for EngineError {
    fn from(error: DatabaseError) -> Self {
        Self::Store(error.into())
    }
}

impl From<SketchError> for EngineError {
    fn from(error: SketchError) -> Self {
        Self::Store(error.into())
    }
}

/// One region's engine.
pub struct Engine<D> {
    config: EngineConfig,
    store: Store<D>,
    memory: Memory,
    /// Bands of today; state of the series that are judged as buckets close.
    watcher: Watcher,
    /// Whether memory is not what the store and the journal say, because making it anew failed.
    stale: bool,
    swept: i64,
}

impl<D: Database> Engine<D> {
    /// Opens the store, brings back what a crash left in the journal, and closes what is over by `now`.
    pub fn open(db: D, config: EngineConfig, now: i64) -> Result<Self, EngineError> {
        let store = Store::open(db, config.key, config.retention)?;
        let memory = Memory::load(&store, &config, now)?;
        let watcher = Watcher::default();
        let mut engine = Self { config, store, memory, watcher, stale: false, swept: i64::MIN };
        engine.tick(now)?;
        // What was remembered of the last hour is gone, and what came since was not judged.
        let today = day_start(now);
        if engine.newest(Resolution::Minute)?.is_some_and(|start| start >= today) {
            review::mark(&engine.store, &BTreeSet::from([today]), today, 0)?;
        }
        Ok(engine)
    }

    /// Region code.
    pub fn region(&self) -> &str {
        &self.config.region
    }

    /// Days whose rows changed and that are still to be judged.
    pub fn waiting(&self) -> Result<u32, EngineError> {
        let days = review::waiting(&self.store).map_err(StoreError::Database)?;
        Ok(u32::try_from(days).unwrap_or(u32::MAX))
    }

    /// Sequence of the newest row.
    pub const fn seq(&self) -> u64 {
        self.store.seq()
    }

    /// The database, for statements that are not about buckets.
    pub const fn db(&self) -> &D {
        self.store.db()
    }

    /// The instant at which [`tick`](Self::tick) has something to close, if anything is open.
    pub fn due(&self) -> Option<i64> {
        self.memory.due()
    }

    /// Stores batches. When it returns they are durable; batches whose digest is known change nothing.
    pub fn ingest(&mut self, now: i64, batches: &[Batch]) -> Result<Vec<Outcome>, EngineError> {
        self.settle(now)?;
        batches.iter().try_for_each(|batch| self.check(batch))?;
        let outcomes = self.store.transaction(|store| {
            let mut outcomes = Vec::with_capacity(batches.len());
            for batch in batches {
                let outcome = remember(store.db(), batch, now)?;
                if outcome == Outcome::Stored {
                    note(store.db(), &batch.buckets)?;
                }
                outcomes.push(outcome);
            }
            review::mark(store, &days_of(batches), day_start(now) - DAY, now)?;
            Ok::<_, EngineError>(outcomes)
        })?;
        let new = batches.iter().zip(&outcomes).filter(|(_, outcome)| **outcome == Outcome::Stored);
        for (batch, _) in new {
            if self.memory.apply_all(&self.store, &batch.buckets).is_err() {
                // It is in the journal, so it must be in memory before the journal is cleared.
                self.reload(now)?;
                break;
            }
        }
        Ok(outcomes)
    }

    /// Stores batches without the journal, straight into rows: for history in bulk. Durable when it returns.
    pub fn load(&mut self, now: i64, batches: &[Batch]) -> Result<Vec<Outcome>, EngineError> {
        self.settle(now)?;
        batches.iter().try_for_each(|batch| self.check(batch))?;
        let memory = &mut self.memory;
        let result = self.store.transaction(|store| {
            let mut outcomes = Vec::with_capacity(batches.len());
            for batch in batches {
                let outcome = remember(store.db(), batch, now)?;
                if outcome == Outcome::Stored {
                    memory.apply_all(store, &batch.buckets)?;
                }
                if memory.behind() > FLUSH_ROWS {
                    memory.settle();
                    memory.write_rows(store, now)?;
                    memory.written();
                }
                outcomes.push(outcome);
            }
            memory.settle();
            memory.write(store, now)?;
            review::mark(store, &days_of(batches), day_start(now), 0)?;
            Ok::<_, EngineError>(outcomes)
        });
        if result.is_ok() {
            self.memory.written();
        } else {
            // Memory is ahead of the rows now: go back to what the store and the journal say.
            self.reload(now)?;
        }
        result
    }

    /// Puts the rows of a file in the place of those it had, with their roll-up.
    pub fn replace(
        &mut self,
        now: i64,
        source: &Source,
        buckets: &BTreeMap<Key, Bucket>,
    ) -> Result<Replaced, EngineError> {
        let key = self.config.key;
        if buckets.values().any(|bucket| !hashed_with(bucket, key)) {
            return Err(EngineError::Key);
        }
        let mut known = None;
        self.store.db().query(schema::SOURCE_GET, &[Value::Text(&source.name)], &mut |row| {
            known = Some((row.integer(0)?, row.integer(1)? as u64, row.blob(2)?));
            Ok(())
        })?;
        match &known {
            Some((_, _, digest)) if *digest == source.digest => return Ok(Replaced::Unchanged),
            Some((_, lines, _)) if *lines > source.lines => return Ok(Replaced::Shorter),
            _ => {}
        }
        // A file has sessions of its own; they go on from bucket to bucket as live ones do.
        let mut rows = roll_up(buckets.clone(), self.config.session_gap, self.config.max_cells)?;
        self.store.transaction(|store| {
            let id = match known {
                Some((id, ..)) => id,
                None => next_source(store)?,
            };
            let mut old = Vec::new();
            store.db().query(schema::BUCKET_OF_SOURCE, &[Value::Integer(id)], &mut |row| {
                let row_id = row.integer(0)?;
                old.push((store::resolution_of(row_id), store::start_of(row_id)));
                Ok(())
            })?;
            // A bucket that the file no longer touches becomes empty rather than absent, so that readers learn of it.
            for key in old {
                rows.entry(key).or_default();
            }
            for ((resolution, start), bucket) in &rows {
                store.put(*resolution, *start, id as u16, bucket, now)?;
            }
            let days = rows.keys().map(|(_, start)| day_start(*start)).collect();
            review::mark(store, &days, day_start(now), 0)?;
            store.db().execute(
                schema::SOURCE_PUT,
                &[
                    Value::Integer(id),
                    Value::Text(&source.name),
                    Value::Integer(source.lines as i64),
                    Value::Blob(&source.digest),
                ],
            )?;
            Ok(if known.is_some() { Replaced::Updated } else { Replaced::New })
        })
    }

    /// Closes the buckets that are over, writes what changed, clears the journal, lets old rows expire. A clock that
    /// jumps back closes nothing and loses nothing.
    pub fn tick(&mut self, now: i64) -> Result<(), EngineError> {
        self.settle(now)?;
        let (waiting, today) = (review::waiting(&self.store)?, day_start(now.saturating_sub(GRACE)));
        if self.watcher.day().is_some_and(|day| day < today) {
            // What is left of yesterday is held against its own bands, and is in its sheet when today's are learned.
            self.close(today + GRACE)?;
        }
        // While history comes in, bands would have to be learned anew after every day of it.
        if waiting < 2 {
            review::learn(&self.store, &mut self.watcher, today)?;
        }
        self.close(now)?;
        if now.saturating_sub(self.swept) >= 60 {
            self.swept = now;
            self.store.expire(now)?;
            self.store.db().execute(schema::DIGEST_EXPIRE, &[Value::Integer(now)])?;
            self.store.db().execute(schema::SHEET_EXPIRE, &[Value::Integer(now - 2 * DAYS * DAY)])?;
        }
        // One day in a tick: it takes some tens of milliseconds.
        if waiting > 0
            && let Some(again) = review::judge_again(&self.store, &self.memory, now)?
        {
            if again.day == today {
                self.watcher = again.watcher;
                again.open.into_iter().for_each(|(key, alarms)| self.memory.put_alarms(key, alarms));
            } else if review::waiting(&self.store)? == 0 {
                self.watcher.forget_day();
                review::mark(&self.store, &BTreeSet::from([today]), today, 0)?;
            }
        }
        Ok(())
    }

    /// Judges and rolls up what is over, and writes what changed.
    fn close(&mut self, now: i64) -> Result<(), EngineError> {
        self.memory.close(now, &mut self.watcher)?;
        self.memory.settle();
        if self.memory.behind() > 0 {
            // If this fails, the journal still holds what the rows do not, and the next tick writes them all again.
            let memory = &self.memory;
            self.store.transaction(|store| memory.write(store, now))?;
        }
        self.memory.written();
        Ok(())
    }

    /// Rows that start in `from..to`, as far as they are written.
    pub fn frame(&self, resolution: Resolution, from: i64, to: i64, sections: Sections) -> Result<Frame, EngineError> {
        let rows = self.store.rows(resolution, from, to, sections)?;
        Ok(self.frame_of(resolution, rows))
    }

    /// Rows written after a sequence (oldest first, about `limit` of them) and the sequence to go on from.
    pub fn since(&self, seq: u64, limit: usize, sections: Sections) -> Result<(Vec<Frame>, u64), EngineError> {
        Ok(self.store.since(seq, limit, &self.config.region, sections)?)
    }

    /// Start of the newest row of a resolution.
    pub fn newest(&self, resolution: Resolution) -> Result<Option<i64>, EngineError> {
        Ok(self.store.newest(resolution)?)
    }

    fn frame_of(&self, resolution: Resolution, rows: Vec<Row>) -> Frame {
        Frame { region: self.config.region.clone(), key: self.config.key, resolution, rows }
    }

    fn check(&self, batch: &Batch) -> Result<(), EngineError> {
        for ((resolution, start), bucket) in &batch.buckets {
            if *start != resolution.floor(*start) {
                return Err(StoreError::Start(*start).into());
            }
            store::row_id(*resolution, *start, LIVE)?;
            if *resolution != Resolution::TwoSeconds && !self.memory.is_closed((*resolution, *start)) {
                return Err(EngineError::NotClosed(*resolution, *start));
            }
            if !hashed_with(bucket, self.config.key) {
                return Err(EngineError::Key);
            }
        }
        Ok(())
    }

    fn reload(&mut self, now: i64) -> Result<(), EngineError> {
        self.stale = true;
        self.memory = Memory::load(&self.store, &self.config, now)?;
        self.stale = false;
        Ok(())
    }

    /// Catches up on a [`reload`](Self::reload) that failed.
    fn settle(&mut self, now: i64) -> Result<(), EngineError> {
        if self.stale { self.reload(now) } else { Ok(()) }
    }
}

/// The days whose rows batches change.
fn days_of(batches: &[Batch]) -> BTreeSet<i64> {
    batches.iter().flat_map(|batch| batch.buckets.keys()).map(|(_, start)| day_start(*start)).collect()
}

fn remember<D: Database>(db: &D, batch: &Batch, now: i64) -> Result<Outcome, DatabaseError> {
    let params = [Value::Blob(&batch.digest), Value::Integer(now.saturating_add(DIGEST_MEMORY))];
    let new = db.execute(schema::DIGEST_PUT, &params)? > 0;
    Ok(if new { Outcome::Stored } else { Outcome::Duplicate })
}

/// Appends a delta to the journal, in pieces that a row can hold.
fn note<D: Database>(db: &D, buckets: &BTreeMap<Key, Bucket>) -> Result<(), DatabaseError> {
    let mut delta = Vec::new();
    encode_buckets(buckets, &mut delta);
    let mut pieces = delta.chunks(schema::PIECE).peekable();
    while let Some(piece) = pieces.next() {
        let more = i64::from(pieces.peek().is_some());
        db.execute(schema::JOURNAL_PUT, &[Value::Blob(piece), Value::Integer(more)])?;
    }
    Ok(())
}

fn next_source<D: Database>(store: &Store<D>) -> Result<i64, EngineError> {
    let mut id = 0;
    store.db().query(schema::SOURCE_NEXT, &[], &mut |row| {
        id = row.integer(0)?;
        Ok(())
    })?;
    if id > MAX_SOURCES { Err(EngineError::TooManySources) } else { Ok(id) }
}

fn hashed_with(bucket: &Bucket, key: KeyId) -> bool {
    bucket.concurrency.values().all(|entry| entry.sketch.scheme().key == key)
}

//! The engine of a region: makes batches durable, merges them into buckets, rolls buckets up and lets them expire.
//!
//! A batch is appended to a journal and committed before it is acknowledged, then merged in memory. A tick writes the
//! buckets that changed and clears the journal in one transaction, so a crash at any point loses nothing and counts
//! nothing twice: the journal holds exactly what the rows do not.
//!
//! Each resolution has a mark up to which its buckets are *closed*, that is, rolled into their parents. What arrives for
//! an open bucket merges into it and is rolled up when it closes; what arrives for a closed one merges into its row and
//! into its ancestors, as far up as they are closed too.

use std::collections::{BTreeMap, BTreeSet};

use bonghwa_analytics::bucket::Bucket;
use bonghwa_analytics::codec::{Reader, put_i64, put_u64};
use bonghwa_analytics::frame::{Frame, Row, Sections};
use bonghwa_analytics::identity::KeyId;
use bonghwa_analytics::sketch::SketchError;
use bonghwa_analytics::time::{DAY, Resolution};

use crate::batch::Batch;
use crate::database::{Database, DatabaseError, Value};
use crate::schema;
use crate::store::{self, LIVE, MAX_SOURCES, Store, StoreError};

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

type Key = (Resolution, i64);

/// One region's engine.
pub struct Engine<D> {
    config: EngineConfig,
    store: Store<D>,
    /// Open buckets, and closed ones that changed since the last flush.
    live: BTreeMap<Key, Bucket>,
    /// Buckets whose row is behind what `live` holds.
    dirty: BTreeSet<Key>,
    /// By resolution: every bucket that ends at or before this has been rolled into its parent.
    closed: [i64; 4],
    swept: i64,
}

impl<D: Database> Engine<D> {
    /// Opens the store, brings back what a crash left in the journal, and closes what is over by `now`.
    pub fn open(db: D, config: EngineConfig, now: i64) -> Result<Self, EngineError> {
        let store = Store::open(db, config.key)?;
        let mut engine =
            Self { config, store, live: BTreeMap::new(), dirty: BTreeSet::new(), closed: [0; 4], swept: i64::MIN };
        engine.reload(now)?;
        engine.tick(now)?;
        Ok(engine)
    }

    /// Region code.
    pub fn region(&self) -> &str {
        &self.config.region
    }

    /// Sequence of the newest row.
    pub const fn seq(&self) -> u64 {
        self.store.seq()
    }

    /// Stores batches. When it returns they are durable; batches whose digest is known change nothing.
    pub fn ingest(&mut self, now: i64, batches: &[Batch]) -> Result<Vec<Outcome>, EngineError> {
        batches.iter().try_for_each(|batch| self.check(batch))?;
        let outcomes = self.store.transaction(|store| {
            let mut outcomes = Vec::with_capacity(batches.len());
            let mut delta = Vec::new();
            for batch in batches {
                let outcome = remember(store.db(), batch, now)?;
                if outcome == Outcome::Stored {
                    delta.clear();
                    encode_delta(&batch.buckets, &mut delta);
                    store.db().execute(schema::JOURNAL_PUT, &[Value::Blob(&delta)])?;
                }
                outcomes.push(outcome);
            }
            Ok::<_, EngineError>(outcomes)
        })?;
        let new = batches.iter().zip(&outcomes).filter(|(_, outcome)| **outcome == Outcome::Stored);
        for (batch, _) in new {
            if self.apply_all(&batch.buckets).is_err() {
                // It is in the journal, so it must be in memory before the journal is cleared.
                self.reload(now)?;
                break;
            }
        }
        Ok(outcomes)
    }

    /// Stores batches without the journal, straight into rows: for history in bulk. Durable when it returns.
    pub fn load(&mut self, now: i64, batches: &[Batch]) -> Result<Vec<Outcome>, EngineError> {
        batches.iter().try_for_each(|batch| self.check(batch))?;
        self.store.db().begin()?;
        let result = self.load_open(now, batches).and_then(|outcomes| {
            self.write_all(now)?;
            self.store.db().commit()?;
            Ok(outcomes)
        });
        if result.is_ok() {
            self.forget_closed();
        } else {
            // Memory is ahead of the rows now: go back to what the store and the journal say.
            let _ = self.store.db().rollback();
            self.reload(now)?;
        }
        result
    }

    fn load_open(&mut self, now: i64, batches: &[Batch]) -> Result<Vec<Outcome>, EngineError> {
        let mut outcomes = Vec::with_capacity(batches.len());
        for batch in batches {
            let outcome = remember(self.store.db(), batch, now)?;
            if outcome == Outcome::Stored {
                self.apply_all(&batch.buckets)?;
            }
            if self.dirty.len() > FLUSH_ROWS {
                self.write_dirty(now)?;
                self.forget_closed();
            }
            outcomes.push(outcome);
        }
        Ok(outcomes)
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
        let mut rows: BTreeMap<Key, Bucket> = BTreeMap::new();
        for ((resolution, start), bucket) in buckets {
            let mut level = Some(*resolution);
            while let Some(r) = level {
                rows.entry((r, r.floor(*start))).or_default().merge_limited(bucket, self.config.max_cells)?;
                level = r.parent();
            }
        }
        let retention = self.config.retention;
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
                let expires = expiry(retention, *resolution, *start, now);
                store.put(*resolution, *start, id as u16, bucket, expires)?;
            }
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
        let horizon = now.saturating_sub(GRACE);
        for resolution in Resolution::ALL {
            let level = resolution.code() as usize;
            let mark = resolution.floor(horizon).max(self.closed[level]);
            let width = resolution.seconds();
            let over: Vec<Key> = self
                .live
                .range((resolution, self.closed[level] - width + 1)..(resolution, mark - width + 1))
                .map(|(key, _)| *key)
                .collect();
            self.closed[level] = mark;
            for key in over {
                self.dirty.insert(key);
                if let (Some(parent), Some(bucket)) = (resolution.parent(), self.live.get(&key)) {
                    let bucket = bucket.clone();
                    let up = (parent, parent.floor(key.1));
                    self.live.entry(up).or_default().merge_limited(&bucket, self.config.max_cells)?;
                }
            }
        }
        self.flush(now)?;
        if now.saturating_sub(self.swept) >= 60 {
            self.sweep(now)?;
        }
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
            if *resolution != Resolution::TwoSeconds && !self.is_closed((*resolution, *start)) {
                return Err(EngineError::NotClosed(*resolution, *start));
            }
            if !hashed_with(bucket, self.config.key) {
                return Err(EngineError::Key);
            }
        }
        Ok(())
    }

    fn is_closed(&self, (resolution, start): Key) -> bool {
        start + resolution.seconds() <= self.closed[resolution.code() as usize]
    }

    fn apply_all(&mut self, buckets: &BTreeMap<Key, Bucket>) -> Result<(), EngineError> {
        for (key, delta) in buckets {
            self.apply(*key, delta)?;
        }
        Ok(())
    }

    fn apply(&mut self, key: Key, delta: &Bucket) -> Result<(), EngineError> {
        let closed = self.is_closed(key);
        if closed && !self.live.contains_key(&key) {
            let stored = self.store.get(key.0, key.1, LIVE)?;
            self.live.insert(key, stored.unwrap_or_default());
        }
        self.live.entry(key).or_default().merge_limited(delta, self.config.max_cells)?;
        // Open coarse buckets are made again from their children after a crash, so only these need a row.
        if closed || key.0 == Resolution::TwoSeconds {
            self.dirty.insert(key);
        }
        match key.0.parent() {
            Some(parent) if closed => self.apply((parent, parent.floor(key.1)), delta),
            _ => Ok(()),
        }
    }

    fn flush(&mut self, now: i64) -> Result<(), EngineError> {
        if !self.dirty.is_empty() {
            self.store.db().begin()?;
            let written = self.write_all(now).and_then(|()| Ok(self.store.db().commit()?));
            if let Err(error) = written {
                // The journal still holds what the rows do not; the next tick writes them all again.
                let _ = self.store.db().rollback();
                self.dirty.extend(self.live.keys().copied().filter(|key| key.0 == Resolution::TwoSeconds));
                self.dirty.extend(
                    self.live
                        .keys()
                        .copied()
                        .filter(|key| key.1 + key.0.seconds() <= self.closed[key.0.code() as usize]),
                );
                return Err(error);
            }
        }
        self.forget_closed();
        Ok(())
    }

    /// Writes every row that is behind; after that the journal holds nothing that the rows do not.
    fn write_all(&mut self, now: i64) -> Result<(), EngineError> {
        self.write_dirty(now)?;
        self.store.db().execute(schema::JOURNAL_CLEAR, &[])?;
        for (level, name) in CLOSED.iter().enumerate() {
            self.store.set_meta(name, self.closed[level])?;
        }
        self.store.set_meta("seq", self.store.seq() as i64)?;
        Ok(())
    }

    fn write_dirty(&mut self, now: i64) -> Result<(), EngineError> {
        for (resolution, start) in std::mem::take(&mut self.dirty) {
            if let Some(bucket) = self.live.get(&(resolution, start)) {
                let expires = expiry(self.config.retention, resolution, start, now);
                self.store.put(resolution, start, LIVE, bucket, expires)?;
            }
        }
        Ok(())
    }

    fn forget_closed(&mut self) {
        let closed = self.closed;
        self.live.retain(|(resolution, start), _| start + resolution.seconds() > closed[resolution.code() as usize]);
    }

    /// Makes memory anew from rows and journal.
    fn reload(&mut self, now: i64) -> Result<(), EngineError> {
        self.live.clear();
        self.dirty.clear();
        for (level, resolution) in Resolution::ALL.into_iter().enumerate() {
            self.closed[level] = match self.store.meta(CLOSED[level])? {
                Some(mark) => mark,
                None => resolution.floor(now.saturating_sub(GRACE)),
            };
        }
        let two = Resolution::TwoSeconds;
        for (start, bucket) in self.store.live(two, self.closed[two.code() as usize], i64::MAX)? {
            self.live.insert((two, start), bucket);
        }
        for pair in Resolution::ALL.windows(2) {
            let (child, parent) = (pair[0], pair[1]);
            let (from, to) = (self.closed[parent.code() as usize], self.closed[child.code() as usize]);
            for (start, bucket) in self.store.live(child, from, to)? {
                let up = self.live.entry((parent, parent.floor(start))).or_default();
                up.merge_limited(&bucket, self.config.max_cells)?;
            }
        }
        let mut journal = Vec::new();
        self.store.db().query(schema::JOURNAL_ALL, &[], &mut |row| {
            journal.push(row.blob(0)?);
            Ok(())
        })?;
        for delta in journal {
            let buckets = decode_delta(&delta).map_err(StoreError::Row)?;
            self.apply_all(&buckets)?;
        }
        Ok(())
    }

    fn sweep(&mut self, now: i64) -> Result<(), EngineError> {
        self.swept = now;
        for resolution in Resolution::ALL {
            let before = now.saturating_sub(self.config.retention[resolution.code() as usize]);
            self.store.expire(resolution, before, now)?;
        }
        store::alone(self.store.db(), schema::DIGEST_EXPIRE, &[Value::Integer(now)])?;
        Ok(())
    }
}

const CLOSED: [&str; 4] = ["closed_two_seconds", "closed_minute", "closed_five_minutes", "closed_hour"];

fn expiry(retention: [i64; 4], resolution: Resolution, start: i64, now: i64) -> i64 {
    (start + resolution.seconds()).max(now).saturating_add(retention[resolution.code() as usize])
}

fn remember<D: Database>(db: &mut D, batch: &Batch, now: i64) -> Result<Outcome, DatabaseError> {
    let params = [Value::Blob(&batch.digest), Value::Integer(now.saturating_add(DIGEST_MEMORY))];
    let new = db.execute(schema::DIGEST_PUT, &params)? > 0;
    Ok(if new { Outcome::Stored } else { Outcome::Duplicate })
}

fn next_source<D: Database>(store: &mut Store<D>) -> Result<i64, EngineError> {
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

fn encode_delta(buckets: &BTreeMap<Key, Bucket>, out: &mut Vec<u8>) {
    put_u64(out, buckets.len() as u64);
    for ((resolution, start), bucket) in buckets {
        out.push(resolution.code());
        put_i64(out, *start);
        bucket.encode(out);
    }
}

fn decode_delta(bytes: &[u8]) -> Result<BTreeMap<Key, Bucket>, bonghwa_analytics::codec::CodecError> {
    let mut r = Reader::new(bytes);
    let mut buckets = BTreeMap::new();
    for _ in 0..r.count(4, "delta buckets")? {
        let resolution = Resolution::from_code(r.u8("resolution")?).ok_or(r.invalid("resolution"))?;
        let start = r.i64("start")?;
        buckets.insert((resolution, start), Bucket::decode(&mut r)?);
    }
    r.finish("delta")?;
    Ok(buckets)
}

//! What an engine holds in memory: open buckets, and closed ones that changed since they were written.

use std::collections::{BTreeMap, BTreeSet};

use bonghwa_analytics::bucket::Bucket;
use bonghwa_analytics::summary::Summary;
use bonghwa_analytics::time::Resolution;
use bonghwa_analytics::watch::{Identities, Watcher, Which};

use super::{EngineError, GRACE};
use crate::batch::decode_buckets;
use crate::database::Database;
use crate::schema;
use crate::store::{LIVE, Store, StoreError};

/// A bucket of live telemetry: resolution and start.
pub(super) type Key = (Resolution, i64);

const CLOSED: [&str; 4] = ["closed_two_seconds", "closed_minute", "closed_five_minutes", "closed_hour"];

/// Buckets that the rows of a [`Store`] do not hold yet. Nothing here writes but [`write`](Self::write), so a
/// transaction that fails leaves it as it was.
pub(super) struct Memory {
    /// Names of a kind that one bucket holds.
    max_cells: usize,
    /// Open buckets, and closed ones that changed since the last flush.
    live: BTreeMap<Key, Bucket>,
    /// Buckets whose row is behind what `live` holds.
    dirty: BTreeSet<Key>,
    /// By resolution: every bucket that ends at or before this has been rolled into its parent.
    closed: [i64; 4],
}

impl Memory {
    /// Makes memory from rows and journal.
    pub(super) fn load<D: Database>(store: &Store<D>, max_cells: usize, now: i64) -> Result<Self, EngineError> {
        let mut memory = Self { max_cells, live: BTreeMap::new(), dirty: BTreeSet::new(), closed: [0; 4] };
        for (level, resolution) in Resolution::ALL.into_iter().enumerate() {
            memory.closed[level] = match store.meta(CLOSED[level])? {
                Some(mark) => mark,
                None => resolution.floor(now.saturating_sub(GRACE)),
            };
        }
        let two = Resolution::TwoSeconds;
        for (start, bucket) in store.live(two, memory.closed[two.code() as usize], i64::MAX)? {
            memory.live.insert((two, start), bucket);
        }
        for pair in Resolution::ALL.windows(2) {
            let (child, parent) = (pair[0], pair[1]);
            let (from, to) = (memory.closed[parent.code() as usize], memory.closed[child.code() as usize]);
            for (start, bucket) in store.live(child, from, to)? {
                let up = memory.live.entry((parent, parent.floor(start))).or_default();
                up.merge_limited(&bucket, max_cells)?;
            }
        }
        let (mut journal, mut delta) = (Vec::new(), Vec::new());
        store.db().query(schema::JOURNAL_ALL, &[], &mut |row| {
            delta.extend(row.blob(0)?);
            if row.integer(1)? == 0 {
                journal.push(std::mem::take(&mut delta));
            }
            Ok(())
        })?;
        for delta in journal {
            memory.apply_all(store, &decode_buckets(&delta).map_err(StoreError::Row)?)?;
        }
        Ok(memory)
    }

    /// Whether a bucket was rolled into its parent.
    pub(super) fn is_closed(&self, (resolution, start): Key) -> bool {
        start + resolution.seconds() <= self.closed[resolution.code() as usize]
    }

    /// Number of buckets that [`write`](Self::write) would write.
    pub(super) fn behind(&self) -> usize {
        self.dirty.len()
    }

    /// The instant from which a tick closes a bucket that is open now, if one is.
    pub(super) fn due(&self) -> Option<i64> {
        self.live.keys().map(|(resolution, start)| start + resolution.seconds() + GRACE).min()
    }

    /// Merges deltas. What is closed is brought back from the store and takes its ancestors along, as far up as they are
    /// closed too.
    pub(super) fn apply_all<D: Database>(
        &mut self,
        store: &Store<D>,
        buckets: &BTreeMap<Key, Bucket>,
    ) -> Result<(), EngineError> {
        buckets.iter().try_for_each(|(key, delta)| self.apply(store, *key, delta))
    }

    fn apply<D: Database>(&mut self, store: &Store<D>, key: Key, delta: &Bucket) -> Result<(), EngineError> {
        let closed = self.is_closed(key);
        if closed && !self.live.contains_key(&key) {
            let stored = store.get(key.0, key.1, LIVE)?;
            self.live.insert(key, stored.unwrap_or_default());
        }
        self.live.entry(key).or_default().merge_limited(delta, self.max_cells)?;
        // Open coarse buckets are made again from their children after a crash, so only these need a row.
        if closed || key.0 == Resolution::TwoSeconds {
            self.dirty.insert(key);
        }
        match key.0.parent() {
            Some(parent) if closed => self.apply(store, (parent, parent.floor(key.1)), delta),
            _ => Ok(()),
        }
    }

    /// Judges the buckets that are over and rolls them into their parents.
    pub(super) fn close(&mut self, now: i64, watcher: &mut Watcher) -> Result<(), EngineError> {
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
                if let Some(bucket) = self.live.get_mut(&key) {
                    judge(watcher, key, bucket);
                }
                if let (Some(parent), Some(bucket)) = (resolution.parent(), self.live.get(&key)) {
                    let bucket = bucket.clone();
                    let up = (parent, parent.floor(key.1));
                    self.live.entry(up).or_default().merge_limited(&bucket, self.max_cells)?;
                }
            }
        }
        Ok(())
    }

    /// Writes every row that is behind; after that the journal holds nothing that the rows do not. Once that is durable,
    /// say so by [`written`](Self::written).
    pub(super) fn write<D: Database>(&self, store: &Store<D>, now: i64) -> Result<(), EngineError> {
        self.write_rows(store, now)?;
        store.db().execute(schema::JOURNAL_CLEAR, &[])?;
        for (level, name) in CLOSED.iter().enumerate() {
            store.set_meta(name, self.closed[level])?;
        }
        Ok(())
    }

    /// Writes every row that is behind and leaves the journal.
    pub(super) fn write_rows<D: Database>(&self, store: &Store<D>, now: i64) -> Result<(), EngineError> {
        for (resolution, start) in &self.dirty {
            if let Some(bucket) = self.live.get(&(*resolution, *start)) {
                store.put(*resolution, *start, LIVE, bucket, now)?;
            }
        }
        Ok(())
    }

    /// Forgets closed buckets, whose rows hold the same.
    pub(super) fn written(&mut self) {
        self.dirty.clear();
        let closed = self.closed;
        self.live.retain(|(resolution, start), _| start + resolution.seconds() > closed[resolution.code() as usize]);
    }
}

/// All but distinct users is judged by the minute, so that nobody waits for five.
fn judge(watcher: &mut Watcher, (resolution, start): Key, bucket: &mut Bucket) {
    let width = resolution.seconds();
    match resolution {
        Resolution::Minute => watcher.judge(start, width, bucket, &Identities::new(), Which::Minute),
        Resolution::FiveMinutes => watcher.judge(start, width, bucket, &Summary::of(bucket).users, Which::Users),
        Resolution::TwoSeconds | Resolution::Hour => {}
    }
}

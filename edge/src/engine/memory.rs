//! What an engine holds in memory: open buckets, and closed ones that changed since they were written.

use std::collections::{BTreeMap, BTreeSet};

use bonghwa_analytics::bucket::Bucket;
use bonghwa_analytics::session::{Carry, LISTED_AGE, Sessions};
use bonghwa_analytics::summary::Summary;
use bonghwa_analytics::time::Resolution;
use bonghwa_analytics::watch::{Alarms, Identities, Watcher, Which};

use super::{EngineConfig, EngineError, GRACE};
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
    /// Sessions that go on from bucket to bucket.
    carry: Carry,
}

impl Memory {
    /// Makes memory from rows and journal.
    pub(super) fn load<D: Database>(store: &Store<D>, config: &EngineConfig, now: i64) -> Result<Self, EngineError> {
        let (max_cells, carry) = (config.max_cells, Carry::new(config.session_gap));
        let mut memory = Self { max_cells, live: BTreeMap::new(), dirty: BTreeSet::new(), closed: [0; 4], carry };
        for (level, resolution) in Resolution::ALL.into_iter().enumerate() {
            memory.closed[level] = match store.meta(CLOSED[level])? {
                Some(mark) => mark,
                None => resolution.floor(now.saturating_sub(GRACE)),
            };
        }
        memory.resume(store, config.session_gap)?;
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

    /// Makes the sessions that go on again: those listed from the rows that list them, the others from the rows of two
    /// seconds, which hold everyone.
    fn resume<D: Database>(&mut self, store: &Store<D>, gap: i64) -> Result<(), EngineError> {
        let to = self.closed[Resolution::TwoSeconds as usize];
        let from = to.saturating_sub(gap.saturating_add(LISTED_AGE));
        for sessions in store.sessions(Resolution::TwoSeconds, from, to)? {
            self.carry.take(&sessions);
        }
        for resolution in [Resolution::Minute, Resolution::FiveMinutes] {
            for sessions in store.sessions(resolution, from, to)? {
                self.carry.resume(&sessions);
            }
        }
        Ok(())
    }

    /// Whether a bucket was rolled into its parent.
    pub(super) fn is_closed(&self, (resolution, start): Key) -> bool {
        start + resolution.seconds() <= self.closed[resolution.code() as usize]
    }

    /// The instant up to which buckets of a resolution were rolled into their parents.
    pub(super) const fn closed(&self, resolution: Resolution) -> i64 {
        self.closed[resolution as usize]
    }

    /// Gives a bucket that is open, and has alarms or may get some, those that its parts are now known to have.
    pub(super) fn put_alarms(&mut self, key: Key, alarms: Alarms) {
        if let Some(bucket) = self.live.get_mut(&key) {
            bucket.alarms = alarms;
        }
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
        buckets.iter().try_for_each(|(key, delta)| {
            // What is open is carried on when it closes, in order of time.
            let closed = delta.sessions.as_ref().filter(|_| self.is_closed(*key));
            let mut lifted = closed.map(|sessions| {
                self.carry.resume(sessions);
                self.carry.take(sessions)
            });
            self.apply(store, *key, delta, &mut lifted)
        })
    }

    /// `lifted` is what a delta for a closed bucket means for the sessions of coarser ones, beside its counts.
    fn apply<D: Database>(
        &mut self,
        store: &Store<D>,
        key: Key,
        delta: &Bucket,
        lifted: &mut Option<Sessions>,
    ) -> Result<(), EngineError> {
        let closed = self.is_closed(key);
        if closed && !self.live.contains_key(&key) {
            let stored = store.get(key.0, key.1, LIVE)?;
            self.live.insert(key, stored.unwrap_or_default());
        }
        let bucket = self.live.entry(key).or_default();
        bucket.merge_limited(delta, self.max_cells)?;
        if key.0 > Resolution::TwoSeconds
            && let (Some(lifted), Some(sessions)) = (lifted.as_mut(), &mut bucket.sessions)
        {
            sessions.lift(lifted);
            if key.0 == Resolution::Minute {
                sessions.mark_minute();
                lifted.take_peaks(sessions, delta.sessions.as_deref());
            }
        }
        // Open coarse buckets are made again from their children after a crash, so only these need a row.
        if closed || key.0 == Resolution::TwoSeconds {
            self.dirty.insert(key);
        }
        match key.0.parent() {
            Some(parent) if closed => self.apply(store, (parent, parent.floor(key.1)), delta, lifted),
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
                let Some(bucket) = self.live.get_mut(&key) else { continue };
                judge(watcher, key, bucket);
                let mut lifted = None;
                if let Some(sessions) = &mut bucket.sessions {
                    match resolution {
                        Resolution::TwoSeconds => lifted = Some(self.carry.take(sessions)),
                        Resolution::Minute => sessions.mark_minute(),
                        Resolution::FiveMinutes | Resolution::Hour => {}
                    }
                }
                if let Some(parent) = resolution.parent() {
                    let whole = bucket.clone();
                    let up = self.live.entry((parent, parent.floor(key.1))).or_default();
                    up.merge_limited(&whole, self.max_cells)?;
                    if let (Some(sessions), Some(lifted)) = (&mut up.sessions, lifted) {
                        sessions.lift(&lifted);
                    }
                }
            }
        }
        Ok(())
    }

    /// Leaves out of the rows that will be written what rows do not tell of sessions. Before that, so that what comes
    /// late in many pieces is counted as if it had come in one.
    pub(super) fn settle(&mut self) {
        for key in self.dirty.iter().filter(|(resolution, _)| *resolution > Resolution::TwoSeconds) {
            if let Some(sessions) = self.live.get_mut(key).and_then(|bucket| bucket.sessions.as_mut()) {
                sessions.settle();
            }
        }
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

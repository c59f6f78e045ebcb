//! Rows of buckets in a [`Database`]: what an edge keeps, and what the centre keeps of the whole nation.

use std::cell::Cell;

use bonghwa_analytics::bucket::Bucket;
use bonghwa_analytics::codec::CodecError;
use bonghwa_analytics::frame::{Form, Frame, Row as FrameRow, Sections, bucket_of, encode_registers};
use bonghwa_analytics::identity::KeyId;
use bonghwa_analytics::session::Sessions;
use bonghwa_analytics::sketch::SketchError;
use bonghwa_analytics::summary::Summary;
use bonghwa_analytics::time::Resolution;

use crate::batch::encode_sessions;
use crate::database::{Database, DatabaseError, Value, transaction};
use crate::schema::{self, PIECE};

/// Source of live telemetry; imports have sources of their own, from 1 on.
pub const LIVE: u16 = 0;
/// Sources an edge can keep apart.
pub const MAX_SOURCES: i64 = 1023;
/// Latest start of a bucket that the row numbers have room for, seconds (the year 71,000).
const MAX_START: i64 = (1 << 41) - 1;

/// Why the store refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// A stored row cannot be read.
    #[error("a stored row is damaged: {0}; move the data folder away and restore a copy")]
    Row(#[from] CodecError),
    /// The folder was written with another fleet key.
    #[error("the data was written with another fleet key; put the old key back or start with an empty data folder")]
    Key,
    /// Identities were hashed differently.
    #[error(transparent)]
    Sketch(#[from] SketchError),
    /// A bucket lies outside of what can be stored.
    #[error("a bucket at {0} s lies outside of the years that can be stored")]
    Start(i64),
}

/// Bytes of rows with all their sections that [`Store::since`] gives at once: a Durable Object has 128 MB for everything.
const PAGE_BYTES: i64 = 8 << 20;

/// Buckets by resolution, start and source.
pub struct Store<D> {
    db: D,
    key: KeyId,
    retention: [i64; 4],
    /// In a cell, so that whoever writes in a transaction needs the store no more exclusively than the database does.
    seq: Cell<u64>,
}

impl<D: Database> Store<D> {
    /// Opens the database, brings its tables up to date and checks that it was written with this key. Rows are kept for
    /// `retention`, seconds by resolution, after a bucket's end or its arrival, whichever is later.
    pub fn open(db: D, key: KeyId, retention: [i64; 4]) -> Result<Self, StoreError> {
        schema::migrate(&db)?;
        let store = Self { db, key, retention, seq: Cell::new(0) };
        // The key id has 64 bits, an integer of the database 53.
        let halves = [("key_high", (key.0 >> 32) as i64), ("key_low", i64::from(key.0 as u32))];
        for (name, half) in halves {
            match store.meta(name)? {
                Some(stored) if stored != half => return Err(StoreError::Key),
                Some(_) => {}
                None => store.set_meta(name, half)?,
            }
        }
        store.seq.set(store.meta("seq")?.unwrap_or(0) as u64);
        Ok(store)
    }

    /// Key under which identities are hashed.
    pub const fn key(&self) -> KeyId {
        self.key
    }

    /// Sequence of the newest row.
    pub const fn seq(&self) -> u64 {
        self.seq.get()
    }

    /// The database, for statements that are not about buckets.
    pub const fn db(&self) -> &D {
        &self.db
    }

    /// Runs `body` in a transaction; a failure leaves rows and sequence as they were.
    pub fn transaction<T, E: From<DatabaseError>>(&self, body: impl FnOnce(&Self) -> Result<T, E>) -> Result<T, E> {
        let before = self.seq();
        let result = transaction(&self.db, || {
            let value = body(self)?;
            self.set_meta("seq", self.seq() as i64)?;
            Ok(value)
        });
        if result.is_err() {
            self.seq.set(before);
        }
        result
    }

    /// A number kept under a name.
    pub fn meta(&self, name: &str) -> Result<Option<i64>, DatabaseError> {
        let mut value = None;
        self.db.query(schema::META_GET, &[Value::Text(name)], &mut |row| {
            value = Some(row.integer(0)?);
            Ok(())
        })?;
        Ok(value)
    }

    /// Keeps a number under a name.
    pub fn set_meta(&self, name: &str, value: i64) -> Result<(), DatabaseError> {
        self.db.execute(schema::META_PUT, &[Value::Text(name), Value::Integer(value)]).map(drop)
    }

    /// Writes a bucket that is known at `now` in place of the one that was there. Call it in a transaction.
    pub fn put(
        &self,
        resolution: Resolution,
        start: i64,
        source: u16,
        bucket: &Bucket,
        now: i64,
    ) -> Result<(), StoreError> {
        let id = row_id(resolution, start, source)?;
        let kept = self.retention[resolution.code() as usize];
        let expires = (start + resolution.seconds()).max(now).saturating_add(kept);
        let seq = self.seq() + 1;
        let row = full_row(start, seq, bucket);
        let sections = [row.summary, row.cells, row.registers, row.sessions].map(Option::unwrap_or_default);
        let [summary, cells, registers, sessions] = &sections;
        let mut pieces = cells.chunks(PIECE);
        let params = [
            Value::Integer(id),
            Value::Integer(seq as i64),
            Value::Integer(expires),
            Value::Blob(summary),
            Value::Blob(pieces.next().unwrap_or_default()),
            Value::Blob(registers),
            Value::Blob(sessions),
        ];
        self.db.execute(schema::BUCKET_PUT, &params)?;
        // Cells shorter than a piece have no overflow, whatever an earlier version of the row left there.
        if cells.len() >= PIECE {
            self.db.execute(schema::OVERFLOW_CLEAR, &[Value::Integer(id)])?;
            for (part, piece) in (1..).zip(pieces) {
                let params = [Value::Integer(id), Value::Integer(part), Value::Blob(piece)];
                self.db.execute(schema::OVERFLOW_PUT, &params)?;
            }
        }
        self.seq.set(seq);
        Ok(())
    }

    /// The bucket of one source.
    pub fn get(&self, resolution: Resolution, start: i64, source: u16) -> Result<Option<Bucket>, StoreError> {
        let id = row_id(resolution, start, source)?;
        let stored = self.stored(&[Value::Integer(id), Value::Integer(id + 1)])?;
        stored.first().map(|row| self.bucket(&row.1)).transpose()
    }

    /// Rows that start in `from..to`, all sources of a bucket merged into one row, in order.
    pub fn rows(
        &self,
        resolution: Resolution,
        from: i64,
        to: i64,
        sections: Sections,
    ) -> Result<Vec<FrameRow>, StoreError> {
        let range = id_range(resolution, from, to)?;
        let stored = match sections {
            Sections { cells: false, registers: false, sessions: false, .. } => self.narrow(&range, false)?,
            Sections { summary: false, cells: false, registers: false, .. } => self.narrow(&range, true)?,
            Sections { registers: false, sessions: false, .. } => self.read(schema::BUCKET_RANGE_CELLS, &range)?,
            _ => self.stored(&range)?,
        };
        self.combine_sources(stored, resolution, sections)
    }

    /// Buckets of live telemetry that start in `from..to`.
    pub fn live(&self, resolution: Resolution, from: i64, to: i64) -> Result<Vec<(i64, Bucket)>, StoreError> {
        let mut stored = self.stored(&id_range(resolution, from, to)?)?;
        stored.retain(|(id, _)| id % (MAX_SOURCES + 1) == i64::from(LIVE));
        stored.iter().map(|(_, row)| Ok((row.start, self.bucket(row)?))).collect()
    }

    /// What rows of live telemetry that start in `from..to` know of sessions, in order of time.
    pub fn sessions(&self, resolution: Resolution, from: i64, to: i64) -> Result<Vec<Box<Sessions>>, StoreError> {
        let mut stored = self.narrow(&id_range(resolution, from, to)?, true)?;
        stored.retain(|(id, _)| id % (MAX_SOURCES + 1) == i64::from(LIVE));
        let bytes = stored.iter().map(|(_, row)| row.sessions.as_deref().unwrap_or_default());
        bytes.filter_map(|bytes| Sessions::decode(bytes).map_err(StoreError::Row).transpose()).collect()
    }

    /// Rows written after a sequence, oldest first, at most about `limit`; and the sequence to go on from. A sequence that
    /// was not reached yet is of another database in this one's place, so reading begins anew.
    pub fn since(
        &self,
        seq: u64,
        limit: usize,
        region: &str,
        sections: Sections,
    ) -> Result<(Vec<Frame>, u64), StoreError> {
        let seq = if seq > self.seq() { 0 } else { seq };
        let (mut next, mut bytes) = (seq, 0);
        let whole = sections.cells || sections.registers || sections.sessions;
        let mut changed: [Vec<i64>; 4] = Default::default();
        let params = [Value::Integer(seq as i64), Value::Integer(limit as i64)];
        self.db.query(schema::BUCKET_SINCE, &params, &mut |row| {
            if bytes < PAGE_BYTES || !whole {
                let id = row.integer(0)?;
                next = row.integer(1)? as u64;
                bytes += row.integer(2)?;
                changed[resolution_of(id).code() as usize].push(start_of(id));
            }
            Ok(())
        })?;
        let mut frames = Vec::new();
        for (resolution, mut starts) in Resolution::ALL.into_iter().zip(changed) {
            starts.sort_unstable();
            starts.dedup();
            let mut rows = Vec::with_capacity(starts.len());
            // Neighbouring buckets are read in one go.
            for run in starts.chunk_by(|a, b| b - a == resolution.seconds()) {
                let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
                rows.extend(self.rows(resolution, *first, last + resolution.seconds(), sections)?);
            }
            if !rows.is_empty() {
                frames.push(Frame { region: region.to_owned(), key: self.key, resolution, rows });
            }
        }
        Ok((frames, next))
    }

    /// Start of the newest bucket.
    pub fn newest(&self, resolution: Resolution) -> Result<Option<i64>, StoreError> {
        let mut newest = None;
        let range = id_range(resolution, 0, MAX_START)?;
        self.db.query(schema::BUCKET_NEWEST, &range, &mut |row| {
            newest = Some(start_of(row.integer(0)?));
            Ok(())
        })?;
        Ok(newest)
    }

    /// Deletes the rows that have expired by `now`. Imported files are kept from their arrival on, so the start of a row
    /// alone does not tell.
    pub fn expire(&self, now: i64) -> Result<u64, StoreError> {
        let mut deleted = 0;
        for resolution in Resolution::ALL {
            let before = now.saturating_sub(self.retention[resolution.code() as usize]);
            let [from, to] = id_range(resolution, 0, before)?;
            deleted += self.db.execute(schema::BUCKET_EXPIRE, &[from, to, Value::Integer(now)])?;
        }
        if deleted > 0 {
            self.db.execute(schema::OVERFLOW_EXPIRE, &[])?;
        }
        Ok(deleted)
    }

    /// Whole rows as they are stored, by their numbers.
    fn stored(&self, range: &[Value<'_>; 2]) -> Result<Vec<(i64, FrameRow)>, StoreError> {
        self.read(schema::BUCKET_RANGE, range)
    }

    fn read(&self, sql: &str, range: &[Value<'_>; 2]) -> Result<Vec<(i64, FrameRow)>, StoreError> {
        let mut stored = Vec::new();
        self.db.query(sql, range, &mut |row| {
            let id = row.integer(0)?;
            let (summary, cells, registers) = (Some(row.blob(2)?), Some(row.blob(3)?), Some(row.blob(4)?));
            let (seq, sessions) = (row.integer(1)? as u64, Some(row.blob(5)?));
            stored.push((id, FrameRow { start: start_of(id), seq, summary, cells, registers, sessions }));
            Ok(())
        })?;
        for (id, row) in &mut stored {
            if let Some(cells) = row.cells.as_mut().filter(|cells| cells.len() >= PIECE) {
                self.db.query(schema::OVERFLOW_GET, &[Value::Integer(*id)], &mut |row| {
                    cells.extend(row.blob(0)?);
                    Ok(())
                })?;
            }
        }
        Ok(stored)
    }

    /// Rows with one section only, their summaries or their sessions: the large columns stay on the disk.
    fn narrow(&self, range: &[Value<'_>; 2], sessions: bool) -> Result<Vec<(i64, FrameRow)>, StoreError> {
        let mut stored = Vec::new();
        let sql = if sessions { schema::BUCKET_RANGE_SESSIONS } else { schema::BUCKET_RANGE_SUMMARY };
        self.db.query(sql, range, &mut |row| {
            let id = row.integer(0)?;
            let mut read = FrameRow { start: start_of(id), seq: row.integer(1)? as u64, ..FrameRow::default() };
            *(if sessions { &mut read.sessions } else { &mut read.summary }) = Some(row.blob(2)?);
            stored.push((id, read));
            Ok(())
        })?;
        Ok(stored)
    }

    fn bucket(&self, row: &FrameRow) -> Result<Bucket, StoreError> {
        bucket_of_row(self.key, row)
    }

    /// Merges neighbours of the same start and drops the sections that nobody asked for.
    fn combine_sources(
        &self,
        stored: Vec<(i64, FrameRow)>,
        resolution: Resolution,
        sections: Sections,
    ) -> Result<Vec<FrameRow>, StoreError> {
        let mut rows = Vec::with_capacity(stored.len());
        let mut rest = stored.into_iter().peekable();
        while let Some((_, mut row)) = rest.next() {
            if rest.peek().is_some_and(|(_, next)| next.start == row.start) {
                let mut merged = Bucket::default();
                let mut seq = row.seq;
                // A row of one section is no bucket, so the sources are read again, whole.
                for (_, source) in self.stored(&id_range(resolution, row.start, row.start + 1)?)? {
                    merged.merge(&self.bucket(&source)?)?;
                }
                while let Some((_, next)) = rest.next_if(|(_, next)| next.start == row.start) {
                    seq = seq.max(next.seq);
                }
                row = full_row(row.start, seq, &merged);
            }
            rows.push(FrameRow {
                summary: row.summary.filter(|_| sections.summary),
                cells: row.cells.filter(|_| sections.cells),
                registers: row.registers.filter(|_| sections.registers),
                sessions: row.sessions.filter(|_| sections.sessions),
                ..row
            });
        }
        Ok(rows)
    }
}

/// A row with all its sections, as it rests.
pub fn full_row(start: i64, seq: u64, bucket: &Bucket) -> FrameRow {
    let (mut summary, mut cells, mut registers) = (Vec::new(), Vec::new(), Vec::new());
    Summary::of(bucket).encode(&mut summary);
    bucket.encode_cells(&mut cells);
    encode_registers(&bucket.concurrency, Form::Rest, &mut registers);
    let (summary, cells, registers) = (Some(summary), Some(cells), Some(registers));
    FrameRow { start, seq, summary, cells, registers, sessions: Some(encode_sessions(bucket)) }
}

/// The bucket of a row that has all its sections.
pub fn bucket_of_row(key: KeyId, row: &FrameRow) -> Result<Bucket, StoreError> {
    let [summary, cells, registers] =
        [&row.summary, &row.cells, &row.registers].map(|s| s.as_deref().unwrap_or_default());
    let mut bucket = bucket_of(key, summary, cells, registers)?;
    bucket.sessions = Sessions::decode(row.sessions.as_deref().unwrap_or_default())?;
    Ok(bucket)
}

pub(crate) fn row_id(resolution: Resolution, start: i64, source: u16) -> Result<i64, StoreError> {
    if !(0..=MAX_START).contains(&start) {
        return Err(StoreError::Start(start));
    }
    Ok(((i64::from(resolution.code()) << 41) + start) * 1024 + i64::from(source))
}

/// The row numbers of all sources of the buckets that start in `from..to`, clamped to what can be stored.
fn id_range(resolution: Resolution, from: i64, to: i64) -> Result<[Value<'static>; 2], StoreError> {
    let id = |start: i64| row_id(resolution, start.clamp(0, MAX_START), LIVE).map(Value::Integer);
    Ok([id(from)?, id(to)?])
}

pub(crate) const fn start_of(id: i64) -> i64 {
    (id >> 10) & MAX_START
}

pub(crate) fn resolution_of(id: i64) -> Resolution {
    Resolution::from_code((id >> 51) as u8 & 3).unwrap_or(Resolution::Hour)
}

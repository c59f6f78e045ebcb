//! Rows of buckets in a [`Database`]: what an edge keeps, and what the centre keeps of the whole nation.

use bonghwa_analytics::bucket::Bucket;
use bonghwa_analytics::codec::CodecError;
use bonghwa_analytics::frame::{Form, Frame, Row as FrameRow, Sections, bucket_of, encode_registers};
use bonghwa_analytics::identity::KeyId;
use bonghwa_analytics::sketch::SketchError;
use bonghwa_analytics::summary::Summary;
use bonghwa_analytics::time::Resolution;

use crate::database::{Database, DatabaseError, Value, transaction};
use crate::schema;

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

/// Buckets by resolution, start and source.
pub struct Store<D> {
    db: D,
    key: KeyId,
    seq: u64,
}

impl<D: Database> Store<D> {
    /// Opens the database, brings its tables up to date and checks that it was written with this key.
    pub fn open(mut db: D, key: KeyId) -> Result<Self, StoreError> {
        schema::migrate(&mut db)?;
        let mut store = Self { db, key, seq: 0 };
        // The key id has 64 bits, an integer of the database 53.
        let halves = [("key_high", (key.0 >> 32) as i64), ("key_low", i64::from(key.0 as u32))];
        for (name, half) in halves {
            match store.meta(name)? {
                Some(stored) if stored != half => return Err(StoreError::Key),
                Some(_) => {}
                None => store.set_meta(name, half)?,
            }
        }
        store.seq = store.meta("seq")?.unwrap_or(0) as u64;
        Ok(store)
    }

    /// Key under which identities are hashed.
    pub const fn key(&self) -> KeyId {
        self.key
    }

    /// Sequence of the newest row.
    pub const fn seq(&self) -> u64 {
        self.seq
    }

    /// The database, for questions that are not about buckets.
    pub const fn read(&self) -> &D {
        &self.db
    }

    /// The database, for statements that are not about buckets.
    pub const fn db(&mut self) -> &mut D {
        &mut self.db
    }

    /// Runs `body` in a transaction; a failure leaves rows and sequence as they were.
    pub fn transaction<T, E: From<DatabaseError>>(
        &mut self,
        body: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let before = self.seq;
        self.db.begin()?;
        let result = body(self).and_then(|value| {
            self.db.execute(schema::META_PUT, &[Value::Text("seq"), Value::Integer(self.seq as i64)])?;
            self.db.commit()?;
            Ok(value)
        });
        if result.is_err() {
            let _ = self.db.rollback();
            self.seq = before;
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
    pub fn set_meta(&mut self, name: &str, value: i64) -> Result<(), DatabaseError> {
        self.db.execute(schema::META_PUT, &[Value::Text(name), Value::Integer(value)]).map(drop)
    }

    /// Writes a bucket in place of the one that was there.
    pub fn put(
        &mut self,
        resolution: Resolution,
        start: i64,
        source: u16,
        bucket: &Bucket,
        expires: i64,
    ) -> Result<(), StoreError> {
        let id = row_id(resolution, start, source)?;
        let (mut summary, mut cells, mut registers) = (Vec::new(), Vec::new(), Vec::new());
        Summary::of(bucket).encode(&mut summary);
        bucket.encode_cells(&mut cells);
        encode_registers(&bucket.concurrency, Form::Rest, &mut registers);
        let seq = self.seq + 1;
        self.db.execute(
            schema::BUCKET_PUT,
            &[
                Value::Integer(id),
                Value::Integer(seq as i64),
                Value::Integer(expires),
                Value::Blob(&summary),
                Value::Blob(&cells),
                Value::Blob(&registers),
            ],
        )?;
        self.seq = seq;
        Ok(())
    }

    /// The bucket of one source.
    pub fn get(&self, resolution: Resolution, start: i64, source: u16) -> Result<Option<Bucket>, StoreError> {
        let id = row_id(resolution, start, source)?;
        let mut found = None;
        self.db.query(schema::BUCKET_GET, &[Value::Integer(id)], &mut |row| {
            found = Some((row.blob(0)?, row.blob(1)?, row.blob(2)?));
            Ok(())
        })?;
        Ok(match found {
            Some((summary, cells, registers)) => Some(bucket_of(self.key, &summary, &cells, &registers)?),
            None => None,
        })
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
        let mut stored: Vec<(i64, FrameRow)> = Vec::new();
        if sections.cells || sections.registers {
            self.db.query(schema::BUCKET_RANGE, &range, &mut |row| {
                let id = row.integer(0)?;
                let frame_row = FrameRow {
                    start: start_of(id),
                    seq: row.integer(1)? as u64,
                    summary: Some(row.blob(2)?),
                    cells: Some(row.blob(3)?),
                    registers: Some(row.blob(4)?),
                };
                stored.push((id, frame_row));
                Ok(())
            })?;
        } else {
            self.db.query(schema::BUCKET_RANGE_SUMMARY, &range, &mut |row| {
                let id = row.integer(0)?;
                let summary = Some(row.blob(2)?);
                stored.push((
                    id,
                    FrameRow { start: start_of(id), seq: row.integer(1)? as u64, summary, ..FrameRow::default() },
                ));
                Ok(())
            })?;
        }
        self.combine_sources(stored, resolution, sections)
    }

    /// Buckets of live telemetry that start in `from..to`.
    pub fn live(&self, resolution: Resolution, from: i64, to: i64) -> Result<Vec<(i64, Bucket)>, StoreError> {
        let mut stored = Vec::new();
        let range = id_range(resolution, from, to)?;
        self.db.query(schema::BUCKET_RANGE, &range, &mut |row| {
            let id = row.integer(0)?;
            if id % (MAX_SOURCES + 1) == i64::from(LIVE) {
                stored.push((start_of(id), row.blob(2)?, row.blob(3)?, row.blob(4)?));
            }
            Ok(())
        })?;
        let decode = |(start, summary, cells, registers): &(i64, Vec<u8>, Vec<u8>, Vec<u8>)| {
            Ok((*start, bucket_of(self.key, summary, cells, registers)?))
        };
        stored.iter().map(decode).collect()
    }

    /// Rows written after a sequence, oldest first, at most about `limit`; and the sequence to go on from.
    pub fn since(
        &self,
        seq: u64,
        limit: usize,
        region: &str,
        sections: Sections,
    ) -> Result<(Vec<Frame>, u64), StoreError> {
        let mut next = seq;
        let mut changed: [Vec<i64>; 4] = Default::default();
        let params = [Value::Integer(seq as i64), Value::Integer(limit as i64)];
        self.db.query(schema::BUCKET_SINCE, &params, &mut |row| {
            let id = row.integer(0)?;
            next = row.integer(1)? as u64;
            changed[resolution_of(id).code() as usize].push(start_of(id));
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

    /// Deletes the rows of a resolution that start before `before` and have expired by `now`.
    pub fn expire(&mut self, resolution: Resolution, before: i64, now: i64) -> Result<u64, StoreError> {
        let [from, to] = id_range(resolution, 0, before)?;
        Ok(self.db.execute(schema::BUCKET_EXPIRE, &[from, to, Value::Integer(now)])?)
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
                for source in self.sources_at(resolution, row.start)? {
                    merged.merge(&source)?;
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
                ..row
            });
        }
        Ok(rows)
    }

    fn sources_at(&self, resolution: Resolution, start: i64) -> Result<Vec<Bucket>, StoreError> {
        let range = id_range(resolution, start, start + 1)?;
        let mut parts = Vec::new();
        self.db.query(schema::BUCKET_RANGE, &range, &mut |row| {
            parts.push((row.blob(2)?, row.blob(3)?, row.blob(4)?));
            Ok(())
        })?;
        parts.iter().map(|(summary, cells, registers)| Ok(bucket_of(self.key, summary, cells, registers)?)).collect()
    }
}

/// A row with all its sections, as it rests.
pub fn full_row(start: i64, seq: u64, bucket: &Bucket) -> FrameRow {
    let (mut summary, mut cells, mut registers) = (Vec::new(), Vec::new(), Vec::new());
    Summary::of(bucket).encode(&mut summary);
    bucket.encode_cells(&mut cells);
    encode_registers(&bucket.concurrency, Form::Rest, &mut registers);
    FrameRow { start, seq, summary: Some(summary), cells: Some(cells), registers: Some(registers) }
}

/// Runs a statement in a transaction of its own.
pub(crate) fn alone<D: Database>(db: &mut D, sql: &str, params: &[Value<'_>]) -> Result<u64, DatabaseError> {
    transaction(db, |db| db.execute(sql, params))
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

//! The copy that a centre keeps of a region whose edge runs elsewhere: the rows of its frames, and how far it has read.
//!
//! Rows are replaced, never added to, and the cursor is written with them, so a page of frames that arrives twice or is
//! cut off by a crash changes nothing. What was copied stays readable while the edge is away.

use bonghwa_analytics::frame::{Frame, Row, Sections};
use bonghwa_analytics::identity::KeyId;
use bonghwa_analytics::time::Resolution;

use crate::database::{Database, DatabaseError, Value};
use crate::schema;
use crate::store::{LIVE, Store, StoreError, bucket_of_row};

/// Why frames were refused. Nothing of them was stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MirrorError {
    /// The store failed, or a row cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// They are of another region.
    #[error("frames of region {0:?} came where those of {1:?} belong; check the address in the settings")]
    Region(String, String),
    /// Their identities were hashed with another key.
    #[error(
        "region {0} hashes identities with another fleet key; give its edge the key that `bonghwa key fleet` prints"
    )]
    Key(String),
    /// A row lacks a section.
    #[error("a row of region {0} lacks a section; frames to be kept need summary, cells and registers")]
    Section(String),
}

impl From<DatabaseError> for MirrorError {
    fn from(error: DatabaseError) -> Self {
        Self::Store(error.into())
    }
}

/// The copy of one region.
pub struct Mirror<D> {
    region: String,
    store: Store<D>,
    swept: i64,
}

impl<D: Database> Mirror<D> {
    /// Opens the copy of a region. `key` is that of the centre, `retention` the seconds that rows are kept.
    pub fn open(db: D, region: &str, key: KeyId, retention: [i64; 4]) -> Result<Self, StoreError> {
        Ok(Self { region: region.to_owned(), store: Store::open(db, key, retention)?, swept: i64::MIN })
    }

    /// How far the edge was read; empty at first.
    pub fn cursor(&self) -> Result<String, DatabaseError> {
        let mut cursor = String::new();
        self.store.db().query(schema::CURSOR_GET, &[], &mut |row| {
            cursor = row.text(0)?;
            Ok(())
        })?;
        Ok(cursor)
    }

    /// Puts rows in the place of those it had, and remembers the cursor to go on from.
    pub fn take(&self, now: i64, frames: &[Frame], cursor: &str) -> Result<(), MirrorError> {
        for frame in frames {
            if frame.region != self.region {
                return Err(MirrorError::Region(frame.region.clone(), self.region.clone()));
            }
            if frame.key != self.store.key() {
                return Err(MirrorError::Key(self.region.clone()));
            }
        }
        self.store.transaction(|store| {
            for frame in frames {
                for row in &frame.rows {
                    // An edge of an earlier version sends no sessions.
                    let Row { start, summary: Some(_), cells: Some(_), registers: Some(_), .. } = row else {
                        return Err(MirrorError::Section(self.region.clone()));
                    };
                    // Decoded and written anew, so that what rests here is sound whatever was sent.
                    let bucket = bucket_of_row(frame.key, row)?;
                    store.put(frame.resolution, *start, LIVE, &bucket, now)?;
                }
            }
            store.db().execute(schema::CURSOR_PUT, &[Value::Text(cursor)])?;
            Ok(())
        })
    }

    /// Lets old rows expire, once a minute.
    pub fn tick(&mut self, now: i64) -> Result<(), StoreError> {
        if now.saturating_sub(self.swept) >= 60 {
            self.swept = now;
            self.store.expire(now)?;
        }
        Ok(())
    }

    /// Sequence of the newest row.
    pub const fn seq(&self) -> u64 {
        self.store.seq()
    }

    /// Rows that start in `from..to`.
    pub fn frame(&self, resolution: Resolution, from: i64, to: i64, sections: Sections) -> Result<Frame, StoreError> {
        let rows = self.store.rows(resolution, from, to, sections)?;
        Ok(Frame { region: self.region.clone(), key: self.store.key(), resolution, rows })
    }

    /// Rows written after a sequence of this copy, oldest first, and the sequence to go on from.
    pub fn since(&self, seq: u64, limit: usize, sections: Sections) -> Result<(Vec<Frame>, u64), StoreError> {
        self.store.since(seq, limit, &self.region, sections)
    }
}

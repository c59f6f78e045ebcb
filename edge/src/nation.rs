//! The rows of all regions together: made anew wherever a region's row changed, and kept, so that a national week is a
//! few hundred merges and not thousands. Its rows hold entry requests and identities; routes are a matter of the regions.

use std::collections::BTreeSet;

use bonghwa_analytics::atlas::{AtlasError, NATION};
use bonghwa_analytics::bucket::Bucket;
use bonghwa_analytics::frame::{Frame, Row, Sections};
use bonghwa_analytics::identity::KeyId;
use bonghwa_analytics::nation::Gather;
pub use bonghwa_analytics::nation::SECTIONS;
use bonghwa_analytics::time::Resolution;

use crate::database::{Database, DatabaseError};
use crate::store::{LIVE, Store, StoreError};

/// Rows made in one go: bounds the accumulators in memory.
const CHUNK: usize = 256;

/// Buckets that changed in some region.
pub type Touched = BTreeSet<(Resolution, i64)>;

/// Receives the code of a region (or of a part of one) and rows of it.
pub type OnRows<'a, E> = &'a mut dyn FnMut(&str, &[Row]) -> Result<(), E>;

/// Where the rows of the regions come from.
pub trait Regions {
    /// Why rows cannot be had.
    type Error: From<StoreError> + From<AtlasError>;
    /// Hands the rows of every region (or part of one) that start in `from..to`, with [`SECTIONS`], to `each`, with the
    /// code of the region.
    fn rows(
        &self,
        resolution: Resolution,
        from: i64,
        to: i64,
        each: OnRows<'_, Self::Error>,
    ) -> Result<(), Self::Error>;
}

/// The national rows in a database of their own.
pub struct Nation<D> {
    store: Store<D>,
    swept: i64,
}

impl<D: Database> Nation<D> {
    /// Opens the database; see [`Store::open`].
    pub fn open(db: D, key: KeyId, retention: [i64; 4]) -> Result<Self, StoreError> {
        Ok(Self { store: Store::open(db, key, retention)?, swept: i64::MIN })
    }

    /// The database, for statements that are not about buckets.
    pub const fn db(&self) -> &D {
        self.store.db()
    }

    /// How far the changes of a region (or part of one) are in the national rows, as [`saw`](Self::saw) noted it.
    pub fn seen(&self, region: &str) -> Result<u64, StoreError> {
        Ok(self.store.meta(&seen_name(region))?.unwrap_or(0) as u64)
    }

    /// Notes how far the changes of each region are in the national rows.
    pub fn saw<'a>(&self, cursors: impl IntoIterator<Item = (&'a str, u64)>) -> Result<(), StoreError> {
        self.store.transaction(|store| {
            let mut each = cursors.into_iter();
            each.try_for_each(|(region, cursor)| Ok(store.set_meta(&seen_name(region), cursor as i64)?))
        })
    }

    /// Makes the touched rows anew from what the regions hold, and hands their summaries to `made`. Rows of two seconds
    /// are not kept for the nation: a screen counts them from the regions.
    pub fn refresh<R: Regions>(
        &mut self,
        regions: &R,
        touched: &Touched,
        now: i64,
        mut made: impl FnMut(Frame) -> Result<(), R::Error>,
    ) -> Result<(), R::Error> {
        for (resolution, starts) in chunks(touched, CHUNK) {
            let rows = self.merge(regions, resolution, &starts)?;
            made(self.write(resolution, &rows, now)?)?;
        }
        if now.saturating_sub(self.swept) >= 60 {
            self.swept = now;
            self.store.expire(now)?;
        }
        Ok(())
    }

    /// National rows that start in `from..to`.
    pub fn frame(&self, resolution: Resolution, from: i64, to: i64, sections: Sections) -> Result<Frame, StoreError> {
        let rows = self.store.rows(resolution, from, to, sections)?;
        Ok(Frame { region: NATION.to_owned(), key: self.store.key(), resolution, rows })
    }

    /// Rows written after a sequence (oldest first, about `limit` of them) and the sequence to go on from.
    pub fn since(&self, seq: u64, limit: usize, sections: Sections) -> Result<(Vec<Frame>, u64), StoreError> {
        self.store.since(seq, limit, NATION, sections)
    }

    fn merge<R: Regions>(
        &self,
        regions: &R,
        resolution: Resolution,
        starts: &[i64],
    ) -> Result<Vec<(i64, Bucket)>, R::Error> {
        let (Some(first), Some(last)) = (starts.first(), starts.last()) else { return Ok(Vec::new()) };
        let mut gather = Gather::new(self.store.key(), resolution, starts);
        regions.rows(resolution, *first, last + 1, &mut |region, rows| Ok(gather.add(region, rows)?))?;
        Ok(gather.finish())
    }

    fn write(&self, resolution: Resolution, rows: &[(i64, Bucket)], now: i64) -> Result<Frame, StoreError> {
        self.store.transaction(|store| {
            rows.iter().try_for_each(|(start, bucket)| store.put(resolution, *start, LIVE, bucket, now))
        })?;
        let (first, last) = (rows.first().map_or(0, |row| row.0), rows.last().map_or(0, |row| row.0));
        let mut frame = self.frame(resolution, first, last + 1, Sections::SUMMARY)?;
        frame.rows.retain(|row| rows.binary_search_by_key(&row.start, |row| row.0).is_ok());
        Ok(frame)
    }
}

/// Adds what changed by these frames.
pub fn touch(touched: &mut Touched, frames: &[Frame]) {
    for frame in frames.iter().filter(|frame| frame.resolution > Resolution::TwoSeconds) {
        touched.extend(frame.rows.iter().map(|row| (frame.resolution, row.start)));
    }
}

/// The starts that are made in one go, at most `size`, by resolution and in order.
pub fn chunks(touched: &Touched, size: usize) -> Vec<(Resolution, Vec<i64>)> {
    let mut chunks = Vec::new();
    for resolution in [Resolution::Minute, Resolution::FiveMinutes, Resolution::Hour] {
        let starts: Vec<i64> = touched.iter().filter(|key| key.0 == resolution).map(|key| key.1).collect();
        chunks.extend(starts.chunks(size.max(1)).map(|chunk| (resolution, chunk.to_vec())));
    }
    chunks
}

fn seen_name(region: &str) -> String {
    format!("seen_{region}")
}

impl From<DatabaseError> for NationError {
    fn from(error: DatabaseError) -> Self {
        Self::Store(error.into())
    }
}

/// Why national rows were not made, where rows come from frames that are at hand.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NationError {
    /// The rows could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Regions' rows cannot be merged.
    #[error(transparent)]
    Atlas(#[from] AtlasError),
}

/// Frames of regions, at hand.
impl Regions for Vec<Frame> {
    type Error = NationError;

    fn rows(
        &self,
        resolution: Resolution,
        from: i64,
        to: i64,
        each: OnRows<'_, NationError>,
    ) -> Result<(), NationError> {
        for frame in self.iter().filter(|frame| frame.resolution == resolution) {
            let [first, last] = [from, to].map(|at| frame.rows.partition_point(|row| row.start < at));
            each(&frame.region, frame.rows.get(first..last).unwrap_or_default())?;
        }
        Ok(())
    }
}

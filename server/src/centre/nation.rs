//! The rows of all regions together: made anew wherever a region's row changed, and kept, so that a national week is a
//! few hundred merges and not thousands.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::RwLock;

use bonghwa_analytics::atlas::{Atlas, NATION, Unions};
use bonghwa_analytics::bucket::{Bucket, Concurrency};
use bonghwa_analytics::frame::{Frame, Sections};
use bonghwa_analytics::identity::IdentityMode;
use bonghwa_analytics::time::Resolution;
use bonghwa_edge::sqlite::Sqlite;
use bonghwa_edge::store::{LIVE, Store, StoreError};

use super::edge::Edge;
use super::{CentreConfig, CentreError, read, write};

/// Rows made in one go: bounds the accumulators in memory.
const CHUNK: usize = 256;

pub(super) struct Nation {
    store: Store<Sqlite>,
    retention: [i64; 4],
    swept: i64,
}

impl Nation {
    pub(super) fn open(config: &CentreConfig) -> Result<Self, CentreError> {
        let database = Sqlite::open(&config.data.join("nation.db"), config.durable).map_err(StoreError::Database)?;
        let store = Store::open(database, config.key.id())?;
        Ok(Self { store, retention: config.retention, swept: i64::MIN })
    }

    /// Puts all national rows into the atlas.
    pub(super) fn restore(&self, atlas: &RwLock<Atlas>) -> Result<(), CentreError> {
        let mut seq = 0;
        loop {
            let (frames, next) = self.store.since(seq, 4096, NATION, Sections::SUMMARY)?;
            for frame in frames {
                write(atlas).insert(&frame)?;
            }
            if next == seq {
                return Ok(());
            }
            seq = next;
        }
    }

    /// Sequence of a region up to which its rows are in the national ones.
    pub(super) fn seen(&self, region: &str) -> Result<u64, CentreError> {
        Ok(self.store.meta(&seen_name(region)).map_err(StoreError::Database)?.unwrap_or(0) as u64)
    }

    /// Makes the touched rows anew from what the edges hold.
    pub(super) fn refresh(
        &mut self,
        edges: &BTreeMap<String, Edge>,
        atlas: &RwLock<Atlas>,
        touched: &BTreeSet<(Resolution, i64)>,
        now: i64,
    ) -> Result<(), CentreError> {
        for resolution in [Resolution::Minute, Resolution::FiveMinutes, Resolution::Hour] {
            let starts: Vec<i64> = touched.iter().filter(|key| key.0 == resolution).map(|key| key.1).collect();
            for chunk in starts.chunks(CHUNK) {
                let rows = self.merge(edges, atlas, resolution, chunk)?;
                let frame = self.write(resolution, &rows, now)?;
                write(atlas).insert(&frame)?;
            }
        }
        if !touched.is_empty() {
            self.store
                .transaction(|store| {
                    edges.values().try_for_each(|edge| store.set_meta(&seen_name(edge.region()), edge.cursor() as i64))
                })
                .map_err(StoreError::Database)?;
        }
        if now.saturating_sub(self.swept) >= 60 {
            self.swept = now;
            for (resolution, kept) in Resolution::ALL.into_iter().zip(self.retention) {
                self.store.expire(resolution, now - kept, now)?;
            }
        }
        Ok(())
    }

    /// Rows written after a sequence, oldest first, and the sequence to go on from.
    pub(super) fn since(&self, seq: u64, limit: usize) -> Result<(Vec<Frame>, u64), CentreError> {
        Ok(self.store.since(seq, limit, NATION, Sections::ALL)?)
    }

    /// Rows of the nation's registers in a range.
    pub(super) fn frame(
        &self,
        resolution: Resolution,
        from: i64,
        to: i64,
        sections: Sections,
    ) -> Result<Frame, CentreError> {
        let rows = self.store.rows(resolution, from, to, sections)?;
        Ok(Frame { region: NATION.to_owned(), key: self.store.key(), resolution, rows })
    }

    fn merge(
        &self,
        edges: &BTreeMap<String, Edge>,
        atlas: &RwLock<Atlas>,
        resolution: Resolution,
        starts: &[i64],
    ) -> Result<Vec<(i64, Bucket)>, CentreError> {
        let (Some(first), Some(last)) = (starts.first(), starts.last()) else { return Ok(Vec::new()) };
        let mut unions: BTreeMap<(i64, IdentityMode), Unions> = BTreeMap::new();
        for edge in edges.values() {
            let frame = edge.registers(resolution, *first, last + 1)?;
            for row in frame.rows.iter().filter(|row| starts.binary_search(&row.start).is_ok()) {
                for mode in IdentityMode::ALL {
                    let union = unions.entry((row.start, mode)).or_insert_with(|| Unions::new(self.store.key(), mode));
                    union.merge_section(edge.region(), resolution, row.registers.as_deref().unwrap_or_default())?;
                }
            }
        }
        let atlas = read(atlas);
        let tables: Vec<_> =
            edges.keys().filter_map(|code| atlas.track(code)).map(|track| track.table(resolution)).collect();
        let mut rows = Vec::with_capacity(starts.len());
        for start in starts {
            let mut bucket = Bucket::default();
            let mut identified = [0_u64; 3];
            for table in &tables {
                if let Some(row) = table.row(*start) {
                    bucket.entry.merge(&table.entry(row));
                    for mode in IdentityMode::ALL {
                        identified[mode as usize] += table.identified(row, mode);
                    }
                }
            }
            for mode in IdentityMode::ALL {
                if let Some(union) = unions.get(&(*start, mode)).filter(|union| union.finish().is_some()) {
                    let concurrency = Concurrency { identified: identified[mode as usize], sketch: union.sketch() };
                    bucket.concurrency.insert(mode, concurrency);
                }
            }
            rows.push((*start, bucket));
        }
        Ok(rows)
    }

    fn write(&mut self, resolution: Resolution, rows: &[(i64, Bucket)], now: i64) -> Result<Frame, CentreError> {
        let kept = self.retention[resolution.code() as usize];
        self.store.transaction(|store| {
            rows.iter().try_for_each(|(start, bucket)| {
                let expires = (start + resolution.seconds()).max(now).saturating_add(kept);
                store.put(resolution, *start, LIVE, bucket, expires)
            })
        })?;
        let (first, last) = (rows.first().map_or(0, |row| row.0), rows.last().map_or(0, |row| row.0));
        let mut frame = self.frame(resolution, first, last + 1, Sections::SUMMARY)?;
        frame.rows.retain(|row| rows.binary_search_by_key(&row.start, |row| row.0).is_ok());
        Ok(frame)
    }
}

fn seen_name(region: &str) -> String {
    format!("seen_{region}")
}

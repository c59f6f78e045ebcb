//! The national rows in the data folder, made from the edges.

use std::collections::BTreeMap;
use std::sync::RwLock;

use bonghwa_analytics::atlas::Atlas;
use bonghwa_analytics::frame::{Frame, Sections};
use bonghwa_analytics::time::Resolution;
use bonghwa_edge::nation::{self, OnRows, Regions, Touched};
use bonghwa_edge::sqlite::Sqlite;
use bonghwa_edge::store::StoreError;

use super::edge::Edge;
use super::{CentreConfig, CentreError, write};

pub(super) struct Nation(nation::Nation<Sqlite>);

/// The edges by region.
struct Edges<'a>(&'a BTreeMap<String, Edge>);

impl Regions for Edges<'_> {
    type Error = CentreError;

    fn rows(
        &self,
        resolution: Resolution,
        from: i64,
        to: i64,
        each: OnRows<'_, CentreError>,
    ) -> Result<(), CentreError> {
        for edge in self.0.values() {
            each(edge.region(), &edge.frame(resolution, from, to, nation::SECTIONS)?.rows)?;
        }
        Ok(())
    }
}

impl Nation {
    pub(super) fn open(config: &CentreConfig) -> Result<Self, CentreError> {
        let database = Sqlite::open(&config.data.join("nation.db"), config.durable).map_err(StoreError::Database)?;
        Ok(Self(nation::Nation::open(database, config.key.id(), config.retention)?))
    }

    /// Puts all national rows into the atlas.
    pub(super) fn restore(&self, atlas: &RwLock<Atlas>) -> Result<(), CentreError> {
        let mut seq = 0;
        loop {
            let (frames, next) = self.0.since(seq, 4096, Sections::SUMMARY)?;
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
        Ok(self.0.seen(region)?)
    }

    /// Makes the touched rows anew from what the edges hold.
    pub(super) fn refresh(
        &mut self,
        edges: &BTreeMap<String, Edge>,
        atlas: &RwLock<Atlas>,
        touched: &Touched,
        now: i64,
    ) -> Result<(), CentreError> {
        self.0.refresh(&Edges(edges), touched, now, |frame| Ok(write(atlas).insert(&frame)?))?;
        if !touched.is_empty() {
            self.0.saw(edges.values().map(|edge| (edge.region(), edge.cursor())))?;
        }
        Ok(())
    }

    /// Rows written after a sequence, oldest first, and the sequence to go on from.
    pub(super) fn since(&self, seq: u64, limit: usize) -> Result<(Vec<Frame>, u64), CentreError> {
        Ok(self.0.since(seq, limit, Sections::ALL)?)
    }

    /// National rows that start in `from..to`.
    pub(super) fn frame(
        &self,
        resolution: Resolution,
        from: i64,
        to: i64,
        sections: Sections,
    ) -> Result<Frame, CentreError> {
        Ok(self.0.frame(resolution, from, to, sections)?)
    }
}

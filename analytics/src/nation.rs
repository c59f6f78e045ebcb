//! Rows of all regions together, made of the regions' rows: entry requests add up, identities are united. Routes are a matter
//! of the regions.

use std::collections::BTreeMap;

use crate::atlas::{AtlasError, Unions};
use crate::bucket::{Bucket, Concurrency};
use crate::frame::{Row, Sections};
use crate::identity::{IdentityMode, KeyId};
use crate::summary::Summary;
use crate::time::Resolution;

/// What of a region's row the nation is made of.
pub const SECTIONS: Sections = Sections { summary: true, registers: true, ..Sections::NONE };

/// National rows of one resolution that are being made.
pub struct Gather {
    key: KeyId,
    resolution: Resolution,
    buckets: BTreeMap<i64, Bucket>,
    unions: BTreeMap<(i64, IdentityMode), (u64, Unions)>,
}

impl Gather {
    /// Rows that begin at these instants, empty yet.
    // Inlined, so that the Worker's build for size holds here too: kernels of this crate are built for speed.
    #[inline]
    pub fn new(key: KeyId, resolution: Resolution, starts: &[i64]) -> Self {
        let buckets = starts.iter().map(|start| (*start, Bucket::default())).collect();
        Self { key, resolution, buckets, unions: BTreeMap::new() }
    }

    /// Adds rows of a region (or of a part of one), with [`SECTIONS`]; those of other instants are passed over.
    pub fn add<'a>(&mut self, region: &str, rows: impl IntoIterator<Item = &'a Row>) -> Result<(), AtlasError> {
        for row in rows {
            let Some(bucket) = self.buckets.get_mut(&row.start) else { continue };
            let failed = |source| AtlasError::Row { region: region.to_owned(), source };
            let summary = Summary::decode(row.summary.as_deref().unwrap_or_default()).map_err(failed)?;
            bucket.entry.merge(&summary.entry);
            for (mode, users) in &summary.users {
                let empty = || (0, Unions::new(self.key, *mode));
                let (identified, union) = self.unions.entry((row.start, *mode)).or_insert_with(empty);
                *identified += users.identified;
                union.merge_section(region, self.resolution, row.registers.as_deref().unwrap_or_default())?;
            }
        }
        Ok(())
    }

    /// The rows, by start.
    #[inline]
    pub fn finish(mut self) -> Vec<(i64, Bucket)> {
        for ((start, mode), (identified, union)) in self.unions {
            if let Some(bucket) = self.buckets.get_mut(&start) {
                bucket.concurrency.insert(mode, Concurrency { identified, sketch: union.sketch() });
            }
        }
        self.buckets.into_iter().collect()
    }
}

//! The sparse form: registers in use, as gaps between their indexes and their ranks.
//!
//! Layout: the number of entries (LEB128), then bits, low ones first, in three runs: of each gap to the previous index,
//! less one, the low `k` bits; of each gap the rest in unary (as many zeros, and a one); each rank less one in unary.
//! This is the Rice code, its parts sorted by kind: no bit must be waited for to find the next entry's, which makes
//! reading three times as fast. The parameter `k` follows from the number of entries, so it is not written.
//!
//! Source: Rice and Plaunt (1971); the choice of `k` for geometric gaps is Kiely, "Selecting the Golomb Parameter in
//! Rice Coding" (2004).

use super::bits::{BitReader, BitWriter, Runs};
use super::form::SPARSE_MAX;
use super::{MAX_RANK, REGISTERS, SketchError};
use crate::codec::{Reader, put_u64};

/// Appends entries, 1 to [`SPARSE_MAX`] of them, whose indexes increase strictly.
pub(super) fn encode(entries: &[(u16, u8)], out: &mut Vec<u8>) {
    put_u64(out, entries.len() as u64);
    let k = parameter(entries.len());
    let mut bits = BitWriter::new(out);
    for gap in gaps(entries) {
        bits.push(u64::from(gap & ((1 << k) - 1)), k);
    }
    for gap in gaps(entries) {
        bits.push_unary(gap >> k);
    }
    for (_, rank) in entries {
        bits.push_unary(u32::from(*rank) - 1);
    }
    bits.finish();
}

/// Entries as they are read: indexes that increase strictly, and as many ranks.
#[derive(Clone, Default)]
pub(super) struct Entries {
    indexes: Vec<u16>,
    ranks: Vec<u8>,
}

impl Entries {
    /// Reads what [`encode`] wrote, and nothing else. After an error the entries are of no use.
    pub(super) fn decode(&mut self, bytes: &[u8]) -> Result<(), SketchError> {
        let mut r = Reader::new(bytes);
        let count = r.u64_at_most(SPARSE_MAX as u64, "count").map_err(|_| invalid("the number of registers"))? as usize;
        if count == 0 {
            return Err(invalid("it has no registers, so it would be in the empty form"));
        }
        let body = r.take(r.remaining(), "registers").map_err(|_| invalid("the length"))?;
        let k = parameter(count);
        self.indexes.resize(count, 0);
        self.ranks.resize(count, 0);
        let mut runs = Runs::new(body, count * k as usize);
        if !runs.read(&mut self.indexes, |run| run.min(usize::from(u16::MAX)) as u16) {
            return Err(invalid("it ends too early"));
        }
        // A run that does not fit into a byte is too long in any case.
        if !runs.read(&mut self.ranks, |run| run.min(254) as u8 + 1) || !runs.finish() {
            return Err(invalid("the length"));
        }
        if self.ranks.iter().fold(0, |high, rank| high.max(*rank)) > MAX_RANK {
            return Err(invalid("a rank is above 51"));
        }
        let mut low = BitReader::new(body);
        let mut next = 0;
        for index in &mut self.indexes {
            // Thousands of terms of less than 2^30: no overflow, and what is too large at the end was so anywhere.
            let place = next + (u64::from(*index) << k) + low.take(k);
            *index = place as u16;
            next = place + 1;
        }
        if next > REGISTERS as u64 { Err(invalid("an index is too large")) } else { Ok(()) }
    }

    /// Number of entries.
    pub(super) const fn len(&self) -> usize {
        self.indexes.len()
    }

    /// The entries, in the order of their indexes.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u16, u8)> {
        self.indexes.iter().copied().zip(self.ranks.iter().copied())
    }
}

/// Registers between each entry and the one before.
fn gaps(entries: &[(u16, u8)]) -> impl Iterator<Item = u32> {
    entries.iter().scan(0, |next, (index, _)| {
        let gap = u32::from(*index) - *next;
        *next = u32::from(*index) + 1;
        Some(gap)
    })
}

/// Rice parameter for `count` entries, 1 to [`SPARSE_MAX`].
///
/// For gaps of mean `1/p`, p = count / m, the best is `1 + floor(log2(ln(phi - 1) / ln(1 - p)))`, with
/// `ln(1 - p)` taken as `-p`: 7,884 is `-m ln(phi - 1)`.
const fn parameter(count: usize) -> u32 {
    match (7884 / count).checked_ilog2() {
        Some(log) => log + 1,
        None => 0,
    }
}

const fn invalid(what: &'static str) -> SketchError {
    SketchError::Invalid { form: "sparse", what }
}

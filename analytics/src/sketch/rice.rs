//! The sparse form: registers in use, as gaps between their indexes and their ranks.
//!
//! Layout: the number of entries (LEB128), then bits, low ones first, in three runs: of each gap to the previous index,
//! less one, the low `k` bits; of each gap the rest in unary (as many zeros, and a one); each rank less one in unary.
//! This is the Rice code, its parts sorted by kind: no bit must be waited for to find the next entry's, which makes
//! reading three times as fast. The parameter `k` follows from the number of entries, so it is not written.
//!
//! Source: Rice and Plaunt (1971); the choice of `k` for geometric gaps is Kiely, "Selecting the Golomb Parameter in
//! Rice Coding" (2004).

use super::bits::{BitReader, BitWriter};
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
    ranks: Vec<u16>,
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
        let mut low = BitReader::new(body);
        let mut high = low.clone();
        high.skip(count as u32 * k);
        high.unaries(&mut self.indexes, (REGISTERS as u16) >> k).ok_or(invalid("an index is too large"))?;
        high.unaries(&mut self.ranks, u16::from(MAX_RANK) - 1).ok_or(invalid("a rank is above 51"))?;
        if !high.finish() {
            return Err(invalid("the length"));
        }
        if self.ranks.iter().fold(0, |most, rank| most.max(*rank)) >= u16::from(MAX_RANK) {
            return Err(invalid("a rank is above 51"));
        }
        let mut next = 0;
        for four in self.indexes.chunks_mut(4) {
            // Four times at most 13 bits fit into one look.
            let mut word = low.take(four.len() as u32 * k);
            for index in four {
                let place = next + (u32::from(*index) << k) + (word as u32 & ((1 << k) - 1));
                word >>= k;
                // What is too large here makes the sum too large in the end: 6,144 terms below 2^17 do not overflow.
                *index = place as u16;
                next = place + 1;
            }
        }
        if next > REGISTERS as u32 { Err(invalid("an index is too large")) } else { Ok(()) }
    }

    /// Number of entries.
    pub(super) const fn len(&self) -> usize {
        self.indexes.len()
    }

    /// The entries, in the order of their indexes.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u16, u8)> {
        self.indexes.iter().zip(&self.ranks).map(|(index, rank)| (*index, *rank as u8 + 1))
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

//! The sparse form: registers in use, as gaps between their indexes and their ranks.
//!
//! Layout: the number of entries (LEB128), then for each entry, low bits first: the gap to the previous index less
//! one, Rice coded (quotient in unary, then `k` bits), and the rank less one in unary. The parameter `k` follows from
//! the number of entries, so it is not written.
//!
//! Source: Rice and Plaunt (1971); the choice of `k` for geometric gaps is Kiely, "Selecting the Golomb Parameter in
//! Rice Coding" (2004).

use super::bits::{BitReader, BitWriter};
use super::form::SPARSE_MAX;
use super::{MAX_RANK, REGISTERS, SketchError};
use crate::codec::{Reader, put_u64};

/// Appends `count` entries, whose indexes increase strictly.
pub(super) fn encode(count: usize, entries: impl Iterator<Item = (u16, u8)>, out: &mut Vec<u8>) {
    put_u64(out, count as u64);
    let k = parameter(count);
    let mut bits = BitWriter::new(out);
    let mut next = 0;
    for (index, rank) in entries {
        let gap = u32::from(index) - next;
        bits.push_unary(gap >> k);
        bits.push(u64::from(gap & ((1 << k) - 1)), k);
        bits.push_unary(u32::from(rank) - 1);
        next = u32::from(index) + 1;
    }
    bits.finish();
}

/// Reads what [`encode`] wrote into `entries`, which is cleared first.
pub(super) fn decode(bytes: &[u8], entries: &mut Vec<(u16, u8)>) -> Result<(), SketchError> {
    entries.clear();
    let mut r = Reader::new(bytes);
    let count = r.u64_at_most(SPARSE_MAX as u64, "count").map_err(|_| invalid("the number of registers"))? as usize;
    if count == 0 {
        return Err(invalid("it has no registers, so it would be in the empty form"));
    }
    let body = r.take(r.remaining(), "registers").map_err(|_| invalid("the length"))?;
    if body.len() * 8 < count * 2 {
        return Err(invalid("it ends too early"));
    }
    entries.reserve(count);
    let k = parameter(count);
    let mask = (1_u64 << k) - 1;
    let mut bits = BitReader::new(body);
    let mut next = 0_u32;
    for _ in 0..count {
        let word = bits.peek();
        let zeros = word.trailing_zeros();
        // Nearly every entry fits into one look at the bits; the constant one bit keeps the shifts below in range.
        let rest = word.checked_shr(zeros + 1).unwrap_or(0);
        let rank = (rest >> k).trailing_zeros();
        let used = zeros + 1 + k + rank + 1;
        let (gap, rank) = if used <= 57 {
            bits.skip(used);
            (zeros << k | (rest & mask) as u32, rank)
        } else {
            let quotient = bits.unary((REGISTERS as u32) >> k).ok_or(invalid("an index is too large"))?;
            let low = bits.take(k) as u32;
            (quotient << k | low, bits.unary(u32::from(MAX_RANK)).ok_or(invalid("a rank is above 51"))?)
        };
        let index = next + gap;
        if index >= REGISTERS as u32 {
            return Err(invalid("an index is too large"));
        }
        if rank >= u32::from(MAX_RANK) {
            return Err(invalid("a rank is above 51"));
        }
        entries.push((index as u16, rank as u8 + 1));
        next = index + 1;
    }
    if bits.finish() { Ok(()) } else { Err(invalid("the length")) }
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

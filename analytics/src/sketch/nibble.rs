//! The form at rest: four bits a register, which merges straight from the bytes.
//!
//! Layout: the smallest rank (`base`), the number of ranks above `base + 15` (u16, about four), 8,192 bytes of which byte
//! `i` holds registers `i` (low four bits) and `i + 8192` (high four bits) as `min(rank - base, 15)`, then for each rank
//! above `base + 15` its index (u16) and the rank, in the order of the indexes.

use super::registers::Registers;
use super::{MAX_RANK, REGISTERS, SketchError, kernel};

const HALF: usize = REGISTERS / 2;
/// Largest offset from the base.
const TOP: u8 = 15;

/// Appends all registers.
pub(super) fn encode(registers: &[u8; REGISTERS], out: &mut Vec<u8>) {
    let base = registers.iter().fold(u8::MAX, |low, rank| low.min(*rank));
    let (low, high) = registers.split_at(HALF);
    let high_ranks = || (0_u16..).zip(registers).filter(|(_, rank)| **rank - base > TOP);
    out.push(base);
    out.extend((high_ranks().count() as u16).to_le_bytes());
    out.extend(low.iter().zip(high).map(|(low, high)| (low - base).min(TOP) | (high - base).min(TOP) << 4));
    for (index, rank) in high_ranks() {
        out.extend(index.to_le_bytes());
        out.push(*rank);
    }
}

/// The parts of the form, checked so far as a merge needs: every index exists and every rank is at most 51.
pub(super) struct Nibbles<'a> {
    base: u8,
    packed: &'a [u8; HALF],
    exceptions: &'a [[u8; 3]],
}

impl<'a> Nibbles<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, SketchError> {
        let ([base, count @ ..], rest) = bytes.split_first_chunk::<3>().ok_or(invalid("it ends too early"))?;
        let (packed, rest) = rest.split_first_chunk().ok_or(invalid("it ends too early"))?;
        let (exceptions, rest) = rest.as_chunks();
        if !rest.is_empty() || exceptions.len() != usize::from(u16::from_le_bytes(*count)) {
            return Err(invalid("the length"));
        }
        let nibbles = Self { base: *base, packed, exceptions };
        // Only a base above 36 could lift an offset beyond the highest rank; looking for one is as good as never needed.
        if *base > MAX_RANK || *base > MAX_RANK - TOP && nibbles.highest_offset() > MAX_RANK - base {
            return Err(invalid("a rank is above 51"));
        }
        let mut last = None;
        for (index, rank) in nibbles.exceptions() {
            if usize::from(index) >= REGISTERS || last.is_some_and(|last| last >= index) {
                return Err(invalid("the indexes do not increase"));
            }
            if rank > MAX_RANK || rank <= base.saturating_add(TOP) || nibbles.offset(index) != TOP {
                return Err(invalid("a rank that stands apart is out of range"));
            }
            last = Some(index);
        }
        Ok(nibbles)
    }

    /// Raises registers to these.
    pub(super) fn merge_into(&self, registers: &mut Registers) {
        kernel::merge_offsets(&mut registers.0, self.base, self.packed);
        registers.raise_all(self.exceptions());
    }

    /// Whether these are the bytes that [`encode`] writes for `registers`, which are made of these alone.
    pub(super) fn is_canonical(&self, registers: &[u8; REGISTERS]) -> bool {
        registers.iter().fold(u8::MAX, |low, rank| low.min(*rank)) == self.base
    }

    fn exceptions(&self) -> impl Iterator<Item = (u16, u8)> {
        self.exceptions.iter().map(|[low, high, rank]| (u16::from_le_bytes([*low, *high]), *rank))
    }

    fn offset(&self, index: u16) -> u8 {
        let packed = self.packed[usize::from(index) % HALF];
        if usize::from(index) < HALF { packed & TOP } else { packed >> 4 }
    }

    fn highest_offset(&self) -> u8 {
        self.packed.iter().fold(0, |highest, packed| highest.max(packed & TOP).max(packed >> 4))
    }
}

const fn invalid(what: &'static str) -> SketchError {
    SketchError::Invalid { form: "four-bit", what }
}

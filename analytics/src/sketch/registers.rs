//! The 16,384 registers of a dense sketch, one byte each.

use super::{MAX_RANK, REGISTERS, SketchError, kernel};

/// Dense registers, aligned to a cache line so that a merge never splits one.
#[derive(Clone, PartialEq, Eq)]
#[repr(C, align(64))]
pub(super) struct Registers(pub(super) [u8; REGISTERS]);

impl Registers {
    pub(super) fn zeroed() -> Box<Self> {
        Box::new(Self([0; REGISTERS]))
    }

    /// Raises one register to `rank`.
    #[inline]
    pub(super) fn raise(&mut self, index: u16, rank: u8) {
        let register = &mut self.0[usize::from(index) % REGISTERS];
        *register = (*register).max(rank);
    }

    /// The union: bytewise maximum.
    pub(super) fn merge(&mut self, other: &[u8; REGISTERS]) {
        kernel::merge(&mut self.0, other);
    }

    /// Raises registers to the ranks of `others`.
    pub(super) fn raise_all(&mut self, others: impl Iterator<Item = (u16, u8)>) {
        others.for_each(|(index, rank)| self.raise(index, rank));
    }

    /// Number of registers in use.
    pub(super) fn used(&self) -> usize {
        count(&self.0, |rank| rank > 0)
    }

    /// Registers in use, in the order of their indexes.
    pub(super) fn entries(&self) -> impl Iterator<Item = (u16, u8)> {
        (0..).step_by(8).zip(self.0.as_chunks::<8>().0).flat_map(|(first, eight)| {
            // Ranks are far below 128, so the top bit of each byte of this sum tells whether the register is in use.
            let mut used = (u64::from_le_bytes(*eight) + 0x7f7f_7f7f_7f7f_7f7f) & 0x8080_8080_8080_8080;
            std::iter::from_fn(move || {
                let at = used.trailing_zeros() / 8;
                let rank = eight.get(at as usize)?;
                used &= used - 1;
                Some((first + at as u16, *rank))
            })
        })
    }
}

/// Number of registers whose rank is such. Bytes are summed in blocks short enough for a byte, so that the loop vectorises.
#[inline]
pub(super) fn count(registers: &[u8; REGISTERS], such: impl Fn(u8) -> bool) -> usize {
    let of_block = |block: &[u8; 128]| block.iter().map(|rank| u8::from(such(*rank))).sum::<u8>();
    registers.as_chunks().0.iter().map(|block| usize::from(of_block(block))).sum()
}

/// Splits a hash as Redis does: the low 14 bits name the register, the rank is the number of trailing zeros of the
/// rest, plus one, at most 51.
#[inline]
pub(super) const fn split(hash: u64) -> (u16, u8) {
    let index = (hash % REGISTERS as u64) as u16;
    let rest = hash / REGISTERS as u64;
    let rank = (rest | 1 << (MAX_RANK - 1)).trailing_zeros() + 1;
    (index, rank as u8)
}

/// Fails if a rank is above [`MAX_RANK`].
pub(super) fn check_ranks(registers: &[u8; REGISTERS], form: &'static str) -> Result<(), SketchError> {
    // A maximum over all vectorises; a search that stops early does not.
    if registers.iter().fold(0, |high, rank| high.max(*rank)) > MAX_RANK {
        return Err(SketchError::Invalid { form, what: "a rank is above 51" });
    }
    Ok(())
}

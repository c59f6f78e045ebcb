//! The registers of a small sketch: those in use, ordered by index, in a table with gaps.
//!
//! Ordered linear probing: the index itself (a hash already) names the slot from which an entry is looked for, entries
//! stand in the order of their indexes, so inserting takes a few nanoseconds and reading in order takes no sorting.

/// In-use registers of a small sketch.
#[derive(Clone, Default)]
pub(super) struct Sparse {
    /// `index << 8 | rank`, strictly increasing apart from the gaps, which are 0. Longer than `1 << bits` if the last
    /// run of entries leads past the end.
    slots: Vec<u32>,
    bits: u32,
    len: usize,
}

/// Slots of the smallest table, as a power of two.
const FIRST_BITS: u32 = 4;

impl Sparse {
    /// Builds a table of entries whose indexes increase strictly.
    pub(super) fn from_sorted(entries: &[(u16, u8)]) -> Self {
        let mut table = Self::with_room(entries.len());
        for (index, rank) in entries {
            table.append(pack(*index, *rank));
        }
        table
    }

    /// Number of registers in use.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// Registers in use, in the order of their indexes.
    pub(super) fn entries(&self) -> impl Iterator<Item = (u16, u8)> {
        self.slots.iter().filter(|slot| **slot != 0).map(|slot| ((slot >> 8) as u16, *slot as u8))
    }

    /// Registers in use, in the order of their indexes, with gaps that stand for rank 0 of register 0: raising a register
    /// to 0 costs less than telling gaps apart.
    pub(super) fn entries_and_gaps(&self) -> impl Iterator<Item = (u16, u8)> {
        self.slots.iter().map(|slot| ((slot >> 8) as u16, *slot as u8))
    }

    /// Makes room for more entries, so that they may arrive in order without crowding in a small table.
    pub(super) fn reserve(&mut self, more: usize) {
        if (self.len + more) * 4 > self.capacity() * 3 {
            self.resize(self.len + more);
        }
    }

    /// Raises one register to `rank`, which is at least 1.
    pub(super) fn raise(&mut self, index: u16, rank: u8) {
        self.reserve(1);
        let entry = pack(index, rank);
        let mut at = self.home(entry);
        while let Some(slot) = self.slots.get(at)
            && *slot != 0
            && slot >> 8 < entry >> 8
        {
            at += 1;
        }
        if let Some(slot) = self.slots.get_mut(at)
            && *slot >> 8 == entry >> 8
            && *slot != 0
        {
            *slot = entry.max(*slot);
            return;
        }
        self.len += 1;
        let mut moved = entry;
        for slot in self.slots.iter_mut().skip(at) {
            std::mem::swap(slot, &mut moved);
            if moved == 0 {
                return;
            }
        }
        self.slots.push(moved);
    }

    fn with_room(entries: usize) -> Self {
        let bits = (entries * 3 / 2).max(1).next_power_of_two().ilog2().max(FIRST_BITS);
        Self { slots: vec![0; 1 << bits], bits, len: 0 }
    }

    fn capacity(&self) -> usize {
        if self.slots.is_empty() { 0 } else { 1 << self.bits }
    }

    fn home(&self, entry: u32) -> usize {
        (entry >> (8 + u32::from(super::PRECISION) - self.bits)) as usize
    }

    /// Places an entry greater than all others: the first gap behind them, or its home if that is further on.
    fn append(&mut self, entry: u32) {
        let mut at = self.home(entry);
        while self.slots.get(at).is_some_and(|slot| *slot != 0) {
            at += 1;
        }
        match self.slots.get_mut(at) {
            Some(slot) => *slot = entry,
            None => self.slots.push(entry),
        }
        self.len += 1;
    }

    fn resize(&mut self, entries: usize) {
        let mut larger = Self::with_room(entries);
        for entry in self.slots.iter().filter(|slot| **slot != 0) {
            larger.append(*entry);
        }
        *self = larger;
    }
}

impl PartialEq for Sparse {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.entries().eq(other.entries())
    }
}

const fn pack(index: u16, rank: u8) -> u32 {
    (index as u32) << 8 | rank as u32
}

//! The registers of a small sketch: those in use, in the order of their indexes.

/// In-use registers of a small sketch, as `index << 8 | rank`, strictly increasing.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Sparse(Vec<u32>);

impl Sparse {
    /// Takes entries whose indexes increase strictly.
    pub(super) fn from_sorted(entries: impl Iterator<Item = (u16, u8)>) -> Self {
        Self(entries.map(|(index, rank)| pack(index, rank)).collect())
    }

    /// Number of registers in use.
    pub(super) const fn len(&self) -> usize {
        self.0.len()
    }

    /// Registers in use, in the order of their indexes.
    pub(super) fn entries(&self) -> impl Iterator<Item = (u16, u8)> {
        self.0.iter().map(|entry| ((entry >> 8) as u16, *entry as u8))
    }

    /// Raises one register to `rank`, which is at least 1.
    pub(super) fn raise(&mut self, index: u16, rank: u8) {
        let entry = pack(index, rank);
        match self.0.binary_search_by_key(&index, |entry| (entry >> 8) as u16) {
            Ok(at) => self.0[at] = entry.max(self.0[at]),
            Err(at) => self.0.insert(at, entry),
        }
    }
}

const fn pack(index: u16, rank: u8) -> u32 {
    (index as u32) << 8 | rank as u32
}

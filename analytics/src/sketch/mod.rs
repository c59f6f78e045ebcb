//! HyperLogLog with 16,384 registers: how many distinct identities a region, a time, a nation saw.
//!
//! A sketch is the same whatever the order in which identities arrive, and the union of two is their bytewise maximum,
//! so buckets, levels and regions add up without counting anybody twice. Equal registers have equal bytes in every
//! form. Counts are estimates; [`Sketch::relative_error_95`] says how good.
//!
//! Source of the sketch: Flajolet, Fusy, Gandouet and Meunier, "HyperLogLog" (2007), with 64-bit hashes as in Heule,
//! Nunkesser and Hall, "HyperLogLog in Practice" (2013).

mod accumulator;
pub(crate) mod bits;
pub mod datasketches;
mod entropy;
mod estimate;
mod form;
mod kernel;
mod nibble;
pub mod redis;
mod registers;
mod rice;
mod scheme;
mod sparse;

pub use accumulator::Accumulator;
pub(crate) use estimate::relative_error_95;
pub use scheme::{HashScheme, Scheme};

use registers::Registers;
use sparse::Sparse;

/// Two to this power is the number of registers.
pub const PRECISION: u8 = 14;
/// Number of registers.
pub const REGISTERS: usize = 1 << PRECISION;
/// Highest rank: a 64-bit hash leaves 50 bits behind the index.
pub const MAX_RANK: u8 = 51;

/// Registers in use up to which a sketch in memory stays a short list; beyond, 16 KiB pay for themselves.
const SPARSE_LIMIT: usize = 256;

/// Why sketches cannot be merged or bytes cannot be read as one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SketchError {
    /// The two do not count the same thing in the same way.
    #[error("the sketches cannot be merged: the {what} is {ours} on one side and {theirs} on the other")]
    Mismatch {
        /// What differs.
        what: &'static str,
        /// Its value in the sketch that was to take the other.
        ours: String,
        /// Its value in the other.
        theirs: String,
    },
    /// The bytes are not a sketch that a writer of ours produces.
    #[error("these bytes are not a valid {form} sketch: {what}")]
    Invalid {
        /// The form, as far as it was recognised.
        form: &'static str,
        /// What is wrong.
        what: &'static str,
    },
}

/// A set of identities, as far as needed to say how many there are.
#[derive(Clone, PartialEq)]
pub struct Sketch {
    scheme: Scheme,
    store: Store,
}

#[derive(Clone)]
enum Store {
    Sparse(Sparse),
    Dense(Box<Registers>),
}

impl Sketch {
    /// An empty set.
    pub fn new(scheme: Scheme) -> Self {
        Self { scheme, store: Store::Sparse(Sparse::default()) }
    }

    /// A set given by its registers. Fails if a rank is above [`MAX_RANK`].
    pub fn from_registers(scheme: Scheme, registers: &[u8; REGISTERS]) -> Result<Self, SketchError> {
        registers::check_ranks(registers, "register")?;
        Ok(Self::of_registers(scheme, registers))
    }

    /// What this sketch counts.
    pub const fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// Adds an identity, given by its hash under the sketch's [`scheme`](Self::scheme).
    #[inline]
    pub fn insert_hash(&mut self, hash: u64) {
        let (index, rank) = registers::split(hash);
        match &mut self.store {
            Store::Dense(registers) => registers.raise(index, rank),
            Store::Sparse(_) => self.insert_sparse(index, rank),
        }
    }

    /// Adds all identities of another sketch. Refuses, and changes nothing, if the schemes differ.
    pub fn merge(&mut self, other: &Self) -> Result<(), SketchError> {
        self.scheme.check(&other.scheme)?;
        match &other.store {
            Store::Sparse(table) => self.merge_table(table),
            Store::Dense(registers) => self.densify().merge(&registers.0),
        }
        Ok(())
    }

    /// Estimated number of distinct identities.
    pub fn estimate(&self) -> f64 {
        match &self.store {
            Store::Sparse(_) => estimate::of_registers(&self.registers()),
            Store::Dense(registers) => estimate::of_registers(&registers.0),
        }
    }

    /// Half-width of the 95 % band around [`estimate`](Self::estimate), as a share of it (0.012 is 1.2 %).
    pub fn relative_error_95(&self) -> f64 {
        estimate::relative_error_95(self.estimate())
    }

    /// Whether nobody was added.
    pub fn is_empty(&self) -> bool {
        match &self.store {
            Store::Sparse(table) => table.len() == 0,
            Store::Dense(registers) => registers.used() == 0,
        }
    }

    /// All registers, in the order of their indexes.
    pub fn registers(&self) -> Box<[u8; REGISTERS]> {
        let mut all = Box::new([0; REGISTERS]);
        match &self.store {
            Store::Dense(registers) => all.copy_from_slice(&registers.0),
            Store::Sparse(table) => table.entries().for_each(|(index, rank)| all[usize::from(index)] = rank),
        }
        all
    }

    fn insert_sparse(&mut self, index: u16, rank: u8) {
        if let Store::Sparse(table) = &mut self.store {
            table.raise(index, rank);
            if table.len() > SPARSE_LIMIT {
                self.densify();
            }
        }
    }

    fn merge_table(&mut self, other: &Sparse) {
        match &mut self.store {
            Store::Dense(registers) => registers.raise_all(other.entries()),
            Store::Sparse(table) if table.len() == 0 => *table = other.clone(),
            Store::Sparse(table) => {
                other.entries().for_each(|(index, rank)| table.raise(index, rank));
                if table.len() > SPARSE_LIMIT {
                    self.densify();
                }
            }
        }
    }

    /// A set of so many entries, whose indexes increase strictly.
    fn from_entries(scheme: Scheme, count: usize, entries: impl Iterator<Item = (u16, u8)>) -> Self {
        let mut sketch = Self::new(scheme);
        if count > SPARSE_LIMIT {
            sketch.densify().raise_all(entries);
        } else {
            sketch.store = Store::Sparse(Sparse::from_sorted(entries));
        }
        sketch
    }

    /// A set of these registers, whose ranks were checked.
    fn of_registers(scheme: Scheme, registers: &[u8; REGISTERS]) -> Self {
        let mut dense = Registers::zeroed();
        dense.0 = *registers;
        match dense.used() {
            used @ ..=SPARSE_LIMIT => Self::from_entries(scheme, used, dense.entries()),
            _ => Self { scheme, store: Store::Dense(dense) },
        }
    }

    fn densify(&mut self) -> &mut Registers {
        if let Store::Sparse(table) = &self.store {
            let mut registers = Registers::zeroed();
            registers.raise_all(table.entries());
            self.store = Store::Dense(registers);
        }
        match &mut self.store {
            Store::Dense(registers) => registers,
            Store::Sparse(_) => unreachable!("the store was made dense above"),
        }
    }
}

impl PartialEq for Store {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Dense(ours), Self::Dense(theirs)) => ours == theirs,
            (Self::Sparse(ours), Self::Sparse(theirs)) => ours == theirs,
            (Self::Sparse(table), Self::Dense(registers)) | (Self::Dense(registers), Self::Sparse(table)) => {
                table.entries().eq(registers.entries())
            }
        }
    }
}

impl std::fmt::Debug for Sketch {
    /// Shows the scheme and the count: registers are as sensitive as what they were made of.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sketch")
            .field("scheme", &self.scheme)
            .field("estimate", &self.estimate())
            .finish_non_exhaustive()
    }
}

//! A union of many sketches, in memory that is used again and again.

use super::registers::Registers;
use super::rice::Entries;
use super::{Scheme, Sketch, SketchError, Store, estimate};

/// Sixteen KiB of registers that take sketches in memory and in any encoded form.
#[derive(Clone)]
pub struct Accumulator {
    scheme: Scheme,
    registers: Box<Registers>,
    scratch: Scratch,
}

/// What encoded sketches are decoded into before they change anything.
#[derive(Clone, Default)]
pub(super) struct Scratch {
    pub(super) entries: Entries,
    pub(super) registers: Option<Box<Registers>>,
}

impl Accumulator {
    /// An empty union.
    pub fn new(scheme: Scheme) -> Self {
        Self { scheme, registers: Registers::zeroed(), scratch: Scratch::default() }
    }

    /// What is counted.
    pub const fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// Empties the union.
    pub fn clear(&mut self) {
        self.registers.0.fill(0);
    }

    /// Adds a sketch. Refuses, and changes nothing, if the schemes differ.
    pub fn merge(&mut self, sketch: &Sketch) -> Result<(), SketchError> {
        self.scheme.check(&sketch.scheme)?;
        match &sketch.store {
            Store::Dense(registers) => self.registers.merge(&registers.0),
            Store::Sparse(table) => self.registers.raise_all(table.entries()),
        }
        Ok(())
    }

    /// Adds a sketch straight from its bytes in any form, without allocating once the union has grown to its work.
    pub fn merge_encoded(&mut self, scheme: &Scheme, bytes: &[u8]) -> Result<(), SketchError> {
        self.scheme.check(scheme)?;
        super::form::merge_encoded(bytes, &mut self.registers, &mut self.scratch)
    }

    /// Estimated number of distinct identities in the union.
    pub fn estimate(&self) -> f64 {
        estimate::of_registers(&self.registers.0)
    }

    /// Half-width of the 95 % band around [`estimate`](Self::estimate), as a share of it.
    pub fn relative_error_95(&self) -> f64 {
        estimate::relative_error_95(self.estimate())
    }

    /// The union as a sketch.
    pub fn to_sketch(&self) -> Sketch {
        Sketch::of_registers(self.scheme, &self.registers.0)
    }

    /// The union as a sketch.
    pub fn into_sketch(self) -> Sketch {
        self.to_sketch()
    }
}

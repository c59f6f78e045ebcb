//! The forms in which a sketch is written. The first byte names the form.
//!
//! | byte | form | written |
//! |---|---|---|
//! | 0 | empty | on the wire and at rest |
//! | 1 | sparse, Rice coded ([`rice`]) | on the wire and at rest, up to [`SPARSE_MAX`] registers in use |
//! | 2 | entropy coded ([`entropy`]) | on the wire, beyond that |
//! | 3 | four bits a register ([`nibble`]) | at rest, beyond that |
//! | 4 | one byte a register | where speed is all |
//!
//! Which form is written depends on the number of registers in use alone, so equal registers have equal bytes.

use super::accumulator::Scratch;
use super::registers::{Registers, check_ranks};
use super::{REGISTERS, Scheme, Sketch, SketchError, Store, entropy, nibble, rice};

/// Registers in use up to which the sparse form is written: where its mean length meets the entropy-coded one's.
pub(super) const SPARSE_MAX: usize = 6144;

const EMPTY: u8 = 0;
const SPARSE: u8 = 1;
const ENTROPY: u8 = 2;
const NIBBLE: u8 = 3;
const RAW: u8 = 4;

impl Sketch {
    /// Appends the shortest form, for the wire: 20 bytes for 10 identities, 5.9 KB for a million.
    pub fn encode_wire(&self, out: &mut Vec<u8>) {
        self.encode(out, ENTROPY, entropy::encode);
    }

    /// Appends the form for storage: sparse when small, else 8.2 KB that merge straight from these bytes.
    pub fn encode_rest(&self, out: &mut Vec<u8>) {
        self.encode(out, NIBBLE, nibble::encode);
    }

    /// Appends all registers, one byte each.
    pub fn encode_raw(&self, out: &mut Vec<u8>) {
        out.push(RAW);
        out.extend_from_slice(&*self.registers());
    }

    /// Reads any of the forms. Accepts only what an `encode_` function writes, to the bit.
    pub fn decode(scheme: Scheme, bytes: &[u8]) -> Result<Self, SketchError> {
        let (form, body) = bytes.split_first().ok_or(invalid("there are no bytes"))?;
        match *form {
            EMPTY if body.is_empty() => Ok(Self::new(scheme)),
            SPARSE => {
                let mut entries = rice::Entries::default();
                entries.decode(body)?;
                Ok(Self::from_entries(scheme, entries.len(), entries.iter()))
            }
            ENTROPY => {
                let mut registers = Registers::zeroed();
                entropy::decode(body, &mut registers)?;
                if !entropy::is_canonical(body, &registers.0) {
                    return Err(invalid("its code book is not the best one"));
                }
                dense(scheme, registers)
            }
            NIBBLE => {
                let nibbles = nibble::Nibbles::parse(body)?;
                let mut registers = Registers::zeroed();
                nibbles.merge_into(&mut registers);
                if !nibbles.is_canonical(&registers.0) {
                    return Err(invalid("its base is not the smallest rank"));
                }
                dense(scheme, registers)
            }
            RAW => {
                let registers: &[u8; REGISTERS] = body.try_into().map_err(|_| invalid("the length"))?;
                check_ranks(registers, "raw")?;
                Ok(Self::of_registers(scheme, registers))
            }
            _ => Err(invalid("the form is unknown")),
        }
    }

    fn encode(&self, out: &mut Vec<u8>, dense: u8, encode_dense: impl Fn(&[u8; REGISTERS], &mut Vec<u8>)) {
        match &self.store {
            Store::Sparse(table) if table.len() == 0 => out.push(EMPTY),
            Store::Sparse(table) => {
                out.push(SPARSE);
                rice::encode(&table.entries().collect::<Vec<_>>(), out);
            }
            Store::Dense(registers) => match registers.used() {
                0 => out.push(EMPTY),
                1..=SPARSE_MAX => {
                    out.push(SPARSE);
                    rice::encode(&registers.entries().collect::<Vec<_>>(), out);
                }
                _ => {
                    out.push(dense);
                    encode_dense(&registers.0, out);
                }
            },
        }
    }
}

/// Raises registers to those of an encoded sketch. Everything that a register depends on is checked before the first
/// one changes; whether the bytes are the canonical ones does not matter to a union and is left to `Sketch::decode`.
pub(super) fn merge_encoded(bytes: &[u8], registers: &mut Registers, scratch: &mut Scratch) -> Result<(), SketchError> {
    let (form, body) = bytes.split_first().ok_or(invalid("there are no bytes"))?;
    match *form {
        EMPTY if body.is_empty() => {}
        SPARSE => {
            scratch.entries.decode(body)?;
            registers.raise_all(scratch.entries.iter());
        }
        ENTROPY => {
            let theirs = scratch.registers.get_or_insert_with(Registers::zeroed);
            entropy::decode(body, theirs)?;
            registers.merge(&theirs.0);
        }
        NIBBLE => nibble::Nibbles::parse(body)?.merge_into(registers),
        RAW => {
            let theirs: &[u8; REGISTERS] = body.try_into().map_err(|_| invalid("the length"))?;
            check_ranks(theirs, "raw")?;
            registers.merge(theirs);
        }
        _ => return Err(invalid("the form is unknown")),
    }
    Ok(())
}

/// Registers as they are kept, unless so few are in use that the sparse form is the canonical one.
fn dense(scheme: Scheme, registers: Box<Registers>) -> Result<Sketch, SketchError> {
    if registers.used() <= SPARSE_MAX {
        return Err(invalid("it is small enough for the sparse form"));
    }
    Ok(Sketch { scheme, store: Store::Dense(registers) })
}

const fn invalid(what: &'static str) -> SketchError {
    SketchError::Invalid { form: "encoded", what }
}

//! Sketches as Apache DataSketches writes them (HLL family, serial version 1).
//!
//! The registers agree with ours, only the hash differs. So the *count* of an exported sketch is right in DataSketches,
//! but a union is only meaningful if all were hashed with [`hash`].
//!
//! Format: eight bytes (preamble in ints, serial version 1, family 7, lgK, lgArr, flags, coupon count or smallest rank,
//! and `mode | type << 2`); then for mode LIST (0) and SET (1) coupons `value << 26 | slot`, for mode HLL (2) three
//! doubles of the estimator, two counts, and registers of 4 (less the smallest rank, 15 looks up an auxiliary coupon),
//! 6 or 8 bits.

use super::bits::BitReader;
use super::{HashScheme, MAX_RANK, PRECISION, REGISTERS, Scheme, Sketch, SketchError, registers};
use crate::codec::Reader;
use crate::identity::IdentityMode;

const SERIAL_VERSION: u8 = 1;
const FAMILY: u8 = 7;
const COMPACT: u8 = 8;
const OUT_OF_ORDER: u8 = 16;
const MODE_HLL: u8 = 2;
const TYPE_HLL8: u8 = 2;
/// Largest lgK of the format.
const MAX_PRECISION: u8 = 21;

/// The hash of DataSketches, put together so that a sketch of scheme [`HashScheme::DataSketches`] takes it: 128-bit
/// MurmurHash3 with seed 9001, whose first half gives the register and whose second half gives the rank.
///
/// Source: Austin Appleby, MurmurHash3 x64 128 (public domain).
pub fn hash(bytes: &[u8]) -> u64 {
    let [low, high] = murmur3(bytes);
    // DataSketches counts leading zeros, we count trailing ones of what stands above the index.
    (low % REGISTERS as u64) | (high.reverse_bits() << PRECISION)
}

/// The sketch as an HLL_8 image.
pub fn export(sketch: &Sketch) -> Vec<u8> {
    let registers = sketch.registers();
    let mut out = Vec::with_capacity(40 + REGISTERS);
    // "Out of order" tells that the running estimate is not there, so that readers work from the registers.
    out.extend([10, SERIAL_VERSION, FAMILY, PRECISION, 0, OUT_OF_ORDER, 0, MODE_HLL | TYPE_HLL8 << 2]);
    let sum = |ranks: std::ops::Range<u8>| -> f64 {
        registers.iter().filter(|rank| ranks.contains(rank)).map(|rank| libm::exp2(-f64::from(*rank))).sum()
    };
    out.extend(0.0_f64.to_le_bytes());
    out.extend(sum(0..32).to_le_bytes());
    out.extend(sum(32..64).to_le_bytes());
    out.extend((registers::count(&registers, |rank| rank == 0) as u32).to_le_bytes());
    out.extend(0_u32.to_le_bytes());
    out.extend(*registers);
    out
}

/// The sketch of an image in any mode and of any type, as one of scheme [`HashScheme::DataSketches`]. Finer images
/// (lgK above 14) are folded down to ours, coarser ones are refused.
pub fn import(mode: IdentityMode, bytes: &[u8]) -> Result<Sketch, SketchError> {
    let (head, _) = bytes.split_first_chunk::<8>().ok_or(invalid("it ends too early"))?;
    let [_, version, family, precision, log_slots, flags, state, kind] = *head;
    if version != SERIAL_VERSION || family != FAMILY {
        return Err(invalid("it is not an HLL image of serial version 1"));
    }
    if !(PRECISION..=MAX_PRECISION).contains(&precision) {
        return Err(invalid("its lgK is not 14 to 21"));
    }
    let mut image = Image { r: Reader::new(bytes), precision, registers: Box::new([0; REGISTERS]) };
    let compact = flags & COMPACT != 0;
    match (kind & 3, kind >> 2 & 3) {
        (0, _) => {
            image.skip(8)?;
            image.coupons(if compact { usize::from(state) } else { slots(log_slots)? })?;
        }
        (1, _) => {
            image.skip(8)?;
            let count = image.u32()? as usize;
            image.coupons(if compact { count } else { slots(log_slots)? })?;
        }
        (2, 0) => image.hll4(state, (!compact).then_some(log_slots))?,
        (2, 1) => image.hll6()?,
        (2, 2) => image.hll8()?,
        _ => return Err(invalid("its mode or type is unknown")),
    }
    image.r.finish("image").map_err(|_| invalid("bytes follow its end"))?;
    Sketch::from_registers(Scheme::foreign(HashScheme::DataSketches, mode), &image.registers)
}

struct Image<'a> {
    r: Reader<'a>,
    precision: u8,
    registers: Box<[u8; REGISTERS]>,
}

impl Image<'_> {
    /// Reads four-bit registers and their coupons: a hash table of so many slots, or, without, compact.
    fn hll4(&mut self, lowest: u8, log_slots: Option<u8>) -> Result<(), SketchError> {
        if lowest > MAX_RANK {
            return Err(invalid("a rank is above 51"));
        }
        self.skip(36)?;
        let auxiliary = self.u32()? as usize;
        let packed = self.take(1 << (self.precision - 1))?;
        for (index, byte) in packed.iter().enumerate() {
            for (index, offset) in [(2 * index, byte & 0xf), (2 * index + 1, byte >> 4)] {
                // A register of offset 15 is at least this high; its coupon follows.
                self.raise(index, offset.saturating_add(lowest));
            }
        }
        match log_slots {
            _ if auxiliary == 0 => Ok(()),
            Some(log_slots) => self.coupons(slots(log_slots)?),
            None => self.coupons(auxiliary),
        }
    }

    fn hll6(&mut self) -> Result<(), SketchError> {
        self.skip(40)?;
        // One byte more than needed: implementations read two at a time.
        let packed = self.take((3 << (self.precision - 2)) + 1)?;
        let mut bits = BitReader::new(packed);
        for index in 0..1 << self.precision {
            let rank = bits.take(6) as u8;
            self.raise(index, rank);
        }
        Ok(())
    }

    fn hll8(&mut self) -> Result<(), SketchError> {
        self.skip(40)?;
        for (index, rank) in self.take(1 << self.precision)?.iter().enumerate() {
            if *rank > 63 {
                return Err(invalid("a rank is above 63"));
            }
            self.raise(index, *rank);
        }
        Ok(())
    }

    /// Reads coupons, of which empty ones are gaps of a hash table.
    fn coupons(&mut self, count: usize) -> Result<(), SketchError> {
        for _ in 0..count {
            let coupon = self.u32()?;
            self.raise(coupon as usize, (coupon >> 26) as u8);
        }
        Ok(())
    }

    /// Raises the register into which a slot folds. Ranks beyond ours have a probability of 2^-51 and count as ours.
    fn raise(&mut self, slot: usize, rank: u8) {
        let register = &mut self.registers[slot % REGISTERS];
        *register = (*register).max(rank.min(MAX_RANK));
    }

    fn skip(&mut self, len: usize) -> Result<(), SketchError> {
        self.take(len).map(|_| ())
    }

    fn u32(&mut self) -> Result<u32, SketchError> {
        let mut word = [0; 4];
        word.copy_from_slice(self.take(4)?);
        Ok(u32::from_le_bytes(word))
    }
}

impl<'a> Image<'a> {
    fn take(&mut self, len: usize) -> Result<&'a [u8], SketchError> {
        self.r.take(len, "image").map_err(|_| invalid("it ends too early"))
    }
}

fn slots(log: u8) -> Result<usize, SketchError> {
    if log > MAX_PRECISION { Err(invalid("its hash table is too large")) } else { Ok(1 << log) }
}

fn murmur3(bytes: &[u8]) -> [u64; 2] {
    const SEED: u64 = 9001;
    const C1: u64 = 0x87c3_7b91_1142_53d5;
    const C2: u64 = 0x4cf5_ad43_2745_937f;
    let mix1 = |k: u64| k.wrapping_mul(C1).rotate_left(31).wrapping_mul(C2);
    let mix2 = |k: u64| k.wrapping_mul(C2).rotate_left(33).wrapping_mul(C1);
    let word = |bytes: &[u8]| bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
    let avalanche = |mut h: u64| {
        h = (h ^ h >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
        h = (h ^ h >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        h ^ h >> 33
    };
    let (mut h1, mut h2) = (SEED, SEED);
    let (blocks, tail) = bytes.as_chunks::<16>();
    for block in blocks {
        h1 = (h1 ^ mix1(word(&block[..8]))).rotate_left(27).wrapping_add(h2);
        h1 = h1.wrapping_mul(5).wrapping_add(0x52dc_e729);
        h2 = (h2 ^ mix2(word(&block[8..]))).rotate_left(31).wrapping_add(h1);
        h2 = h2.wrapping_mul(5).wrapping_add(0x3849_5ab5);
    }
    let (first, second) = tail.split_at(tail.len().min(8));
    h2 ^= mix2(word(second));
    h1 ^= mix1(word(first));
    h1 ^= bytes.len() as u64;
    h2 ^= bytes.len() as u64;
    h1 = h1.wrapping_add(h2);
    h2 = h2.wrapping_add(h1);
    h1 = avalanche(h1);
    h2 = avalanche(h2);
    h1 = h1.wrapping_add(h2);
    h2 = h2.wrapping_add(h1);
    [h1, h2]
}

const fn invalid(what: &'static str) -> SketchError {
    SketchError::Invalid { form: "DataSketches", what }
}

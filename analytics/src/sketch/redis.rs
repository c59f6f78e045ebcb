//! Sketches as Redis keeps them: `GET key` of a `PFADD` key is what [`import`] reads, `SET key` takes what [`export`]
//! writes.
//!
//! The registers are the same ones, only the hash differs. So the *count* of an exported sketch is right in Redis, but a
//! union with other keys (`PFMERGE`) is only meaningful if all were hashed with [`hash`].
//!
//! Format (Redis 7, `hyperloglog.c`): `HYLL`, a byte that is 0 for dense and 1 for sparse, three zero bytes, the cached
//! count (u64, its top bit set if outdated), then 6 bits a register, low bits first, or opcodes: `00xxxxxx` is 1 to 64
//! zeros, `01xxxxxx yyyyyyyy` up to 16,384 zeros, `1vvvvvxx` 1 to 4 registers of value 1 to 32.

use super::{HashScheme, MAX_RANK, REGISTERS, Scheme, Sketch, SketchError, registers};
use crate::identity::IdentityMode;

const MAGIC: &[u8; 4] = b"HYLL";
/// Magic, encoding and the cached count.
const HEADER: usize = 16;
const DENSE: u8 = 0;
const SPARSE: u8 = 1;
/// Registers as dense Redis strings hold them.
const DENSE_BYTES: usize = REGISTERS * 6 / 8;
/// Redis turns longer sparse strings into dense ones (`hll-sparse-max-bytes`).
const SPARSE_MAX_BYTES: usize = 3000;
/// Highest value of a sparse opcode.
const SPARSE_MAX_RANK: u8 = 32;

/// The hash of Redis: MurmurHash64A with its seed. A sketch of scheme [`HashScheme::Redis`] takes it.
///
/// Source: Austin Appleby, MurmurHash2, 64-bit version for 64-bit platforms (public domain).
pub fn hash(bytes: &[u8]) -> u64 {
    const M: u64 = 0xc6a4_a793_5bd1_e995;
    const SEED: u64 = 0xadc8_3b19;
    let mut h = SEED ^ (bytes.len() as u64).wrapping_mul(M);
    let (words, tail) = bytes.as_chunks::<8>();
    for word in words {
        let mut k = u64::from_le_bytes(*word).wrapping_mul(M);
        k = (k ^ k >> 47).wrapping_mul(M);
        h = (h ^ k).wrapping_mul(M);
    }
    if !tail.is_empty() {
        let last = tail.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
        h = (h ^ last).wrapping_mul(M);
    }
    h = (h ^ h >> 47).wrapping_mul(M);
    h ^ h >> 47
}

/// The sketch as a Redis string: sparse if Redis would keep it so, else dense.
pub fn export(sketch: &Sketch) -> Vec<u8> {
    let registers = sketch.registers();
    let mut out = Vec::new();
    out.extend(MAGIC);
    out.push(SPARSE);
    // The cached count is marked as outdated, so Redis works it out itself.
    out.extend([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80]);
    if registers.iter().all(|rank| *rank <= SPARSE_MAX_RANK) {
        write_opcodes(&registers, &mut out);
    }
    if out.len() == HEADER || out.len() > SPARSE_MAX_BYTES {
        out[MAGIC.len()] = DENSE;
        out.truncate(HEADER);
        for four in registers.as_chunks::<4>().0 {
            let bits = four.iter().rev().fold(0_u32, |bits, rank| bits << 6 | u32::from(*rank));
            out.extend(&bits.to_le_bytes()[..3]);
        }
    }
    out
}

/// The sketch of a Redis string, dense or sparse, as one of scheme [`HashScheme::Redis`].
pub fn import(mode: IdentityMode, bytes: &[u8]) -> Result<Sketch, SketchError> {
    let (head, body) = bytes.split_first_chunk::<HEADER>().ok_or(invalid("it ends too early"))?;
    let [magic @ .., encoding, _, _, _, _, _, _, _, _, _, _, _] = head;
    if magic != MAGIC {
        return Err(invalid("it does not start with HYLL"));
    }
    let registers = match *encoding {
        DENSE => read_dense(body)?,
        SPARSE => read_opcodes(body)?,
        _ => return Err(invalid("the encoding is neither dense nor sparse")),
    };
    registers::check_ranks(&registers, FORM)?;
    Sketch::from_registers(Scheme::foreign(HashScheme::Redis, mode), &registers)
}

fn read_dense(body: &[u8]) -> Result<Box<[u8; REGISTERS]>, SketchError> {
    let body: &[u8; DENSE_BYTES] = body.try_into().map_err(|_| invalid("the length"))?;
    let mut registers = Box::new([0; REGISTERS]);
    for (four, [a, b, c]) in registers.as_chunks_mut::<4>().0.iter_mut().zip(body.as_chunks::<3>().0) {
        let bits = u32::from_le_bytes([*a, *b, *c, 0]);
        *four = std::array::from_fn(|i| (bits >> (6 * i)) as u8 & 0x3f);
    }
    Ok(registers)
}

fn write_opcodes(registers: &[u8; REGISTERS], out: &mut Vec<u8>) {
    for run in registers.chunk_by(|a, b| a == b) {
        match (run[0], run.len()) {
            (0, zeros @ ..=64) => out.push(zeros as u8 - 1),
            (0, zeros) => out.extend([0x40 | ((zeros - 1) >> 8) as u8, (zeros - 1) as u8]),
            (rank, _) => out.extend(run.chunks(4).map(|part| 0x80 | (rank - 1) << 2 | (part.len() - 1) as u8)),
        }
    }
}

fn read_opcodes(body: &[u8]) -> Result<Box<[u8; REGISTERS]>, SketchError> {
    let mut registers = Box::new([0; REGISTERS]);
    let mut rest = &mut registers[..];
    let mut bytes = body.iter();
    while let Some(&opcode) = bytes.next() {
        let (rank, length) = match opcode {
            ..0x40 => (0, usize::from(opcode) + 1),
            0x40..0x80 => {
                let low = bytes.next().ok_or(invalid("it ends too early"))?;
                (0, (usize::from(opcode & 0x3f) << 8 | usize::from(*low)) + 1)
            }
            0x80.. => ((opcode >> 2 & 0x1f) + 1, usize::from(opcode & 3) + 1),
        };
        let (run, after) = rest.split_at_mut_checked(length).ok_or(invalid("it has more than 16,384 registers"))?;
        run.fill(rank);
        rest = after;
    }
    if rest.is_empty() { Ok(registers) } else { Err(invalid("it has fewer than 16,384 registers")) }
}

const FORM: &str = "Redis";

const fn invalid(what: &'static str) -> SketchError {
    SketchError::Invalid { form: FORM, what }
}

const _: () = assert!(MAX_RANK < 64, "six bits hold every rank");

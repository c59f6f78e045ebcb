//! The dense form on the wire: a prefix code that fits the distribution of ranks, 5.9 KB at any number of identities.
//!
//! With `n` identities in `m` registers a rank is at most `k` with probability `exp(-n / m / 2^k)`, so its distribution
//! depends on the fractional part of `log2(n)`, apart from a shift. Twelve optimal codes, the books, cover all of it to
//! 0.1 %. A prefix code stays within 3 % of the entropy here (the tail halves from rank to rank, for which it is
//! exact), needs integers only, and decodes several ranks at a look: 8 us instead of the 35 us of rANS.
//!
//! Layout: the book, the rank of its first symbol (`origin`), the byte lengths of the first three of four streams (u16
//! each), and the streams, each a quarter of the registers, low bits first. The last symbol of a book escapes to ranks
//! outside: a bit for the side (1 is above) and the distance less one in unary.
//!
//! Source: Huffman (1952), lengths limited to 11 bits by Larmore and Hirschberg's package-merge (1990).

use std::sync::OnceLock;

use super::bits::{BitReader, BitWriter};
use super::registers::Registers;
use super::{MAX_RANK, REGISTERS, SketchError};

/// Ranks that have a code of their own in a book.
const WINDOW: u8 = 15;
/// The symbol for all others.
const ESCAPE: usize = WINDOW as usize;
/// Length of the longest code.
const LONGEST: u32 = 11;
/// Registers in a stream. Four streams keep the processor busy: each look at one depends on the look before.
const QUARTER: usize = REGISTERS / 4;

/// Code lengths of the ranks from the origin on, and of the escape.
///
/// The first ten arise at 0.47, 0.96, 1.7, 2.6, 3.2, 3.8, 4.2, 4.9, 5.3 and 5.9 identities a register, the last two at 6.5
/// and 7.4; twice as many identities need the same book one rank further on.
type Book = [u8; ESCAPE + 1];
const BOOKS: [Book; 12] = [
    [1, 2, 3, 4, 5, 6, 7, 9, 9, 10, 11, 11, 11, 11, 11, 11],
    [2, 2, 2, 3, 4, 5, 6, 7, 8, 10, 11, 11, 11, 11, 11, 11],
    [3, 2, 2, 3, 3, 4, 5, 6, 7, 8, 10, 10, 11, 11, 11, 11],
    [4, 3, 2, 2, 3, 4, 4, 5, 6, 7, 8, 9, 11, 11, 11, 11],
    [5, 3, 2, 2, 3, 3, 5, 5, 6, 7, 8, 9, 11, 11, 11, 11],
    [6, 3, 2, 2, 3, 3, 4, 6, 6, 7, 8, 9, 11, 11, 11, 11],
    [7, 3, 2, 2, 3, 3, 4, 5, 7, 7, 8, 9, 11, 11, 11, 11],
    [7, 4, 2, 2, 3, 3, 4, 4, 5, 7, 7, 8, 9, 10, 11, 11],
    [8, 4, 3, 2, 2, 3, 4, 4, 5, 6, 8, 8, 9, 10, 11, 11],
    [9, 4, 3, 2, 2, 3, 4, 4, 5, 6, 7, 9, 9, 10, 11, 11],
    [10, 5, 3, 2, 2, 3, 3, 5, 5, 6, 7, 8, 10, 10, 11, 11],
    [11, 6, 3, 2, 2, 3, 3, 4, 6, 6, 7, 8, 9, 11, 11, 11],
];

/// Appends all registers.
pub(super) fn encode(registers: &[u8; REGISTERS], out: &mut Vec<u8>) {
    let (book, origin) = cheapest(registers);
    let lengths = &BOOKS[book];
    let codes = codes(lengths);
    out.extend([book as u8, origin]);
    let mut length_at = out.len();
    out.extend([0; 6]);
    let (quarters, _) = registers.as_chunks::<QUARTER>();
    for (i, quarter) in quarters.iter().enumerate() {
        let begin = out.len();
        let mut bits = BitWriter::new(out);
        for rank in quarter {
            let symbol = usize::from(rank.wrapping_sub(origin).min(WINDOW));
            bits.push(u64::from(codes[symbol]), u32::from(lengths[symbol]));
            if symbol == ESCAPE {
                let above = *rank >= origin;
                bits.push(u64::from(above), 1);
                bits.push_unary(u32::from(if above { rank - origin - WINDOW } else { origin - rank - 1 }));
            }
        }
        bits.finish();
        if i < 3 {
            let length = (out.len() - begin) as u16;
            out[length_at..length_at + 2].copy_from_slice(&length.to_le_bytes());
            length_at += 2;
        }
    }
}

/// Reads what [`encode`] wrote into `registers`, all of which are overwritten; they are of no use after an error.
///
/// Every rank is checked. Whether the book and the origin are the ones that `encode` takes is not: see [`is_canonical`].
pub(super) fn decode(bytes: &[u8], registers: &mut Registers) -> Result<(), SketchError> {
    let (head, mut rest) = bytes.split_first_chunk::<8>().ok_or(invalid("it ends too early"))?;
    let [book, origin, lengths @ ..] = head;
    let table = table(*book).ok_or(invalid("the code book is unknown"))?;
    if *origin > MAX_RANK {
        return Err(invalid("a rank is above 51"));
    }
    let (lengths, _) = lengths.as_chunks::<2>();
    let mut streams = [const { BitReader::new(&[]) }; 4];
    for (stream, length) in streams.iter_mut().zip(lengths) {
        let length = usize::from(u16::from_le_bytes(*length));
        let (own, others) = rest.split_at_checked(length).ok_or(invalid("it ends too early"))?;
        *stream = BitReader::new(own);
        rest = others;
    }
    streams[3] = BitReader::new(rest);
    table.decode(*origin, &mut streams, registers)?;
    super::registers::check_ranks(&registers.0, FORM)?;
    if streams.iter().all(BitReader::finish) { Ok(()) } else { Err(invalid("the length")) }
}

/// Whether the bytes, which were decoded to `registers`, name the book and the origin that [`encode`] takes for them.
pub(super) fn is_canonical(bytes: &[u8], registers: &[u8; REGISTERS]) -> bool {
    let (book, origin) = cheapest(registers);
    bytes.starts_with(&[book as u8, origin])
}

/// The book and origin with the fewest bits; the first of equals. The origin is the smallest rank or next to it.
fn cheapest(registers: &[u8; REGISTERS]) -> (usize, u8) {
    // Four counts in turn, so that equal neighbours do not wait for one another.
    let mut counts = [[0_u32; 256]; 4];
    let (rows, _) = registers.as_chunks::<4>();
    for row in rows {
        for (count, rank) in counts.iter_mut().zip(row) {
            count[usize::from(*rank)] += 1;
        }
    }
    let histogram: [u32; MAX_RANK as usize + 1] =
        std::array::from_fn(|rank| counts.iter().map(|count| count[rank]).sum());
    let lowest = histogram.iter().position(|count| *count > 0).unwrap_or(0) as u8;
    let mut best = (u32::MAX, 0, 0);
    for origin in lowest.saturating_sub(1)..=(lowest + 1).min(MAX_RANK) {
        for (book, lengths) in BOOKS.iter().enumerate() {
            let cost = (0..).zip(&histogram).map(|(rank, count)| count * bits_of(rank, origin, lengths)).sum();
            best = best.min((cost, book, origin));
        }
    }
    (best.1, best.2)
}

fn bits_of(rank: u8, origin: u8, book: &Book) -> u32 {
    let escape = u32::from(book[ESCAPE]) + 2;
    match rank.checked_sub(origin) {
        Some(symbol) if symbol < WINDOW => u32::from(book[usize::from(symbol)]),
        Some(symbol) => escape + u32::from(symbol - WINDOW),
        None => escape + u32::from(origin - rank - 1),
    }
}

/// Canonical prefix codes of these lengths, first bit lowest.
fn codes(lengths: &Book) -> [u16; ESCAPE + 1] {
    let mut codes = [0; ESCAPE + 1];
    let mut next = 0_u16;
    for length in 1..=LONGEST {
        next <<= 1;
        for (code, own) in codes.iter_mut().zip(lengths) {
            if u32::from(*own) == length {
                *code = next.reverse_bits() >> (16 - length);
                next += 1;
            }
        }
    }
    codes
}

/// What the next eleven bits of a stream say: up to six symbols, one a byte, then how many symbols, then their bits.
struct Table {
    lengths: &'static Book,
    looks: [u64; 1 << LONGEST],
}

/// Symbols in one look.
const LOOK: usize = 6;
/// Looks that fit into the 57 bits of one peek.
const LOOKS: usize = 57 / LONGEST as usize;
/// Registers that the looks of one peek may touch: each writes eight, of which the next overwrites what is not a symbol.
const MARGIN: usize = (LOOKS - 1) * LOOK + 8;

/// The table of a book. It is made on first use: it depends on nothing but the book.
fn table(book: u8) -> Option<&'static Table> {
    static TABLES: [OnceLock<Box<Table>>; BOOKS.len()] = [const { OnceLock::new() }; BOOKS.len()];
    let (cell, lengths) = (TABLES.get(usize::from(book))?, BOOKS.get(usize::from(book))?);
    Some(cell.get_or_init(|| Box::new(Table::new(lengths))))
}

impl Table {
    fn new(lengths: &'static Book) -> Self {
        let mut first = [0_u8; 1 << LONGEST];
        for (symbol, (code, length)) in (0..).zip(codes(lengths).iter().zip(lengths)) {
            for place in first.iter_mut().skip(usize::from(*code)).step_by(1 << length) {
                *place = symbol;
            }
        }
        let mut looks = [0; 1 << LONGEST];
        for (bits, look) in looks.iter_mut().enumerate() {
            let (mut rest, mut used, mut symbols) = (bits, 0, 0);
            while symbols < LOOK {
                let symbol = first[rest];
                let length = u32::from(lengths[usize::from(symbol)]);
                if usize::from(symbol) == ESCAPE || used + length > LONGEST {
                    break;
                }
                *look |= u64::from(symbol) << (8 * symbols);
                rest >>= length;
                used += length;
                symbols += 1;
            }
            *look |= (symbols as u64) << 48 | u64::from(used) << 56;
        }
        Self { lengths, looks }
    }

    fn decode(&self, origin: u8, streams: &mut [BitReader<'_>; 4], out: &mut Registers) -> Result<(), SketchError> {
        let (quarters, _) = out.0.as_chunks_mut::<QUARTER>();
        let mut filled = [0; 4];
        while filled.iter().all(|at| *at <= QUARTER - MARGIN) {
            for ((stream, quarter), at) in streams.iter_mut().zip(quarters.iter_mut()).zip(&mut filled) {
                if !self.look(origin, stream, quarter, at) {
                    self.one(origin, stream, quarter, at)?;
                }
            }
        }
        for ((stream, quarter), at) in streams.iter_mut().zip(quarters).zip(&mut filled) {
            while *at < QUARTER {
                if *at > QUARTER - MARGIN || !self.look(origin, stream, quarter, at) {
                    self.one(origin, stream, quarter, at)?;
                }
            }
        }
        Ok(())
    }

    /// Takes a few looks at a stream; stops early, and returns false, at an escape.
    #[inline]
    fn look(&self, origin: u8, stream: &mut BitReader<'_>, quarter: &mut [u8; QUARTER], at: &mut usize) -> bool {
        let origins = u64::from(origin) * 0x0101_0101_0101_0101;
        let word = stream.peek();
        let mut used = 0;
        for _ in 0..LOOKS {
            let look = self.looks[(word >> used) as usize % (1 << LONGEST)];
            let symbols = (look >> 48) as usize & 7;
            if symbols == 0 {
                stream.skip(used);
                return false;
            }
            if let Some(place) = quarter.get_mut(*at..*at + 8) {
                place.copy_from_slice(&(look.wrapping_add(origins)).to_le_bytes());
            }
            *at += symbols;
            used += (look >> 56) as u32;
        }
        stream.skip(used);
        true
    }

    /// Takes one symbol.
    fn one(
        &self,
        origin: u8,
        stream: &mut BitReader<'_>,
        quarter: &mut [u8; QUARTER],
        at: &mut usize,
    ) -> Result<(), SketchError> {
        let look = self.looks[stream.peek() as usize % (1 << LONGEST)];
        let rank = if look >> 48 == 0 {
            stream.skip(u32::from(self.lengths[ESCAPE]));
            let above = stream.take(1) == 1;
            let distance = stream.unary(u32::from(MAX_RANK)).ok_or(invalid("a rank is above 51"))? as u8;
            if above {
                origin + WINDOW + distance
            } else {
                origin.checked_sub(distance + 1).ok_or(invalid("a rank is below 0"))?
            }
        } else {
            let symbol = look as u8;
            stream.skip(u32::from(self.lengths[usize::from(symbol)]));
            origin + symbol
        };
        if let Some(place) = quarter.get_mut(*at) {
            *place = rank;
        }
        *at += 1;
        Ok(())
    }
}

const FORM: &str = "entropy-coded";

const fn invalid(what: &'static str) -> SketchError {
    SketchError::Invalid { form: FORM, what }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn books_are_complete_prefix_codes() {
        for book in &BOOKS {
            assert_eq!(book.iter().map(|length| (1 << LONGEST) >> length).sum::<u32>(), 1 << LONGEST, "{book:?}");
        }
    }

    #[test]
    fn a_book_fits_every_number_of_identities() {
        for step in 0..200 {
            // From 0.47 identities a register, where the sparse form ends, to 500,000 of them.
            let load = 0.47 * libm::exp2(f64::from(step) / 10.0);
            let share = |rank: u8| {
                let at_most = |k: i32| if k < 0 { 0.0 } else { libm::exp(-load / libm::exp2(f64::from(k))) };
                at_most(i32::from(rank)) - at_most(i32::from(rank) - 1)
            };
            let entropy: f64 = (0..=MAX_RANK).map(share).filter(|p| *p > 0.0).map(|p| -p * libm::log2(p)).sum();
            let cost = |origin: u8, book: &Book| -> f64 {
                (0..=MAX_RANK).map(|rank| share(rank) * f64::from(bits_of(rank, origin, book))).sum()
            };
            let best = (0..=MAX_RANK)
                .flat_map(|origin| BOOKS.iter().map(move |book| cost(origin, book)))
                .fold(f64::INFINITY, f64::min);
            assert!(best <= entropy * 1.031, "{load}: {best} bits for an entropy of {entropy}");
        }
    }
}

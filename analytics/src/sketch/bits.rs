//! Bits, low ones first.

/// Appends bits to bytes.
pub(crate) struct BitWriter<'a> {
    out: &'a mut Vec<u8>,
    held: u64,
    len: u32,
}

impl<'a> BitWriter<'a> {
    pub(crate) fn new(out: &'a mut Vec<u8>) -> Self {
        Self { out, held: 0, len: 0 }
    }

    /// Appends the low `len` bits of `bits`, at most 32; the others are 0.
    #[inline]
    pub(crate) fn push(&mut self, bits: u64, len: u32) {
        self.held |= bits << self.len;
        self.len += len;
        if self.len >= 32 {
            self.out.extend_from_slice(&(self.held as u32).to_le_bytes());
            self.held >>= 32;
            self.len -= 32;
        }
    }

    /// Appends `zeros` zero bits and a one.
    #[inline]
    pub(crate) fn push_unary(&mut self, mut zeros: u32) {
        while zeros >= 32 {
            self.push(0, 32);
            zeros -= 32;
        }
        self.push(1 << zeros, zeros + 1);
    }

    /// Appends the low `len` bits of `bits`, any number of them; the others are 0.
    pub(crate) fn push_long(&mut self, bits: u64, len: u32) {
        let low = len.min(32);
        self.push(bits & ((1 << low) - 1), low);
        if len > 32 {
            self.push(bits >> 32, len - 32);
        }
    }

    /// Appends a positive integer in the Elias gamma code: as many zeros as bits follow its leading one, that one, and
    /// those bits.
    pub(crate) fn push_gamma(&mut self, value: u64) {
        let bits = value.ilog2();
        self.push_unary(bits);
        self.push_long(value ^ (1 << bits), bits);
    }

    /// Fills the last byte with zeros.
    pub(crate) fn finish(self) {
        self.out.extend_from_slice(&self.held.to_le_bytes()[..self.len.div_ceil(8) as usize]);
    }
}

/// Reads bits. Past the end it reads zeros; [`finish`](Self::finish) tells.
#[derive(Clone)]
pub(crate) struct BitReader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> BitReader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The next bits without taking them: 57 are good.
    #[inline]
    pub(crate) fn peek(&self) -> u64 {
        word(self.bytes.get(self.at / 8..).unwrap_or_default()) >> (self.at % 8)
    }

    /// Takes bits.
    #[inline]
    pub(crate) fn skip(&mut self, bits: u32) {
        self.at += bits as usize;
    }

    /// The next `len` bits, at most 57.
    #[inline]
    pub(crate) fn take(&mut self, len: u32) -> u64 {
        let bits = self.peek() & ((1 << len) - 1);
        self.skip(len);
        bits
    }

    /// The next `len` bits, at most 64.
    #[inline]
    pub(crate) fn take_long(&mut self, len: u32) -> u64 {
        if len <= 57 {
            return self.take(len);
        }
        let low = len.min(32);
        self.take(low) | (self.take(len - low) << (low % 64))
    }

    /// A positive integer in the Elias gamma code, or `None` if it has more than 64 bits.
    #[inline]
    pub(crate) fn gamma(&mut self) -> Option<u64> {
        let word = self.peek();
        let short = word.trailing_zeros();
        // Most are short enough to be seen whole.
        if short <= 28 {
            self.skip(2 * short + 1);
            return Some(1 << short | (word >> (short + 1)) & ((1 << short) - 1));
        }
        let bits = self.unary(63)?;
        Some(1 << bits | self.take_long(bits))
    }

    /// Two integers in the gamma code and `k` bits behind them, at most 64.
    #[inline]
    pub(crate) fn gamma_gamma(&mut self, k: u32) -> Option<(u64, u64, u64)> {
        let seen = self.peek();
        let first = seen.trailing_zeros();
        if first <= 16 {
            let word = seen >> (2 * first + 1);
            let second = word.trailing_zeros();
            if 2 * (first + second) + 2 + k <= 57 {
                // Both in what one look shows.
                let behind = word >> (2 * second + 1);
                let value = |zeros: u32, bits: u64| 1 << zeros | bits & ((1 << zeros) - 1);
                let pair = (value(first, seen >> (first + 1)), value(second, word >> (second + 1)));
                self.skip(2 * (first + second) + 2 + k);
                return Some((pair.0, pair.1, behind & ((1 << k) - 1)));
            }
        }
        Some((self.gamma()?, self.gamma()?, self.take_long(k)))
    }

    /// Number of zeros before the next one, or `None` if there are more than `max`.
    pub(crate) fn unary(&mut self, max: u32) -> Option<u32> {
        let mut zeros = 0;
        loop {
            let run = self.peek().trailing_zeros();
            if run < 57 {
                self.skip(run + 1);
                return (zeros + run <= max).then_some(zeros + run);
            }
            zeros += 57;
            self.skip(57);
            if zeros > max {
                return None;
            }
        }
    }

    /// Fills `out` with unary numbers, as [`unary`](Self::unary) reads them, none above `max`, a whole byte at a time.
    pub(crate) fn unaries(&mut self, out: &mut [u16], max: u16) -> Option<()> {
        let (mut filled, mut zeros) = (0, 0);
        while let Some(place) = out.get_mut(filled..filled + 8) {
            let (mut lengths, count, behind) = RUNS[usize::from(self.peek() as u8)];
            lengths[0] += zeros;
            place.copy_from_slice(&lengths);
            filled += usize::from(count);
            zeros = if count == 0 { zeros + 8 } else { u16::from(behind) };
            self.skip(8);
            if zeros > max {
                return None;
            }
        }
        self.at -= usize::from(zeros);
        for place in out.get_mut(filled..)? {
            *place = self.unary(u32::from(max))? as u16;
        }
        Some(())
    }

    /// Whether exactly all bits were taken, but for zeros that fill the last byte.
    pub(crate) fn finish(&self) -> bool {
        self.at.div_ceil(8) == self.bytes.len() && (self.at.is_multiple_of(8) || self.peek() == 0)
    }
}

/// What each byte says about runs of zeros that are closed by ones: their lengths, how many there are, and the zeros
/// behind the last one.
static RUNS: [([u16; 8], u8, u8); 256] = runs_of_bytes();

const fn runs_of_bytes() -> [([u16; 8], u8, u8); 256] {
    let mut table = [([0; 8], 0, 0); 256];
    let mut byte = 0;
    while byte < 256 {
        let (mut lengths, mut count, mut zeros, mut bit) = ([0; 8], 0, 0, 0);
        while bit < 8 {
            if byte >> bit & 1 == 1 {
                lengths[count] = zeros as u16;
                count += 1;
                zeros = 0;
            } else {
                zeros += 1;
            }
            bit += 1;
        }
        table[byte] = (lengths, count as u8, zeros);
        byte += 1;
    }
    table
}

/// The first eight bytes, with zeros behind the end.
#[inline]
fn word(bytes: &[u8]) -> u64 {
    match bytes.first_chunk::<8>() {
        Some(word) => u64::from_le_bytes(*word),
        None => bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    }
}

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
    pub(crate) fn take_long(&mut self, len: u32) -> u64 {
        let low = len.min(32);
        self.take(low) | (self.take(len - low) << (low % 64))
    }

    /// A positive integer in the Elias gamma code, or `None` if it has more than 64 bits.
    pub(crate) fn gamma(&mut self) -> Option<u64> {
        let bits = self.unary(63)?;
        Some(1 << bits | self.take_long(bits))
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

    /// Whether exactly all bits were taken, but for zeros that fill the last byte.
    pub(crate) fn finish(&self) -> bool {
        self.at.div_ceil(8) == self.bytes.len() && (self.at.is_multiple_of(8) || self.peek() == 0)
    }
}

/// Reads unary numbers that follow one another: the lengths of runs of zeros, each closed by a one.
pub(crate) struct Runs<'a> {
    bytes: &'a [u8],
    /// Byte offset of the next word.
    next: usize,
    /// Ones of the current word that were not reached yet.
    ones: u64,
    /// Bit offset of the current word.
    base: usize,
    /// Bit offset behind the last one.
    behind: usize,
}

impl<'a> Runs<'a> {
    /// Starts at a bit offset.
    pub(crate) fn new(bytes: &'a [u8], at: usize) -> Self {
        let mut runs = Self { bytes, next: at / 8, ones: 0, base: 0, behind: at };
        runs.advance();
        runs.ones &= u64::MAX << (at % 8);
        runs
    }

    /// Reads as many runs as there is room for; false if there are not as many.
    #[inline]
    pub(crate) fn read<T>(&mut self, out: &mut [T], number: impl Fn(usize) -> T) -> bool {
        let mut out = out.iter_mut();
        loop {
            while self.ones != 0 {
                let Some(place) = out.next() else { return true };
                let at = self.base + self.ones.trailing_zeros() as usize;
                self.ones &= self.ones - 1;
                *place = number(at - self.behind);
                self.behind = at + 1;
            }
            if self.next >= self.bytes.len() {
                return out.len() == 0;
            }
            self.advance();
        }
    }

    /// Whether the last one stood in the last byte, and no other followed.
    pub(crate) fn finish(&self) -> bool {
        self.behind.div_ceil(8) == self.bytes.len() && self.ones == 0
    }

    fn advance(&mut self) {
        let rest = self.bytes.get(self.next..).unwrap_or_default();
        (self.base, self.ones) = (self.next * 8, word(rest));
        self.next += 8;
    }
}

/// The first eight bytes, with zeros behind the end.
#[inline]
fn word(bytes: &[u8]) -> u64 {
    match bytes.first_chunk::<8>() {
        Some(word) => u64::from_le_bytes(*word),
        None => bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    }
}

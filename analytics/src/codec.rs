//! The few primitives of which every format is made: LEB128 integers, ZigZag, length-prefixed bytes; bytes as hexadecimal text.
//!
//! Reading is total: any input gives a value or a [`CodecError`], never a panic and never more memory than the input
//! could hold. Integers must be written in their shortest form, so equal values have equal bytes.

/// Why bytes could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// The bytes end before the value does.
    #[error("the data ends at byte {at}, inside {what}")]
    Truncated {
        /// What was being read.
        what: &'static str,
        /// Offset in the section.
        at: usize,
    },
    /// A value that no writer of ours produces.
    #[error("{what} at byte {at} is not valid")]
    Invalid {
        /// What was being read.
        what: &'static str,
        /// Offset in the section.
        at: usize,
    },
}

/// Appends an unsigned integer, seven bits a byte, low bits first.
pub fn put_u64(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a signed integer (ZigZag, then [`put_u64`]).
pub fn put_i64(out: &mut Vec<u8>, value: i64) {
    put_u64(out, ((value << 1) ^ (value >> 63)) as u64);
}

/// Appends bytes with their length in front.
pub fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_u64(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Appends a string with its length in front.
pub fn put_str(out: &mut Vec<u8>, text: &str) {
    put_bytes(out, text.as_bytes());
}

/// Bytes in lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        text.extend([byte >> 4, byte & 15].map(|nibble| char::from_digit(u32::from(nibble), 16).unwrap_or('0')));
        text
    })
}

/// So many bytes from hexadecimal digits of either case; `None` for any other text.
pub fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    let mut bytes = [0; N];
    if pairs.len() != N {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(pairs) {
        let [high, low] = pair.map(|digit| char::from(digit).to_digit(16));
        *byte = (high? << 4 | low?) as u8;
    }
    Some(bytes)
}

/// Reads what the `put_` functions wrote.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// A reader at the first byte.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Bytes not read yet.
    pub const fn remaining(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// Whether everything was read.
    pub const fn is_empty(&self) -> bool {
        self.remaining() == 0
    }

    /// An error for a value just read.
    pub const fn invalid(&self, what: &'static str) -> CodecError {
        CodecError::Invalid { what, at: self.at }
    }

    /// One byte.
    pub fn u8(&mut self, what: &'static str) -> Result<u8, CodecError> {
        let byte = *self.bytes.get(self.at).ok_or(CodecError::Truncated { what, at: self.at })?;
        self.at += 1;
        Ok(byte)
    }

    /// An unsigned integer in shortest LEB128.
    pub fn u64(&mut self, what: &'static str) -> Result<u64, CodecError> {
        let start = self.at;
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.u8(what)?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                break;
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                if byte == 0 && shift > 0 {
                    break;
                }
                return Ok(value);
            }
        }
        Err(CodecError::Invalid { what, at: start })
    }

    /// An unsigned integer that must not exceed `max`.
    pub fn u64_at_most(&mut self, max: u64, what: &'static str) -> Result<u64, CodecError> {
        let start = self.at;
        let value = self.u64(what)?;
        if value > max { Err(CodecError::Invalid { what, at: start }) } else { Ok(value) }
    }

    /// A signed integer.
    pub fn i64(&mut self, what: &'static str) -> Result<i64, CodecError> {
        let raw = self.u64(what)?;
        Ok((raw >> 1) as i64 ^ -((raw & 1) as i64))
    }

    /// A number of items of at least `min_bytes` each that follow: never more than the bytes left could hold.
    pub fn count(&mut self, min_bytes: usize, what: &'static str) -> Result<usize, CodecError> {
        let max = self.remaining() / min_bytes.max(1);
        self.u64_at_most(max as u64, what).map(|n| n as usize)
    }

    /// The next `len` bytes.
    pub fn take(&mut self, len: usize, what: &'static str) -> Result<&'a [u8], CodecError> {
        if len > self.remaining() {
            return Err(CodecError::Truncated { what, at: self.at });
        }
        let bytes = &self.bytes[self.at..self.at + len];
        self.at += len;
        Ok(bytes)
    }

    /// Length-prefixed bytes.
    pub fn bytes(&mut self, what: &'static str) -> Result<&'a [u8], CodecError> {
        let len = self.count(1, what)?;
        self.take(len, what)
    }

    /// A length-prefixed UTF-8 string.
    pub fn str(&mut self, what: &'static str) -> Result<&'a str, CodecError> {
        let start = self.at;
        std::str::from_utf8(self.bytes(what)?).map_err(|_| CodecError::Invalid { what, at: start })
    }

    /// Fails unless everything was read.
    pub fn finish(&self, what: &'static str) -> Result<(), CodecError> {
        if self.is_empty() { Ok(()) } else { Err(self.invalid(what)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hexadecimal_is_read_in_either_case_and_exactly() {
        assert_eq!((hex(&[0, 255, 16, 9]).as_str(), unhex("00FF1009")), ("00ff1009", Some([0, 255, 16, 9])));
        for wrong in ["", "0", "000", "0000", "0g", "+f", "가"] {
            assert_eq!(unhex::<1>(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn hexadecimal_survives(bytes in any::<[u8; 7]>(), text in ".*") {
            prop_assert_eq!(unhex(&hex(&bytes)), Some(bytes));
            let _ = unhex::<4>(&text);
        }

        #[test]
        fn integers_survive(u in any::<u64>(), i in any::<i64>(), s in ".*") {
            let mut out = Vec::new();
            put_u64(&mut out, u);
            put_i64(&mut out, i);
            put_str(&mut out, &s);
            let mut r = Reader::new(&out);
            prop_assert_eq!(r.u64("u").unwrap(), u);
            prop_assert_eq!(r.i64("i").unwrap(), i);
            prop_assert_eq!(r.str("s").unwrap(), s);
            prop_assert!(r.finish("end").is_ok());
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let mut r = Reader::new(&bytes);
            if let Ok(value) = r.u64("u") {
                let mut again = Vec::new();
                put_u64(&mut again, value);
                prop_assert_eq!(&bytes[..again.len()], &again[..]);
            }
            let _ = Reader::new(&bytes).str("s");
        }
    }
}

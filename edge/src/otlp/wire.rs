//! Protobuf's wire format, read in place: nothing is copied, nothing is allocated, fields that nobody asks for cost
//! their tag and length only.
//!
//! Source: Protocol Buffers, "Encoding" (protobuf.dev/programming-guides/encoding).

/// Why bytes are not protobuf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WireError {
    /// What is wrong.
    pub(super) reason: &'static str,
    /// Address of the first byte that was not understood; the offset follows from the address of the body.
    pub(super) address: usize,
}

/// A field's value as it stands on the wire.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Field<'a> {
    Varint(u64),
    Fixed64(u64),
    Fixed32(u32),
    Bytes(&'a [u8]),
}

/// The fields of one message, in the order in which they stand. Groups (deprecated) are stepped over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Message<'a> {
    rest: &'a [u8],
    depth: usize,
}

impl<'a> Message<'a> {
    /// A message that fills `bytes`, in which groups may be nested `depth` deep.
    #[inline]
    pub(super) const fn new(bytes: &'a [u8], depth: usize) -> Self {
        Self { rest: bytes, depth }
    }

    /// The next field with its number, or `None` behind the last one.
    #[expect(clippy::inline_always, reason = "measured: each caller then only keeps the wire types that it matches")]
    #[inline(always)]
    pub(super) fn next(&mut self) -> Result<Option<(u32, Field<'a>)>, WireError> {
        while !self.rest.is_empty() {
            let (number, kind) = self.tag()?;
            let field = match kind {
                0 => Field::Varint(self.varint()?),
                1 => Field::Fixed64(u64::from_le_bytes(self.chunk()?)),
                2 => Field::Bytes(self.bytes()?),
                3 => {
                    self.skip_group(number)?;
                    continue;
                }
                5 => Field::Fixed32(u32::from_le_bytes(self.chunk()?)),
                4 => return Err(self.error("a group ends that did not begin")),
                _ => return Err(self.error("a field has an unknown wire type")),
            };
            return Ok(Some((number, field)));
        }
        Ok(None)
    }

    #[inline]
    fn tag(&mut self) -> Result<(u32, u8), WireError> {
        let tag = self.varint()?;
        let number = u32::try_from(tag >> 3).map_err(|_| self.error("a field number is too large"))?;
        if number == 0 || number > (1 << 29) - 1 {
            return Err(self.error("a field number is out of range"));
        }
        Ok((number, (tag & 7) as u8))
    }

    #[inline]
    fn varint(&mut self) -> Result<u64, WireError> {
        match self.rest {
            [first, rest @ ..] if *first < 0x80 => {
                self.rest = rest;
                Ok(u64::from(*first))
            }
            _ => self.long_varint(),
        }
    }

    fn long_varint(&mut self) -> Result<u64, WireError> {
        let mut value = 0;
        for (at, byte) in self.rest.iter().take(10).enumerate() {
            let bits = u64::from(byte & 0x7f);
            if at == 9 && bits > 1 {
                break;
            }
            value |= bits << (7 * at);
            if *byte < 0x80 {
                self.rest = self.rest.get(at + 1..).unwrap_or_default();
                return Ok(value);
            }
        }
        Err(self.error(if self.rest.len() < 10 { "the data ends inside an integer" } else { "an integer is too long" }))
    }

    #[inline]
    fn bytes(&mut self) -> Result<&'a [u8], WireError> {
        let len = self.varint()?;
        match usize::try_from(len).ok().and_then(|len| self.rest.split_at_checked(len)) {
            Some((bytes, rest)) => {
                self.rest = rest;
                Ok(bytes)
            }
            None => Err(self.error("a length leads past the end of its message")),
        }
    }

    #[inline]
    fn chunk<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        match self.rest.split_first_chunk() {
            Some((chunk, rest)) => {
                self.rest = rest;
                Ok(*chunk)
            }
            None => Err(self.error("the data ends inside a number")),
        }
    }

    #[cold]
    fn skip_group(&mut self, number: u32) -> Result<(), WireError> {
        let mut open = vec![number];
        while let Some(innermost) = open.last() {
            let (number, kind) = self.tag()?;
            match kind {
                0 => drop(self.varint()?),
                1 => drop(self.chunk::<8>()?),
                2 => drop(self.bytes()?),
                3 if open.len() >= self.depth => return Err(self.error("groups are nested too deep")),
                3 => open.push(number),
                4 if number == *innermost => drop(open.pop()),
                4 => return Err(self.error("a group ends that did not begin")),
                5 => drop(self.chunk::<4>()?),
                _ => return Err(self.error("a field has an unknown wire type")),
            }
        }
        Ok(())
    }

    #[cold]
    fn error(&self, reason: &'static str) -> WireError {
        WireError { reason, address: self.rest.as_ptr() as usize }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Result<Vec<(u32, Field<'_>)>, &'static str> {
        let mut message = Message::new(bytes, 3);
        let mut fields = Vec::new();
        while let Some(field) = message.next().map_err(|error| error.reason)? {
            fields.push(field);
        }
        Ok(fields)
    }

    #[test]
    fn every_wire_type_is_read() {
        // The examples of the encoding guide: 150 as field 1, "testing" as field 2; then fixed numbers and a group.
        let bytes =
            [&[0x08, 0x96, 0x01, 0x12, 7][..], b"testing", &[0x1d, 1, 0, 0, 0, 0x21, 2, 0, 0, 0, 0, 0, 0, 0]].concat();
        let fields =
            [(1, Field::Varint(150)), (2, Field::Bytes(b"testing")), (3, Field::Fixed32(1)), (4, Field::Fixed64(2))];
        assert_eq!(all(&bytes).unwrap(), fields);
        assert_eq!(all(&[0x2b, 0x33, 0x08, 1, 0x34, 0x2c, 0x08, 5]).unwrap(), [(1, Field::Varint(5))]);
        let largest = [&[0x08][..], &[0xff; 9], &[0x01]].concat();
        assert_eq!(all(&largest).unwrap(), [(1, Field::Varint(u64::MAX))]);
    }

    #[test]
    fn damage_is_named() {
        assert_eq!(all(&[0x08]), Err("the data ends inside an integer"));
        assert_eq!(all(&[0x08, 0x80]), Err("the data ends inside an integer"));
        assert_eq!(all(&[&[0x08][..], &[0xff; 10]].concat()), Err("an integer is too long"));
        assert_eq!(all(&[0x12, 5, b'a']), Err("a length leads past the end of its message"));
        assert_eq!(
            all(&[0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]),
            Err("a length leads past the end of its message")
        );
        assert_eq!(all(&[0x1d, 1]), Err("the data ends inside a number"));
        assert_eq!(all(&[0x0f]), Err("a field has an unknown wire type"));
        assert_eq!(all(&[0x00, 1]), Err("a field number is out of range"));
        assert_eq!(all(&[0x0c]), Err("a group ends that did not begin"));
        assert_eq!(all(&[0x0b, 0x14]), Err("a group ends that did not begin"));
        assert_eq!(all(&[0x0b, 0x0b, 0x0b, 0x0b]), Err("groups are nested too deep"));
    }
}

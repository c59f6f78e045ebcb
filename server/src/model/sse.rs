//! Server-sent events as they come from a provider (HTML Living Standard, 9.2.6), with bounds.

use super::error::ModelError;

/// Bytes of a line, and of the data of an event.
const MOST_BYTES: usize = 256 << 10;

/// Takes bytes in pieces of any size and gives the data of each event.
#[derive(Debug, Default)]
pub(super) struct Parser {
    line: Vec<u8>,
    data: Vec<u8>,
    has_data: bool,
    /// The last byte was a carriage return, so a line feed that follows ends no line of its own.
    returned: bool,
    begun: bool,
}

impl Parser {
    /// Reads a piece; `each` is given the data of every event that it completes.
    pub(super) fn push(&mut self, piece: &[u8], mut each: impl FnMut(&str)) -> Result<(), ModelError> {
        for &byte in piece {
            if std::mem::take(&mut self.returned) && byte == b'\n' {
                continue;
            }
            match byte {
                b'\n' | b'\r' => {
                    self.returned = byte == b'\r';
                    self.end_of_line(&mut each)?;
                }
                byte if self.line.len() < MOST_BYTES => self.line.push(byte),
                _ => return Err(ModelError::TooLong),
            }
        }
        Ok(())
    }

    fn end_of_line(&mut self, each: &mut impl FnMut(&str)) -> Result<(), ModelError> {
        let mut line = std::mem::take(&mut self.line);
        if !std::mem::replace(&mut self.begun, true) && line.starts_with(b"\xef\xbb\xbf") {
            line.drain(..3);
        }
        if line.is_empty() {
            if std::mem::take(&mut self.has_data) {
                let data = std::mem::take(&mut self.data);
                each(&String::from_utf8_lossy(&data));
            }
            return Ok(());
        }
        let (field, value) = match line.iter().position(|byte| *byte == b':') {
            Some(colon) => line.split_at(colon),
            None => (line.as_slice(), &[][..]),
        };
        // Kinds of events, ids and comments say nothing that the data does not.
        if field != b"data" {
            return Ok(());
        }
        let value = value.strip_prefix(b":").unwrap_or(value);
        let value = value.strip_prefix(b" ").unwrap_or(value);
        if self.data.len() + value.len() > MOST_BYTES {
            return Err(ModelError::TooLong);
        }
        if std::mem::replace(&mut self.has_data, true) {
            self.data.push(b'\n');
        }
        self.data.extend_from_slice(value);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<String>, ModelError> {
        let (mut parser, mut events) = (Parser::default(), Vec::new());
        for piece in pieces {
            parser.push(piece, |data| events.push(data.to_owned()))?;
        }
        Ok(events)
    }

    #[test]
    fn events_are_read_as_the_standard_says() {
        let text = "\u{feff}: hello\n\nevent: x\ndata: one\ndata:two\ndata\n\r\ndata:  three\r\rid: 1\r\n\r\ndata: cut";
        assert_eq!(read([text.as_bytes()]).unwrap(), ["one\ntwo\n", " three"]);
        assert_eq!(read([&b"data: \xff\n\n"[..]]).unwrap(), ["\u{fffd}"]);
    }

    #[test]
    fn a_line_and_an_event_have_bounds() {
        let long = vec![b'a'; MOST_BYTES + 1];
        assert_eq!(read([long.as_slice()]), Err(ModelError::TooLong));
        let line = [b"data:".as_slice(), &vec![b'a'; MOST_BYTES / 2], b"\n"].concat();
        assert_eq!(read([line.as_slice(), &line, &line]), Err(ModelError::TooLong));
    }

    proptest! {
        #[test]
        fn where_a_piece_ends_makes_no_difference(
            lines in proptest::collection::vec("(data: ?|event: |: |)[a-z가-힣:{}\"]{0,12}(\n|\r\n|\r|\n\n)", 0..24),
            cuts in proptest::collection::vec(0_usize..400, 0..12),
        ) {
            let bytes = lines.concat().into_bytes();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut % (bytes.len() + 1)).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
            prop_assert_eq!(read(pieces).unwrap(), read([bytes.as_slice()]).unwrap());
            prop_assert_eq!(read(bytes.chunks(1)).unwrap(), read([bytes.as_slice()]).unwrap());
        }

        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let _ = read([bytes.as_slice()]);
        }
    }
}

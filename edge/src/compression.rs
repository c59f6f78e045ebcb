//! Bodies as they come over the wire: gzip (RFC 1952) and zstd (RFC 8878), decompressed within bounds; and files, packed or not.
//!
//! Decompression stops as soon as a bound is passed, so a bomb costs no more than the bound.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::FrameDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, DEFAULT_MAX_WINDOW_SIZE};

use crate::policy::Limits;

/// First bytes of gzip.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// Bytes of a file that are read at once.
const PIECE: usize = 256 << 10;

/// Why a body was not decompressed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompressionError {
    /// HTTP 415: a content encoding that is not read.
    #[error("content encoding {0:?} is not supported: send identity, gzip or zstd")]
    Unsupported(String),
    /// HTTP 400: not what the encoding says.
    #[error("the body is not valid {encoding}: {reason}")]
    Corrupt {
        /// `gzip` or `zstd`.
        encoding: &'static str,
        /// What the decoder found.
        reason: String,
    },
    /// HTTP 413: larger than allowed.
    #[error("the body holds more than {max} bytes: send smaller batches")]
    TooLarge {
        /// [`Limits::max_bytes`].
        max: usize,
    },
    /// HTTP 413: compressed more tightly than telemetry ever is.
    #[error(
        "the body grows to more than {max} times its size when decompressed: send it uncompressed or in smaller batches"
    )]
    Ratio {
        /// [`Limits::max_ratio`].
        max: usize,
    },
}

/// The body without its content encoding (`identity`, `gzip`, `zstd`, or none), at most [`Limits::max_bytes`] long.
///
/// A gzip body may have several members, a zstd body several frames and skippable frames. Names of encodings are
/// compared without regard to case (RFC 9110, 8.4.1).
pub fn decompress<'a>(
    encoding: Option<&str>,
    body: &'a [u8],
    limits: &Limits,
) -> Result<Cow<'a, [u8]>, CompressionError> {
    let name = encoding.unwrap_or_default().trim();
    if name.is_empty() || name.eq_ignore_ascii_case("identity") {
        if body.len() > limits.max_bytes {
            return Err(CompressionError::TooLarge { max: limits.max_bytes });
        }
        Ok(Cow::Borrowed(body))
    } else if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") {
        gunzip(body, limits).map(Cow::Owned)
    } else if name.eq_ignore_ascii_case("zstd") {
        unzstd(body, limits).map(Cow::Owned)
    } else {
        Err(CompressionError::Unsupported(name.chars().take(40).collect()))
    }
}

/// A file as it is or, where its first bytes are those of gzip, what is packed in it: without bounds, which its reader sets.
pub fn unpacked<'a>(file: impl Read + 'a) -> io::Result<Box<dyn BufRead + 'a>> {
    let mut file = BufReader::with_capacity(PIECE, file);
    if file.fill_buf()?.starts_with(&GZIP) {
        Ok(Box::new(BufReader::with_capacity(PIECE, MultiGzDecoder::new(file))))
    } else {
        Ok(Box::new(file))
    }
}

/// What came out so far, and whether that is still allowed.
struct Output<'l> {
    bytes: Vec<u8>,
    compressed: usize,
    limits: &'l Limits,
}

impl<'l> Output<'l> {
    fn new(compressed: usize, limits: &'l Limits) -> Self {
        let guess = compressed.saturating_mul(4).min(limits.max_bytes).min(limits.ratio_floor);
        Self { bytes: Vec::with_capacity(guess), compressed, limits }
    }

    /// Takes all that `source` gives, a piece at a time.
    fn drain(&mut self, source: &mut impl Read, encoding: &'static str) -> Result<(), CompressionError> {
        let mut piece = [0; 16 << 10];
        loop {
            match source.read(&mut piece) {
                Ok(0) => return Ok(()),
                Ok(read) => self.push(piece.get(..read).unwrap_or_default())?,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(CompressionError::Corrupt { encoding, reason: error.to_string() }),
            }
        }
    }

    fn push(&mut self, piece: &[u8]) -> Result<(), CompressionError> {
        let total = self.bytes.len() + piece.len();
        if total > self.limits.max_bytes {
            return Err(CompressionError::TooLarge { max: self.limits.max_bytes });
        }
        if total > self.limits.ratio_floor && total / self.limits.max_ratio.max(1) > self.compressed {
            return Err(CompressionError::Ratio { max: self.limits.max_ratio });
        }
        if self.bytes.capacity() < total {
            // Doubling, but never past the bound.
            let room = (self.bytes.capacity() * 2).clamp(total, self.limits.max_bytes);
            self.bytes.reserve_exact(room - self.bytes.len());
        }
        self.bytes.extend_from_slice(piece);
        Ok(())
    }
}

fn gunzip(body: &[u8], limits: &Limits) -> Result<Vec<u8>, CompressionError> {
    let mut output = Output::new(body.len(), limits);
    output.drain(&mut MultiGzDecoder::new(body), "gzip")?;
    Ok(output.bytes)
}

fn unzstd(body: &[u8], limits: &Limits) -> Result<Vec<u8>, CompressionError> {
    let corrupt = |reason: String| CompressionError::Corrupt { encoding: "zstd", reason };
    if body.is_empty() {
        return Err(corrupt("it is empty".to_owned()));
    }
    let mut output = Output::new(body.len(), limits);
    let mut decoder = FrameDecoder::new();
    decoder.set_max_window_size(limits.zstd_window.min(DEFAULT_MAX_WINDOW_SIZE));
    let mut source = body;
    while !source.is_empty() {
        match decoder.reset(&mut source) {
            Ok(()) => {}
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                source =
                    source.get(length as usize..).ok_or_else(|| corrupt("a skippable frame is cut off".to_owned()))?;
                continue;
            }
            Err(error) => return Err(corrupt(error.to_string())),
        }
        while !decoder.is_finished() {
            decoder
                .decode_blocks(&mut source, BlockDecodingStrategy::UptoBlocks(1))
                .map_err(|error| corrupt(error.to_string()))?;
            output.drain(&mut decoder, "zstd")?;
        }
        output.drain(&mut decoder, "zstd")?;
        if decoder.get_checksum_from_data().is_some_and(|sum| decoder.get_calculated_checksum() != Some(sum)) {
            return Err(corrupt("its checksum does not match".to_owned()));
        }
    }
    Ok(output.bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use proptest::prelude::*;
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        compress_to_vec(bytes, CompressionLevel::Fastest)
    }

    /// A zstd frame of `blocks` run-length blocks of 128 KiB: four bytes each become 131,072.
    fn zstd_bomb(blocks: usize) -> Vec<u8> {
        let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58];
        for block in 1..=blocks {
            let header = u32::from(block == blocks) | 1 << 1 | (128 << 10) << 3;
            frame.extend_from_slice(&header.to_le_bytes()[..3]);
            frame.push(b'a');
        }
        frame
    }

    #[test]
    fn several_members_and_frames_are_one_body() {
        let limits = Limits::default();
        let two = [gzip(b"one "), gzip(b"two")].concat();
        assert_eq!(decompress(Some("GZIP"), &two, &limits).unwrap(), &b"one two"[..]);
        let skippable = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
        let frames = [zstd(b"one "), skippable.to_vec(), zstd(b"two")].concat();
        assert_eq!(decompress(Some("zstd"), &frames, &limits).unwrap(), &b"one two"[..]);
        assert!(matches!(decompress(None, b"plain", &limits).unwrap(), Cow::Borrowed(b"plain")));
        assert!(
            matches!(decompress(Some("br"), b"", &limits), Err(CompressionError::Unsupported(name)) if name == "br")
        );
    }

    #[test]
    fn a_file_is_read_packed_or_not() {
        let read = |file: &[u8]| {
            let mut text = Vec::new();
            unpacked(file).and_then(|mut file| file.read_to_end(&mut text)).map(|_| text)
        };
        for text in [&b""[..], b"\x1f", b"one two"] {
            assert_eq!(read(text).unwrap(), text);
            assert_eq!(read(&gzip(text)).unwrap(), text);
        }
        assert_eq!(read(&[gzip(b"one "), gzip(b"two")].concat()).unwrap(), b"one two");
        assert!(read(&gzip(b"one two")[..12]).is_err());
    }

    #[test]
    fn a_bomb_stops_at_the_bound() {
        let limits = Limits::default();
        let bomb = gzip(&vec![0; 64 << 20]);
        assert_eq!(decompress(Some("gzip"), &bomb, &limits), Err(CompressionError::Ratio { max: 100 }));
        let bomb = zstd_bomb(400);
        assert_eq!(decompress(Some("zstd"), &bomb, &limits), Err(CompressionError::Ratio { max: 100 }));
        let wide = Limits { max_ratio: 1 << 20, ..limits };
        assert_eq!(decompress(Some("zstd"), &bomb, &wide), Err(CompressionError::TooLarge { max: 20 << 20 }));
        let largest = zstd_bomb(160);
        assert_eq!(decompress(Some("zstd"), &largest, &wide).unwrap().len(), 20 << 20);
    }

    #[test]
    fn the_buffer_never_outgrows_the_bound() {
        let limits = Limits { max_bytes: 1 << 20, max_ratio: usize::MAX, ..Limits::default() };
        let mut output = Output::new(10, &limits);
        while output.push(&[0; 1000]).is_ok() {
            assert!(output.bytes.capacity() <= limits.max_bytes);
        }
        assert!(output.bytes.len() > limits.max_bytes - 1000);
    }

    #[test]
    fn a_window_beyond_the_bound_is_refused_before_it_is_allocated() {
        // A descriptor of exponent 17: a window of 128 MiB.
        let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 17 << 3, 0x01, 0x00, 0x00];
        let error = decompress(Some("zstd"), &frame, &Limits::default()).unwrap_err();
        assert!(matches!(error, CompressionError::Corrupt { encoding: "zstd", .. }), "{error}");
    }

    #[test]
    fn small_bodies_may_be_tight() {
        let tight = gzip(&vec![b' '; 900 << 10]);
        assert_eq!(decompress(Some("gzip"), &tight, &Limits::default()).unwrap().len(), 900 << 10);
    }

    proptest! {
        #[test]
        fn damaged_bodies_are_errors_and_never_a_panic(
            text in prop::collection::vec(any::<u8>(), 1..2000),
            at in any::<prop::sample::Index>(),
            bit in 0_u8..8,
            cut in any::<prop::sample::Index>(),
        ) {
            for (encoding, whole) in [("gzip", gzip(&text)), ("zstd", zstd(&text))] {
                let limits = Limits::default();
                prop_assert_eq!(&decompress(Some(encoding), &whole, &limits).unwrap()[..], &text[..]);
                let truncated = &whole[..cut.index(whole.len())];
                if encoding == "zstd" || !truncated.is_empty() {
                    prop_assert!(decompress(Some(encoding), truncated, &limits).is_err());
                }
                let mut flipped = whole.clone();
                flipped[at.index(whole.len())] ^= 1 << bit;
                if let Ok(bytes) = decompress(Some(encoding), &flipped, &limits) {
                    prop_assert!(bytes.len() <= limits.max_bytes);
                }
            }
        }

        #[test]
        fn any_bytes_are_decompressed_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = decompress(Some("gzip"), &bytes, &Limits::default());
            let _ = decompress(Some("zstd"), &bytes, &Limits::default());
            let framed = [&[0x28, 0xb5, 0x2f, 0xfd], &bytes[..]].concat();
            let _ = decompress(Some("zstd"), &framed, &Limits::default());
        }
    }
}

//! The `.bonghwa` file: a part of a console's memory to take away, which opens wherever the same code runs.
//!
//! ```text
//! 0        8  magic 89 42 48 46 0D 0A 1A 0A
//! 8        2  format version, little-endian
//! 10       4  length of the index, little-endian
//! 14          index: JSON ([`Index`]), with length and SHA-256 of every block
//! +n      32  Ed25519 public key of whoever signed
//! +n+32   64  Ed25519 signature (RFC 8032) of everything before the key
//! +n+96       blocks, one after the other: frames of one region and resolution with the same sections
//! ```
//!
//! The signature covers the index and the index every block, so a reader knows from the first bytes whom the file is from, can
//! read the blocks it needs in any order, and notices each byte that changed, at the end too.

mod error;
mod export;
mod heap;
mod index;
mod writer;

use bonghwa_analytics::codec::hex;
use bonghwa_analytics::frame::{Frame, Sections};
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};

pub use self::error::FileError;
pub use self::export::{FramesQuery, Wanted, blocks, frames, manifest};
pub use self::heap::{Bytes, Heap, Volume, is_known};
pub use self::index::{Block, Index, Made};
pub use self::writer::{SigningKey, Writer, public_key};

/// First bytes of a file.
pub const MAGIC: [u8; 8] = [0x89, b'B', b'H', b'F', 0x0d, 0x0a, 0x1a, 0x0a];
/// Format version that is written; all from 1 on are read.
pub const VERSION: u16 = 1;

/// Bytes before the index.
pub const HEAD: usize = 14;
/// Bytes of key and signature behind it.
pub const SEAL: usize = 96;
/// Bytes of an index, and of a block, at most.
const MOST_INDEX: usize = 64 << 20;
const MOST_BLOCK: u64 = 1 << 30;

/// The beginning of a file whose signature holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Opened {
    /// What the file says of itself.
    pub index: Index,
    /// Public key of whoever signed it, in hexadecimal.
    pub signer: String,
    /// Where the first block begins.
    pub start: u64,
}

/// Whether bytes begin like a file.
pub fn is_file(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC)
}

/// How many bytes must be read before [`open`] can be called, from the first [`HEAD`] of them.
pub fn head_length(bytes: &[u8]) -> Result<usize, FileError> {
    if !MAGIC.starts_with(bytes.get(..MAGIC.len()).unwrap_or(bytes)) {
        return Err(FileError::Magic);
    }
    let head: &[u8; HEAD] = bytes.first_chunk().ok_or(FileError::Truncated)?;
    let version = u16::from_le_bytes([head[8], head[9]]);
    if version == 0 || version > VERSION {
        return Err(FileError::Version(version));
    }
    let length = u32::from_le_bytes([head[10], head[11], head[12], head[13]]) as usize;
    if length > MOST_INDEX { Err(FileError::Index("it is too long".into())) } else { Ok(HEAD + length + SEAL) }
}

/// Reads the beginning of a file: its index, if the signature holds.
pub fn open(bytes: &[u8]) -> Result<Opened, FileError> {
    let length = head_length(bytes)?;
    let head = bytes.get(..length).ok_or(FileError::Truncated)?;
    let (signed, seal) = head.split_at(length - SEAL);
    let (key, signature) = seal.split_at(32);
    let key: [u8; 32] = key.try_into().map_err(|_| FileError::Truncated)?;
    let signature = Signature::from_slice(signature).map_err(|_| FileError::Signature)?;
    let verifier = VerifyingKey::from_bytes(&key).map_err(|_| FileError::Signature)?;
    verifier.verify_strict(signed, &signature).map_err(|_| FileError::Signature)?;
    let index: Index = serde_json::from_slice(signed.get(HEAD..).unwrap_or_default())
        .map_err(|error| FileError::Index(error.to_string()))?;
    if index.blocks.iter().any(|block| block.length > MOST_BLOCK) {
        return Err(FileError::Index("a block is too long".into()));
    }
    Ok(Opened { index, signer: hex(&key), start: length as u64 })
}

impl Opened {
    /// Where each block lies: first byte, and length.
    pub fn places(&self) -> impl Iterator<Item = (u64, u64)> {
        let mut at = self.start;
        self.index.blocks.iter().map(move |block| {
            let place = (at, block.length);
            // At most 2^30 a block, and as many blocks as an index holds: far from the end of 64 bits.
            at += block.length;
            place
        })
    }

    /// Length of the whole file.
    pub fn length(&self) -> u64 {
        self.places().last().map_or(self.start, |(at, length)| at + length)
    }

    /// Whether the bytes of a block are those that were signed.
    pub fn check(&self, number: usize, bytes: &[u8]) -> Result<&Block, FileError> {
        let block = self.index.blocks.get(number).ok_or(FileError::Block(number))?;
        let same = bytes.len() as u64 == block.length && hex(&Sha256::digest(bytes)) == block.sha256;
        if same { Ok(block) } else { Err(FileError::Block(number)) }
    }

    /// The frames of a block, if its bytes are those that were signed.
    pub fn block(&self, number: usize, bytes: &[u8]) -> Result<Vec<Frame>, FileError> {
        let block = self.check(number, bytes)?;
        let frames = Frame::decode_all(bytes).map_err(|error| FileError::Frame(number, error))?;
        let right = |frame: &Frame| {
            frame.region == block.region && frame.resolution == block.resolution && held(frame) == block.sections
        };
        if frames.iter().all(right) { Ok(frames) } else { Err(FileError::Block(number)) }
    }
}

/// Reads a whole file.
pub fn read(bytes: &[u8]) -> Result<(Opened, Vec<Frame>), FileError> {
    let opened = open(bytes)?;
    match (bytes.len() as u64).cmp(&opened.length()) {
        std::cmp::Ordering::Less => return Err(FileError::Truncated),
        std::cmp::Ordering::Greater => return Err(FileError::Longer),
        std::cmp::Ordering::Equal => {}
    }
    let mut frames = Vec::new();
    for (number, (at, length)) in opened.places().enumerate() {
        // Both fit, because the file is as long as they say.
        let bytes = bytes.get(at as usize..(at + length) as usize).ok_or(FileError::Truncated)?;
        frames.extend(opened.block(number, bytes)?);
    }
    Ok((opened, frames))
}

/// The sections that all rows of a frame hold.
fn held(frame: &Frame) -> Sections {
    frame.rows.iter().fold(Sections::ALL, |held, row| held.and(Sections::of(row)))
}

#[cfg(test)]
mod tests;

//! Writing a file.

use bonghwa_analytics::codec::hex;
use bonghwa_analytics::frame::Frame;
use ed25519_dalek::Signer as _;
pub use ed25519_dalek::SigningKey;
use sha2::{Digest, Sha256};

use crate::{Block, FileError, HEAD, Index, MAGIC, MOST_INDEX, SEAL, VERSION, held};

/// Collects blocks; their bytes go wherever the caller keeps them, so that a file may be larger than memory.
#[derive(Debug, Default)]
pub struct Writer {
    blocks: Vec<Block>,
}

impl Writer {
    /// The bytes of a block: the rows of a frame, all with the same sections. None for a frame with nothing in it.
    pub fn block(&mut self, frame: &Frame) -> Option<Vec<u8>> {
        let (first, last) = (frame.rows.first()?, frame.rows.last()?);
        let sections = held(frame);
        if !sections.any() {
            return None;
        }
        let mut bytes = Vec::new();
        frame.encode(&mut bytes);
        self.blocks.push(Block {
            region: frame.region.clone(),
            resolution: frame.resolution,
            from: first.start,
            to: last.start + frame.resolution.seconds(),
            sections,
            length: bytes.len() as u64,
            sha256: hex(&Sha256::digest(&bytes)),
        });
        Some(bytes)
    }

    /// What stands before the blocks: index, key and signature. The blocks of `index` are replaced by those collected.
    pub fn head(self, index: Index, key: &SigningKey) -> Result<Vec<u8>, FileError> {
        let index = Index { blocks: self.blocks, ..index };
        let json = serde_json::to_vec(&index).map_err(|error| FileError::Index(error.to_string()))?;
        if json.len() > MOST_INDEX {
            return Err(FileError::Index("it is too long; take fewer days or regions".into()));
        }
        let mut head = Vec::with_capacity(HEAD + json.len() + SEAL);
        head.extend_from_slice(&MAGIC);
        head.extend_from_slice(&VERSION.to_le_bytes());
        head.extend_from_slice(&(json.len() as u32).to_le_bytes());
        head.extend_from_slice(&json);
        let signature = key.sign(&head);
        head.extend_from_slice(key.verifying_key().as_bytes());
        head.extend_from_slice(&signature.to_bytes());
        Ok(head)
    }
}

/// The public key of a signing key, in hexadecimal.
pub fn public_key(key: &SigningKey) -> String {
    hex(key.verifying_key().as_bytes())
}

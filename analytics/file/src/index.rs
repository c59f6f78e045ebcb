//! What a file says of itself.

use bonghwa_analytics::desk::Manifest;
use bonghwa_analytics::frame::Sections;
use bonghwa_analytics::time::Resolution;
use serde::{Deserialize, Serialize};

/// What a file says of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Index {
    /// Who made it, when and why.
    pub made: Made,
    /// First second that is in it.
    pub from: i64,
    /// End (exclusive).
    pub to: i64,
    /// What is known of the system beside its rows.
    pub manifest: Manifest,
    /// The blocks, in their order.
    pub blocks: Vec<Block>,
}

impl Index {
    /// Whether registers came along, without which sets cannot be combined.
    pub fn has_registers(&self) -> bool {
        self.blocks.iter().any(|block| block.sections.registers)
    }
}

/// Who made a file, when and why.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// When, seconds since the epoch, by the clock of whoever signed.
    pub at: i64,
    /// Who asked for it, in their own words; may be empty.
    pub by: String,
    /// Why it was taken away, in their own words.
    pub reason: String,
    /// The program, with its version.
    pub program: String,
}

/// Frames of one region and resolution, one after the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// Region code; [`NATION`](bonghwa_analytics::atlas::NATION) for all together.
    pub region: String,
    /// Width of the rows.
    pub resolution: Resolution,
    /// Start of the first row.
    pub from: i64,
    /// End of the last row (exclusive).
    pub to: i64,
    /// What its rows hold. Whoever opens a file reads the summaries, and the rest, which is most of its bytes, when it is needed.
    pub sections: Sections,
    /// Bytes.
    pub length: u64,
    /// SHA-256 of them, in hexadecimal.
    pub sha256: String,
}

//! Why a file cannot be opened.

use bonghwa_analytics::atlas::AtlasError;
use bonghwa_analytics::frame::FrameError;

/// Why a file cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// The first bytes are something else.
    #[error("this is no .bonghwa file and no file of frames; check that it was not converted on its way")]
    Magic,
    /// Written by a newer program.
    #[error("the file has format version {0}, this program reads up to {version}; update it", version = crate::VERSION)]
    Version(u16),
    /// It ends too early.
    #[error("the file is cut off; copy it again")]
    Truncated,
    /// Something stands behind its end.
    #[error("the file is longer than it says; something was added to it")]
    Longer,
    /// The signature does not fit the index.
    #[error("the signature does not hold: the file was changed, or was never signed; ask for it again")]
    Signature,
    /// The index cannot be read although its signature holds.
    #[error("the index of the file cannot be read ({0}); it was written by a faulty program")]
    Index(String),
    /// A block is not the one that was signed.
    #[error("block {0} of the file was changed after it was signed; ask for the file again")]
    Block(usize),
    /// The frames of a block cannot be read.
    #[error("block {0} of the file cannot be read: {1}")]
    Frame(usize, FrameError),
    /// Bytes cannot be had.
    #[error("the file cannot be read: {0}")]
    Read(String),
    /// The files do not go together.
    #[error("the files do not go together: {0}")]
    Atlas(#[from] AtlasError),
}

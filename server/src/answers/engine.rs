//! Which program made an answer: the SHA-256 of its file.

use std::fs::File;
use std::io::Read;
use std::sync::OnceLock;

use bonghwa_analytics::codec::hex;
use sha2::{Digest, Sha256};

/// SHA-256 of this program in hexadecimal; empty where its file cannot be read. Reads it once, when it is first asked for.
pub(super) fn hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| read().unwrap_or_default())
}

fn read() -> std::io::Result<String> {
    // On Linux this is the file that runs, even if another has taken its name since.
    let mut file = File::open("/proc/self/exe").or_else(|_| File::open(std::env::current_exe()?))?;
    let (mut hasher, mut buffer) = (Sha256::new(), vec![0; 1 << 20]);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hex(&hasher.finalize())),
            count => hasher.update(buffer.get(..count).unwrap_or_default()),
        }
    }
}

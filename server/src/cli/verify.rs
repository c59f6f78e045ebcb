//! `bonghwa verify`

use std::path::{Path, PathBuf};

use bonghwa_analytics::format::local;
use bonghwa_file::{FileError, Opened, Volume};
use clap::Args;
use serde_json::{Value, json};

use super::Failure;
use super::files::OnDisk;
use crate::output::say;

/// Say of .bonghwa files who signed them, when and why, and whether a byte changed since.
#[derive(Args)]
pub(super) struct Verify {
    /// The files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Accept this signer only: a public key of 64 hexadecimal digits, as this command and `bonghwa key signing` print it
    #[arg(long, value_name = "KEY")]
    signer: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Why a file is not what it should be.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("cannot read {0}: {1}; check the path and its permissions")]
    File(PathBuf, std::io::Error),
    #[error("{0}: {1}")]
    Wrong(PathBuf, FileError),
    #[error("{0} is whole, but was signed by {1}, not by {2}")]
    Signer(PathBuf, String, String),
}

impl Verify {
    pub(super) fn run(self) -> Result<(), Failure> {
        let mut told = Vec::new();
        for path in &self.files {
            let opened = check(path)?;
            if let Some(wanted) = self.signer.as_ref().filter(|wanted| !wanted.eq_ignore_ascii_case(&opened.signer)) {
                return Err(Refused::Signer(path.clone(), opened.signer, wanted.clone()).into());
            }
            if self.json {
                told.push(data(path, &opened));
            } else {
                show(path, &opened);
            }
        }
        if self.json {
            say!("{:#}", Value::Array(told));
        }
        Ok(())
    }
}

/// Reads a file block by block: it may be larger than memory.
fn check(path: &Path) -> Result<Opened, Refused> {
    let wrong = |error| Refused::Wrong(path.to_path_buf(), error);
    let bytes = OnDisk::open(path).map_err(|error| Refused::File(path.to_path_buf(), error))?;
    let volume = Volume::open(Box::new(bytes)).map_err(wrong)?;
    for number in 0..volume.blocks() {
        volume.block(number).map_err(wrong)?;
    }
    Ok(volume.opened)
}

fn regions(opened: &Opened) -> Vec<&str> {
    opened.index.manifest.regions.iter().map(|region| region.code.as_str()).collect()
}

fn data(path: &Path, opened: &Opened) -> Value {
    let index = &opened.index;
    json!({
        "file": path, "bytes": opened.length(), "signer": opened.signer, "made": index.made, "from": index.from, "to": index.to,
        "title": index.manifest.title, "demo": index.manifest.demo, "regions": regions(opened), "blocks": index.blocks.len(),
        "registers": index.has_registers(),
    })
}

fn show(path: &Path, opened: &Opened) {
    let index = &opened.index;
    let made = &index.made;
    let by = if made.by.is_empty() { "somebody who gave no name" } else { &made.by };
    say!("{}: whole, {} bytes in {} blocks", path.display(), opened.length(), index.blocks.len());
    say!("  signer    {}", opened.signer);
    say!("  made      {} by {by}, with {}", local(made.at), made.program);
    say!("  reason    {}", made.reason);
    say!("  period    {} to {}", local(index.from), local(index.to));
    say!("  regions   {}", regions(opened).join(", "));
    if index.manifest.demo {
        say!("  data      of a demonstration");
    }
    if !index.has_registers() {
        say!("  registers none: users of several regions or times cannot be counted together");
    }
}

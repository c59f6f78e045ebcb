//! `bonghwa export`

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use reqwest::Method;
use serde_json::json;

use super::ask::instant;
use super::client::ServerArgs;
use super::{Failure, runtime};
use crate::output::say;

/// Take a part of a running server's memory away as a signed file, which opens without a network.
#[derive(Args)]
pub(super) struct Export {
    /// Where the file goes; must not exist
    #[arg(value_name = "OUT.bonghwa")]
    out: PathBuf,
    /// From when: 2026-11-20T14:05 in Asia/Seoul, or seconds since 1970
    #[arg(long, value_name = "TIME", value_parser = instant)]
    from: i64,
    /// Up to when (exclusive)
    #[arg(long, value_name = "TIME", value_parser = instant)]
    to: i64,
    /// Regions by their codes [default: all]
    #[arg(long, value_name = "CODE,CODE", value_delimiter = ',')]
    regions: Vec<String>,
    /// Take registers along, so that users of any regions and times can be counted together; many times as large
    #[arg(long)]
    with_registers: bool,
    /// Why it is taken away; stands in the file
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Who takes it away; stands in the file
    #[arg(long, value_name = "NAME", default_value = "")]
    by: String,
    /// Print what was made as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: ServerArgs,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {0}: {1}; name a file that does not exist in a folder that this user may write")]
struct Unwritten(PathBuf, std::io::Error);

impl Export {
    pub(super) fn run(self) -> Result<(), Failure> {
        let body = json!({
            "from": self.from, "to": self.to, "regions": self.regions, "registers": self.with_registers,
            "reason": self.reason, "by": self.by,
        });
        let failed = |error| Unwritten(self.out.clone(), error);
        let mut file = std::fs::File::create_new(&self.out).map_err(failed)?;
        let fetched = runtime()?.block_on(
            self.server
                .fetch(Method::POST, "/api/export", &body, &mut |piece| Ok(file.write_all(piece).map_err(failed)?)),
        );
        let bytes = match fetched.and_then(|bytes| Ok(file.sync_all().map(|()| bytes).map_err(failed)?)) {
            Ok(bytes) => bytes,
            Err(error) => {
                // A part of a file is none; that it cannot be removed says the error already.
                let _ = std::fs::remove_file(&self.out);
                return Err(error);
            }
        };
        if self.json {
            say!("{:#}", json!({ "file": self.out, "bytes": bytes }));
        } else {
            say!("{}: {bytes} bytes; `bonghwa verify` says who signed it and what is in it", self.out.display());
        }
        Ok(())
    }
}

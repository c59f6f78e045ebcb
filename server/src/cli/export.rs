//! `bonghwa export`

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use reqwest::Method;
use serde_json::json;

use super::ask::instant;
use super::client::ServerArgs;
use super::{Failure, runtime};
use crate::export::Format;
use crate::output::say;

/// Take a part of a running server's memory away: as a signed file that opens without a network, or as a table.
#[derive(Args)]
pub(super) struct Export {
    /// Where the file goes; must not exist. Its ending tells the format: .bonghwa (frames, signed), or .csv or .parquet (a table)
    #[arg(value_name = "OUT.bonghwa|OUT.csv|OUT.parquet")]
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
    /// Span of a line of a table [default: what gives some hundred lines]
    #[arg(long, value_name = "1m|5m|1h", value_parser = ["1m", "5m", "1h"])]
    every: Option<String>,
    /// Language of the headings of CSV and of the names of regions
    #[arg(long, value_name = "ko|en", value_parser = ["ko", "en"], default_value = "ko")]
    lang: String,
    /// Why it is taken away; stands in the file, unless it is CSV
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
        let ending = self.out.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        let format = Format::from_name(&ending).unwrap_or_default();
        let body = json!({
            "from": self.from, "to": self.to, "regions": self.regions, "registers": self.with_registers,
            "format": format, "every": self.every, "lang": self.lang, "reason": self.reason, "by": self.by,
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
            let next = match format {
                Format::Bonghwa => "; `bonghwa verify` says who signed it and what is in it",
                Format::Csv | Format::Parquet => "",
            };
            say!("{}: {bytes} bytes{next}", self.out.display());
        }
        Ok(())
    }
}

//! `bonghwa report`

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bonghwa_analytics::ask::Format;
use bonghwa_analytics::atlas::AtlasError;
use bonghwa_analytics::report::{ReportEntry, ReportKind, ReportOrder, ReportQuery, ReportState};
use clap::Args;
use reqwest::Method;
use serde_json::{Value, json};

use super::ask::instant;
use super::client::ServerArgs;
use super::files::open;
use super::{Failure, runtime};
use crate::output::say;
use crate::reports::{MakeError, make};

/// Time between two looks at how far a server is.
const LOOK: Duration = Duration::from_millis(150);
/// How long a server may take.
const PATIENCE: Duration = Duration::from_mins(10);

/// Make a report of a day, a week, a month or an incident, from a running server or from files of frames.
#[derive(Args)]
pub(super) struct Report {
    /// Which period: a day, a week from Monday, a month, or an incident
    #[arg(value_name = "day|week|month|incident", value_parser = kind)]
    kind: ReportKind,
    /// Name of the incident, for a report of one
    #[arg(required_if_eq("kind", "incident"))]
    id: Option<String>,
    /// Region by its code; may be given several times [default: all]
    #[arg(long, value_name = "CODE")]
    region: Vec<String>,
    /// An instant of the period, up to which it is told: 2026-11-20T14:05 in Asia/Seoul, or seconds since 1970; at midnight
    /// of a Monday the whole week before [default: the newest data]
    #[arg(long, value_name = "TIME", value_parser = instant)]
    at: Option<i64>,
    /// Language
    #[arg(long, value_name = "ko|en", value_parser = ["ko", "en"], default_value = "ko")]
    lang: String,
    /// Files to make, with commas between: hwpx, pdf, xlsx, html [default: all four]
    #[arg(long, value_name = "FORMATS", value_delimiter = ',', value_parser = format)]
    format: Vec<Format>,
    /// Folder for the files
    #[arg(long, value_name = "DIR", default_value = ".")]
    out: PathBuf,
    /// Why it is wanted, for the list of reports of a server
    #[arg(long, value_name = "WORDS", default_value = "")]
    why: String,
    /// What to report from in the place of a server: a .bonghwa file, frames, an access log, a CSV of requests or OTLP JSON;
    /// may be given several times
    #[arg(long, value_name = "FILE", conflicts_with = "server")]
    file: Vec<PathBuf>,
    /// The files hold demonstration data, and the report is to say so
    #[arg(long, requires = "file")]
    demo: bool,
    /// Print what was made as JSON, with everything that the files say
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: ServerArgs,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("cannot write {0}: {1}; check the folder and its permissions")]
    Write(PathBuf, std::io::Error),
    #[error("{0}")]
    Made(MakeError<AtlasError>),
    #[error("the server could not make it: {0}")]
    Failed(String),
    #[error("the report was stopped; ask for it again")]
    Cancelled,
    #[error("the server did not finish within {} minutes; look at its list of reports", PATIENCE.as_secs() / 60)]
    Late,
    #[error("an id belongs to `report incident` only")]
    Id,
}

fn kind(text: &str) -> Result<ReportKind, String> {
    ReportKind::from_name(text).ok_or_else(|| "give day, week, month or incident".to_owned())
}

fn format(text: &str) -> Result<Format, String> {
    Format::from_name(text.trim()).ok_or_else(|| "give hwpx, pdf, xlsx or html".to_owned())
}

/// Name, and bytes of a file.
type Named = (String, Vec<u8>);

impl Report {
    pub(super) fn run(self) -> Result<(), Failure> {
        let kind = self.kind;
        if self.id.is_some() && kind != ReportKind::Incident {
            return Err(Refused::Id.into());
        }
        let query = ReportQuery {
            kind,
            incident: self.id.clone().unwrap_or_default(),
            regions: self.region.clone(),
            at: self.at,
        };
        let order =
            ReportOrder { query, english: self.lang == "en", formats: self.format.clone(), why: self.why.clone() };
        let (document, files) = if self.file.is_empty() { self.of_server(&order)? } else { self.of_files(&order)? };
        let mut told = Vec::new();
        for (name, bytes) in &files {
            let path = self.out.join(name);
            write(&path, bytes).map_err(|error| Refused::Write(path.clone(), error))?;
            if !self.json {
                say!("{}", path.display());
            }
            told.push(json!({ "path": path.display().to_string(), "bytes": bytes.len() }));
        }
        if self.json {
            say!("{:#}", json!({ "document": document, "files": told }));
        }
        Ok(())
    }

    /// What a server makes, which it keeps in its list.
    fn of_server(&self, order: &ReportOrder) -> Result<(Value, Vec<Named>), Failure> {
        let server = self.server.find()?;
        runtime()?.block_on(async {
            let post = server.request(Method::POST, "/api/reports")?.json(order);
            let mut entry: ReportEntry = serde_json::from_value(server.send(post).await?)?;
            let path = format!("/api/reports/{}", entry.id);
            let began = std::time::Instant::now();
            let done = loop {
                match &entry.state {
                    ReportState::Done(done) => break done.clone(),
                    ReportState::Failed(why) => return Err(Refused::Failed(why.clone()).into()),
                    ReportState::Cancelled => return Err(Refused::Cancelled.into()),
                    ReportState::Waiting | ReportState::Running(_) if began.elapsed() > PATIENCE => {
                        return Err(Refused::Late.into());
                    }
                    ReportState::Waiting | ReportState::Running(_) => tokio::time::sleep(LOOK).await,
                }
                entry = serde_json::from_value(server.send(server.request(Method::GET, &path)?).await?)?;
            };
            let document = server.send(server.request(Method::GET, &format!("{path}/document.json"))?).await?;
            let mut files = Vec::new();
            for (format, _) in &done.files {
                let name = format.name();
                let bytes = server.bytes(server.request(Method::GET, &format!("{path}/file.{name}"))?).await?;
                files.push((format!("{}.{name}", done.name), bytes));
            }
            Ok((document, files))
        })
    }

    /// What a server with the same rows and settings makes, made here.
    fn of_files(&self, order: &ReportOrder) -> Result<(Value, Vec<Named>), Failure> {
        let loaded = self.server.load()?;
        let manifest = loaded.settings.manifest(&loaded.regions, self.demo);
        let desk = open(&self.file, manifest)?;
        let made = make(&desk, order, &mut |_| ControlFlow::Continue(())).map_err(Refused::Made)?;
        let name = &made.document.name;
        let files = made.files.into_iter().map(|(format, bytes)| (format!("{name}.{}", format.name()), bytes));
        let files = files.collect();
        Ok((serde_json::to_value(&made.document)?, files))
    }
}

fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, bytes)
}

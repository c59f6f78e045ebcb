//! `bonghwa import`

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use bonghwa_analytics::format::{Lang, local, moment};
use bonghwa_analytics::identity::IdentityMode;
use clap::{Args, Subcommand, ValueEnum};
use futures_util::stream;
use indicatif::{ProgressBar, ProgressStyle};
use reqwest::{Body, Method};

use super::client::Server;
use super::{Failure, Place, runtime};
use crate::folder::{Folder, FolderError};
use crate::import::{self, Order, Summary};
use crate::output::say;
use crate::run;
use crate::settings::Loaded;

/// Bytes of a file that travel in one piece.
const PIECE: usize = 128 << 10;
/// Hours that are listed.
const HOURS_SHOWN: usize = 100;

/// Import files that systems left behind.
#[derive(Subcommand)]
pub(super) enum Import {
    /// Import an access log of Apache or nginx (common or combined format), plain or gzip
    ///
    /// Importing the same file again changes nothing; a file that has grown replaces what it gave before. While a
    /// server runs on the data folder, the file goes to it.
    AccessLog(AccessLog),
}

#[derive(Args)]
pub(super) struct AccessLog {
    /// The log
    file: PathBuf,
    /// Code of the region to which it belongs, for example seoul
    #[arg(long, value_name = "CODE")]
    region: String,
    /// Sign by which users are told apart
    #[arg(long, value_enum, default_value = "ip")]
    identity: Identity,
    /// Name of the service that wrote the log
    #[arg(long, value_name = "NAME", default_value = "web")]
    service: String,
    /// Address of a running server [default: the one that runs on the data folder]
    #[arg(long, value_name = "URL", conflicts_with = "data")]
    server: Option<String>,
    #[command(flatten)]
    place: Place,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Identity {
    /// Network address
    Ip,
    /// Session cookie, such as JSESSIONID
    Session,
    /// Lasting cookie of the service
    Cookie,
}

impl Identity {
    const fn mode(self) -> IdentityMode {
        match self {
            Self::Ip => IdentityMode::Ip,
            Self::Session => IdentityMode::SessionCookie,
            Self::Cookie => IdentityMode::UserCookie,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Ip => "ip",
            Self::Session => "session",
            Self::Cookie => "cookie",
        }
    }
}

/// Why a log was not imported.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("cannot read {0}: {1}; check the path and its permissions")]
    File(PathBuf, std::io::Error),
    #[error("there is no region {0:?}; choose one of {1}")]
    Region(String, String),
    #[error("the server gave an answer that cannot be read ({0}); check that it is of this version")]
    Answer(serde_json::Error),
}

impl Import {
    pub(super) fn run(self) -> Result<(), Failure> {
        let Self::AccessLog(command) = self;
        let summary = command.import()?;
        if command.json {
            say!("{}", serde_json::to_string_pretty(&summary)?);
        } else {
            show(&summary);
        }
        Ok(())
    }
}

impl AccessLog {
    fn import(&self) -> Result<Summary, Failure> {
        let unreadable = |error| Refused::File(self.file.clone(), error);
        let file = File::open(&self.file).map_err(unreadable)?;
        let meta = file.metadata().map_err(unreadable)?;
        if meta.is_dir() {
            return Err(unreadable(std::io::ErrorKind::IsADirectory.into()).into());
        }
        let bar = ProgressBar::new(meta.len());
        let form = "{bar:32} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left";
        bar.set_style(ProgressStyle::with_template(form)?);
        let log = bar.wrap_read(file);
        let summary = if let Some(url) = &self.server {
            self.send(&Server::at(url)?, log)
        } else {
            let loaded = self.place.load()?;
            match Folder::open(&loaded.data) {
                Ok(folder) => self.store(&loaded, &folder, log),
                Err(FolderError::Locked { url: Some(url), .. }) => self.send(&Server::at(&url)?, log),
                Err(error) => Err(error.into()),
            }
        };
        bar.finish_and_clear();
        summary
    }

    /// Works on the data folder itself.
    fn store(&self, loaded: &Loaded, folder: &Folder, log: impl Read) -> Result<Summary, Failure> {
        if !loaded.regions.iter().any(|region| region.code == self.region) {
            let known: Vec<_> = loaded.regions.iter().map(|region| region.code.as_str()).collect();
            return Err(Refused::Region(self.region.clone(), known.join(", ")).into());
        }
        let order = Order {
            region: self.region.clone(),
            identity: self.identity.mode(),
            service: self.service.clone(),
            most: loaded.settings.limits.import_bytes,
        };
        let key = folder.fleet_key()?;
        let runtime = runtime()?;
        let place = run::own_folder(&loaded.data);
        let centre =
            runtime.block_on(run::open(&loaded.settings, &loaded.regions, &loaded.origins, &place, key, false))?;
        let policy = run::policy(&loaded.settings, key);
        let summary = import::run(&centre, &policy, &order, log)?;
        runtime.block_on(centre.shutdown())?;
        Ok(summary)
    }

    /// Sends the file to a server while it is read.
    fn send(&self, server: &Server, log: impl Read + Send + Sync + 'static) -> Result<Summary, Failure> {
        let pieces = stream::try_unfold(log, |mut log| async move {
            // Reading a file in pieces of this size does not hold up the one request that this process makes.
            let mut piece = vec![0; PIECE];
            let read = log.read(&mut piece)?;
            piece.truncate(read);
            Ok::<_, std::io::Error>((read > 0).then_some((piece, log)))
        });
        let request = server.request(Method::POST, "/api/import/access-log")?;
        let parameters =
            [("region", self.region.as_str()), ("identity", self.identity.name()), ("service", &self.service)];
        let request = request.query(&parameters).body(Body::wrap_stream(pieces));
        let answer = runtime()?.block_on(server.send(request))?;
        Ok(serde_json::from_value(answer).map_err(Refused::Answer)?)
    }
}

fn show(summary: &Summary) {
    let what = match summary.outcome.as_str() {
        "unchanged" => "this log was imported before; nothing changed",
        "shorter" => "a longer version of this log was imported before; nothing changed",
        "updated" => "this log was imported before and has changed; its rows were replaced",
        _ => "imported",
    };
    say!("{what}");
    say!("  region    {}", summary.region);
    say!("  lines     {} taken, {} refused", summary.taken, summary.refused);
    for line in &summary.first_refused {
        say!("            line {}: {}", line.line, line.reason);
    }
    if summary.refused > summary.first_refused.len() as u64 {
        say!("            and {} more", summary.refused - summary.first_refused.len() as u64);
    }
    if let Some((first, last)) = summary.range {
        say!("  period    {} – {} KST", moment(first, Lang::En), moment(last, Lang::En));
    }
    let sign = match summary.identity {
        IdentityMode::Ip => "addresses",
        IdentityMode::SessionCookie => "sessions",
        IdentityMode::UserCookie => "users",
    };
    let error = summary.error;
    say!("  distinct  about {:.0} {sign} (± {error:.0}, in {} of the lines)", summary.distinct, summary.identified);
    say!("  hours     {}", summary.hours.len());
    for (start, count) in summary.hours.iter().take(HOURS_SHOWN) {
        say!("            {} KST  {count} requests", local(*start).replace('T', " "));
    }
    if summary.hours.len() > HOURS_SHOWN {
        say!("            and {} more", summary.hours.len() - HOURS_SHOWN);
    }
}

//! `bonghwa serve`

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use super::{Failure, Place, environment, runtime};
use crate::demo::{HISTORY, SEED};
use crate::run::{self, Content, Start};
use crate::settings::{Flags, Loaded, Seconds};

/// Start the server: OTLP receiver, embedded edges and dashboard in one process.
///
/// Without your own data it shows a demonstration nation, plainly marked as such. Flags win over environment variables
/// (BONGHWA_LISTEN and so on), those over the settings file.
#[derive(Args)]
pub(super) struct Serve {
    /// Address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    #[command(flatten)]
    place: Place,
    /// Folder with the browser bundle [default: dist]
    #[arg(long, value_name = "DIR")]
    dist: Option<PathBuf>,
    /// Folder of runbooks, Markdown files that causes and answers cite
    #[arg(long, value_name = "DIR")]
    runbooks: Option<PathBuf>,
    /// Show your own data only, also while there is none
    #[arg(long, conflicts_with = "demo")]
    empty: bool,
    /// Show the demonstration also when there is data of your own
    #[arg(long)]
    demo: bool,
    /// Seed of the demonstration: another one gives another nation
    #[arg(long, value_name = "N", default_value_t = SEED, conflicts_with = "empty")]
    demo_seed: u64,
    /// Past that a fresh demonstration has, at most 15d
    #[arg(long, value_name = "TIME", default_value_t = Seconds(HISTORY), conflicts_with = "empty")]
    demo_history: Seconds,
}

impl Serve {
    pub(super) fn run(self) -> Result<(), Failure> {
        let Place { config, data } = self.place;
        let flags = Flags { config, data, listen: self.listen, dist: self.dist, runbooks: self.runbooks };
        let content = match (self.empty, self.demo) {
            (true, _) => Content::Empty,
            (_, true) => Content::Demo,
            _ => Content::Automatic,
        };
        let loaded = Loaded::read(&flags, &environment())?;
        let start = Start { loaded, content, seed: self.demo_seed, history: self.demo_history.0 };
        let runtime = runtime()?;
        let result = runtime.block_on(async {
            let end = signal()?;
            run::serve(start, end, |_| {}).await.map_err(Failure::from)
        });
        // Threads that still compute an answer nobody waits for must not hold the process.
        runtime.shutdown_background();
        result
    }
}

/// Ready on Ctrl-C, and on the polite signal to end (SIGTERM).
fn signal() -> std::io::Result<impl Future<Output = ()> + Send> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    Ok(async {
        // Without a handler the only way to end is to be killed, which loses nothing.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

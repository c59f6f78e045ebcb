//! The command line: one file a command.

mod ask;
mod client;
mod demo;
mod export;
mod files;
mod import;
mod key;
mod report;
mod serve;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::output::say;
use crate::settings::{Flags, Loaded, SettingsError};

/// Bonghwa shows what a nation's information systems go through: telemetry in, one live picture out.
#[derive(Parser)]
#[command(name = "bonghwa", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start the server: OTLP receiver, embedded edges and dashboard in one process.
    Serve(serve::Serve),
    /// Ask a running server in plain Korean or English.
    Ask(ask::Ask),
    /// Make a report as HWPX, PDF, a workbook and HTML.
    Report(report::Report),
    /// Take a part of a running server's memory away as a signed file.
    Export(export::Export),
    /// Say of .bonghwa files who signed them and whether a byte changed.
    Verify(verify::Verify),
    /// Import files that systems left behind.
    #[command(subcommand)]
    Import(import::Import),
    /// Break and heal regions of the running demonstration.
    #[command(subcommand)]
    Demo(demo::Demo),
    /// Make keys for senders and readers.
    #[command(subcommand)]
    Key(key::Key),
    /// Print the version.
    Version,
}

/// Where settings and data are.
#[derive(Args, Clone, Debug, Default)]
struct Place {
    /// Settings file [default: bonghwa.toml here or in the data folder]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Data folder [default: $XDG_DATA_HOME/bonghwa or ~/.local/share/bonghwa]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

impl Place {
    /// The settings that hold here.
    fn load(&self) -> Result<Loaded, SettingsError> {
        let flags = Flags { config: self.config.clone(), data: self.data.clone(), ..Flags::default() };
        Loaded::read(&flags, &environment())
    }
}

/// Runs what the command line says; 0 if it succeeded, 1 if not, 2 if it could not be understood.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        Command::Serve(command) => command.run(),
        Command::Ask(command) => command.run(),
        Command::Report(command) => command.run(),
        Command::Export(command) => command.run(),
        Command::Verify(command) => command.run(),
        Command::Import(command) => command.run(),
        Command::Demo(command) => command.run(),
        Command::Key(command) => command.run(),
        Command::Version => {
            say!("bonghwa {}", env!("CARGO_PKG_VERSION"));
            Ok(())
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // One line: what, where, what to do.
            crate::output::log(&format!("error: {}", error.to_string().replace('\n', " ")));
            ExitCode::FAILURE
        }
    }
}

type Failure = Box<dyn std::error::Error>;

/// The variables of this process that can be read as text.
fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// A runtime for commands that wait for the network or for threads.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn commands_are_understood() {
        for line in [
            "bonghwa serve --listen 127.0.0.1:0 --data d --dist e --config f --empty",
            "bonghwa serve --demo --demo-seed 7 --demo-history 2h",
            "bonghwa import access-log f.gz --region seoul --identity session --service was --json",
            "bonghwa import access-log f --region seoul --server http://127.0.0.1:8080",
            "bonghwa demo break seoul slow-db",
            "bonghwa demo heal seoul --server http://127.0.0.1:1",
            "bonghwa demo list",
            "bonghwa ask 왜이래 --before 어제는 --at 2026-11-20T14:05 --lang en --json",
            "bonghwa report week --region seoul --region busan --format hwpx,pdf,xlsx,html --out d",
            "bonghwa report incident 20261120-1321-busan --lang en --file a --file b --demo --json",
            "bonghwa report month --at 2026-11-20T14:05 --server http://127.0.0.1:1",
            "bonghwa key new --use ingest --region seoul",
            "bonghwa key list --json",
            "bonghwa key remove 0a1b2c3d",
            "bonghwa key fleet --set old.key",
            "bonghwa version",
        ] {
            assert!(Cli::try_parse_from(line.split(' ')).is_ok(), "{line}");
        }
        for line in [
            "bonghwa serve --empty --demo",
            "bonghwa serve --listen nowhere",
            "bonghwa import access-log f",
            "bonghwa import access-log f --region seoul --identity face",
            "bonghwa demo break seoul gremlins",
            "bonghwa key new --use cook",
            "bonghwa ask",
            "bonghwa ask why --at soon",
            "bonghwa report",
            "bonghwa report year",
            "bonghwa report incident",
            "bonghwa report week --format doc",
            "bonghwa report week --demo",
            "bonghwa",
        ] {
            assert!(Cli::try_parse_from(line.split(' ')).is_err(), "{line}");
        }
    }
}

//! What a person or CI runs: `cargo xtask start`, `test`, `check`, `worker`, `eval`, `bench`, `size`,
//! `screenshots`.
//!
//! Each command is a list of [`step::Step`]s. A step first looks whether its work is done already, so a second run
//! takes seconds. Tools are kept outside the clone, in `~/.cache/bonghwa` (or `BONGHWA_CACHE`).

mod bundle;
mod check;
mod figures;
mod offline;
mod process;
mod serve;
mod step;
mod test;
mod tidy;
mod tools;
mod worker;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use workspace::Workspace;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Sets up, starts, tests and measures Bonghwa")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what is missing, build, and start the server; arguments after `--` go to `bonghwa serve`
    Start {
        /// Arguments of `bonghwa serve`, for example `--listen 127.0.0.1:9000`
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Install what only tests need, and run every test
    Test,
    /// Check formatting, lints, licences, sources and file lengths
    Check,
    /// Build the regional edge as a Cloudflare Worker, run it here, or deploy it
    Worker {
        #[command(subcommand)]
        command: WorkerCommand,
    },
    /// Score the analytics on public data and simulated nations, print a table and write target/eval.json
    Eval {
        /// `--data DIR` (default ../shared/data) and names of sets (default all)
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Run the benchmarks and print target/bench.json as a table
    Bench,
    /// Build the page that needs no server, as a folder for any web server and as one file, in dist/offline
    Offline,
    /// Measure the browser bundle and the Worker against their budgets and write target/size.json
    Size,
    /// Make the pictures of the README in docs/images
    Screenshots,
}

#[derive(Subcommand)]
enum WorkerCommand {
    /// Make worker/build
    Build,
    /// Run it on this machine, without an account; arguments after `--` go to `wrangler dev`
    Dev {
        /// Arguments of `wrangler dev`, for example `--port 8788`
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Put it into a Cloudflare account; `FLEET_KEY` and `ADMIN_KEY` of the environment become its secrets
    Deploy {
        /// Arguments of `wrangler deploy`, for example `--dry-run`
        #[arg(last = true)]
        arguments: Vec<String>,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    let workspace = Workspace::locate()?;
    match command {
        Command::Start { arguments } => serve::start(&workspace, &arguments),
        Command::Test => test::run(&workspace),
        Command::Check => check::run(&workspace),
        Command::Worker { command: WorkerCommand::Build } => worker::build(&workspace),
        Command::Worker { command: WorkerCommand::Dev { arguments } } => worker::dev(&workspace, &arguments),
        Command::Worker { command: WorkerCommand::Deploy { arguments } } => worker::deploy(&workspace, &arguments),
        Command::Eval { arguments } => figures::eval(&workspace, &arguments),
        Command::Bench => figures::bench(&workspace),
        Command::Offline => offline::run(&workspace),
        Command::Size => figures::size(&workspace),
        Command::Screenshots => test::screenshots(&workspace),
    }
}

//! What a person or CI runs: `cargo xtask start`, `test`, `check`, `bench`, `size`, `screenshots`.
//!
//! Each command is a list of [`step::Step`]s. A step first looks whether its work is done already, so a second run
//! takes seconds. Tools are kept outside the clone, in `~/.cache/bonghwa` (or `BONGHWA_CACHE`).

mod bundle;
mod check;
mod figures;
mod process;
mod serve;
mod step;
mod test;
mod tidy;
mod tools;
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
    /// Run the benchmarks and print target/bench.json as a table
    Bench,
    /// Measure the browser bundle against its budget and write target/size.json
    Size,
    /// Make the pictures of the README in docs/images
    Screenshots,
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
        Command::Bench => figures::bench(&workspace),
        Command::Size => figures::size(&workspace),
        Command::Screenshots => test::screenshots(&workspace),
    }
}

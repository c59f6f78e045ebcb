//! The command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    bonghwa::cli::main()
}

//! The command line.

use std::process::ExitCode;

/// The allocator of the C library keeps what requests on many threads gave back, in an arena for each; this one returns
/// it to the system.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    bonghwa::cli::main()
}

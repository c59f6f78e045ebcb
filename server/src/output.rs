//! What commands print.

use std::fmt::Arguments;
use std::io::{ErrorKind, Write};

use bonghwa_analytics::mask::{Profile, mask};

/// Prints a line, like `println!`, which would panic where the reader has gone (`| head`).
macro_rules! say {
    ($($part:tt)*) => { $crate::output::line(format_args!($($part)*)) };
}
pub(crate) use say;

/// Prints a line. A reader that has seen enough is no fault; anything else (a full disk) ends the program with status
/// 1, because a result that is cut short must not look whole.
pub(crate) fn line(text: Arguments<'_>) {
    if let Err(error) = writeln!(std::io::stdout(), "{text}")
        && error.kind() != ErrorKind::BrokenPipe
    {
        eprintln!("error: cannot print the result ({error}); check where the output goes");
        std::process::exit(1);
    }
}

/// Writes a line of our own log to standard error. What others said (an error of an edge, a line of a file) may be part of
/// it, so what is personal or secret in it is masked.
pub(crate) fn log(text: &str) {
    // Nobody reads a log that cannot be written.
    let _ = writeln!(std::io::stderr(), "{}", mask(text, Profile::Balanced).text);
}

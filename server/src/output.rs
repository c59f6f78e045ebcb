//! What commands print.

use std::fmt::Arguments;
use std::io::{ErrorKind, Write};

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

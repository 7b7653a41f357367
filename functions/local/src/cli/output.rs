//! Standard output.

use std::{fmt, io::Write as _};

/// Prints a line. A closed pipe is not an error.
pub(super) fn print_line(line: impl fmt::Display) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

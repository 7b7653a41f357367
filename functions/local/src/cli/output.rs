//! Standard output, and questions on it.

use std::{
    fmt,
    io::{self, Write as _},
};

use super::failure::Failure;

/// Prints a line. A closed pipe is not an error.
pub(super) fn print_line(line: impl fmt::Display) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Asks for a confirmation. Without an answer, such as without a terminal, nothing is confirmed.
pub(super) fn confirmed(question: &str) -> Result<bool, Failure> {
    print_line(format_args!("{question} [y/N]"));
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).map_err(Failure::outcome)?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

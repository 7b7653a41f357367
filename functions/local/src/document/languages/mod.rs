//! A call as a program, which prints the response's status and body: Shell with curl, JavaScript
//! with fetch, Java with its HTTP client (11 or newer), Swift with URLSession.

mod java;
mod javascript;
mod shell;
mod swift;
mod text;

use super::call::Call;

/// Name and writer.
type Language = (&'static str, fn(&Call) -> String);

/// In the order of the documentation.
pub(super) const LANGUAGES: [Language; 4] = [
    ("Shell", shell::program),
    ("JavaScript", javascript::program),
    ("Java", java::program),
    ("Swift", swift::program),
];

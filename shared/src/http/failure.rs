//! An error, as a group with its own error format writes it.

use http::StatusCode;

/// The parts of an error that a format may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failure<'a> {
    /// The status of its answer.
    pub status: StatusCode,
    /// What happened, for programs.
    pub code: &'a str,
    /// For people.
    pub detail: &'a str,
}

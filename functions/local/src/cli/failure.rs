//! How a command fails: an exit status and one line on standard error.

use std::{fmt, fs, io::Write as _, path::Path, process::ExitCode};

#[derive(Debug)]
pub(super) struct Failure {
    status: u8,
    problem: String,
}

impl Failure {
    /// A mistake that the user can correct.
    pub(super) fn usage(problem: impl fmt::Display) -> Self {
        Self { status: 2, problem: problem.to_string() }
    }

    /// The command ran, and its result is a failure.
    pub(super) fn outcome(problem: impl fmt::Display) -> Self {
        Self { status: 1, problem: problem.to_string() }
    }

    pub(super) fn report(&self) -> ExitCode {
        // Some libraries report over several lines.
        let line = self.problem.split_whitespace().collect::<Vec<_>>().join(" ");
        let _ = writeln!(std::io::stderr(), "satchel: {line}");
        ExitCode::from(self.status)
    }
}

/// Reads a file that the user named.
pub(super) fn read_file(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path)
        .map_err(|error| Failure::usage(format_args!("cannot read {}: {error}", path.display())))
}

//! A line on standard error that says how far a command is: drawn over itself on a terminal, and a
//! new line now and then elsewhere, such as in a log.

use std::{
    io::{self, IsTerminal as _, Write as _},
    time::Duration,
};

use tokio::time::Instant;

/// How often it is drawn anew on a terminal.
const REDRAWN: Duration = Duration::from_millis(250);
/// How often it is written elsewhere.
const LOGGED: Duration = Duration::from_secs(15);

pub(super) struct StatusLine {
    is_terminal: bool,
    drawn: Option<Instant>,
    is_complete: bool,
}

impl StatusLine {
    pub(super) fn new() -> Self {
        Self { is_terminal: io::stderr().is_terminal(), drawn: None, is_complete: false }
    }

    /// Draws the text, unless the line was drawn a moment ago and this does not complete it.
    pub(super) fn draw(&mut self, is_last: bool, text: impl FnOnce() -> String) {
        let interval = if self.is_terminal { REDRAWN } else { LOGGED };
        let is_completed = is_last && !self.is_complete;
        self.is_complete = is_last;
        if !is_completed && self.drawn.is_some_and(|drawn| drawn.elapsed() < interval) {
            return;
        }
        self.drawn = Some(Instant::now());
        let (before, after) = if self.is_terminal { ("\r", "") } else { ("", "\n") };
        // It is no part of the output, and a terminal that is gone is no failure of the command.
        let _ = write!(io::stderr(), "{before}{}{after}", text());
    }

    /// Ends the line.
    pub(super) fn end(&mut self) {
        if self.drawn.take().is_some() && self.is_terminal {
            let _ = writeln!(io::stderr());
        }
    }
}

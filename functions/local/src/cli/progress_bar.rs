//! A progress bar with the time that is left, on standard error.

use std::{
    io::{self, Write as _},
    time::Duration,
};

use tokio::time::Instant;

const WIDTH: u64 = 40;
/// How often it is drawn anew.
const INTERVAL: Duration = Duration::from_millis(250);

#[derive(Default)]
pub(super) struct ProgressBar {
    /// What is going on, since when, and when it was drawn last.
    current: Option<(&'static str, Instant, Instant)>,
}

impl ProgressBar {
    /// Shows that `done` of `all` are done. Another `what` begins a new line.
    pub(super) fn show(&mut self, what: &'static str, done: u64, all: u64) {
        let now = Instant::now();
        let began = match self.current {
            Some((same, began, drawn)) if same == what => {
                if now.duration_since(drawn) < INTERVAL && done < all {
                    return;
                }
                began
            }
            _ => {
                self.end();
                now
            }
        };
        self.current = Some((what, began, now));
        // It is no part of the output, and a terminal that is gone is no failure of the command.
        let _ = write!(io::stderr(), "\r{}", bar(what, done, all, now.duration_since(began)));
    }

    /// Ends the line.
    pub(super) fn end(&mut self) {
        if self.current.take().is_some() {
            let _ = writeln!(io::stderr());
        }
    }
}

fn bar(what: &str, done: u64, all: u64, elapsed: Duration) -> String {
    let (all, done) = (all.max(1), done.min(all));
    let full = usize::try_from(WIDTH * done / all).unwrap_or_default();
    let empty = usize::try_from(WIDTH).unwrap_or_default() - full;
    let percent = 100 * done / all;
    let seconds = (elapsed.as_secs() * (all - done)).checked_div(done);
    let left = seconds.map(|seconds| format!(", {}:{:02} left", seconds / 60, seconds % 60));
    let left = left.unwrap_or_default();
    format!("{what} [{}{}] {percent} %{left}   ", "#".repeat(full), ".".repeat(empty))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_tells_how_much_is_done_and_how_long_the_rest_takes() {
        let shown = bar("customers", 25, 100, Duration::from_mins(1));
        assert!(
            shown.starts_with("customers [##########....") && shown.contains("25 %, 3:00 left")
        );
        assert!(bar("reading", 0, 100, Duration::ZERO).contains("0 % "));
        assert!(bar("reading", 7, 0, Duration::ZERO).contains("0 %"));
    }
}

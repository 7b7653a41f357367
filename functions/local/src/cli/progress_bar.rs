//! A progress bar with the time that is left, on standard error.

use std::time::Duration;

use tokio::time::Instant;

use super::status_line::StatusLine;

const WIDTH: u64 = 40;

#[derive(Default)]
pub(super) struct ProgressBar {
    /// What is going on, and since when.
    current: Option<(&'static str, Instant, StatusLine)>,
}

impl ProgressBar {
    /// Shows that `done` of `all` are done. Another `what` begins a new line.
    pub(super) fn show(&mut self, what: &'static str, done: u64, all: u64) {
        if self.current.as_ref().is_none_or(|(current, ..)| *current != what) {
            self.end();
            self.current = Some((what, Instant::now(), StatusLine::new()));
        }
        if let Some((_, began, line)) = &mut self.current {
            line.draw(done >= all, || bar(what, done, all, began.elapsed()));
        }
    }

    /// Ends the line.
    pub(super) fn end(&mut self) {
        if let Some((.., mut line)) = self.current.take() {
            line.end();
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

//! The progress bar of the pushes of a message to all.

use std::time::Duration;

use shared::{device::DeviceRange, inbox::PushProgress};
use tokio::time::{Instant, sleep};

use super::{failure::Failure, output::print_line, status_line::StatusLine};

/// How often the progress is read.
const INTERVAL: Duration = Duration::from_secs(1);
/// After so long without any progress the pushes are not waited for.
const PATIENCE: Duration = Duration::from_secs(30);
const WIDTH: usize = 40;

/// Shows the progress until all pushes are done, or nothing moves for a while.
pub(super) async fn follow(
    read: impl AsyncFn() -> Result<PushProgress, Failure>,
) -> Result<(), Failure> {
    let (mut last, mut moved) = (PushProgress::default(), Instant::now());
    let mut line = StatusLine::new();
    loop {
        let progress = read().await?;
        if progress != last {
            (last, moved) = (progress, Instant::now());
        }
        let is_done = progress.ranges >= DeviceRange::COUNT;
        line.draw(is_done, || bar(&progress));
        if is_done {
            line.end();
            print_line(format_args!(
                "{} customers with devices, {} pushes",
                progress.customers, progress.pushes
            ));
            return Ok(());
        }
        if moved.elapsed() > PATIENCE {
            line.end();
            print_line("the pushes have not moved for a while; the log of the notifier says more");
            return Ok(());
        }
        sleep(INTERVAL).await;
    }
}

fn bar(progress: &PushProgress) -> String {
    let all = DeviceRange::COUNT;
    let done = progress.ranges.min(all);
    let full = WIDTH * done / all;
    format!(
        "[{}{}] {} %, {} customers, {} pushes ",
        "#".repeat(full),
        ".".repeat(WIDTH - full),
        100 * done / all,
        progress.customers,
        progress.pushes
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_full_as_the_ranges_are_done() {
        let at = |ranges| bar(&PushProgress { ranges, customers: 7, pushes: 9 });
        assert!(at(0).starts_with("[....") && at(0).contains("] 0 %, 7 customers, 9 pushes"));
        assert!(at(128).contains("#.") && at(128).contains("] 50 %"));
        assert!(at(256).contains("#] 100 %"));
    }
}

//! How fast an instance pushes a message to all.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use shared::deadline::Deadline;
use tokio::time::{Instant, sleep_until};

/// How long before the end of an invocation no customer is begun any more: a customer's pushes, the
/// range's item and the next page take a part of it.
const MARGIN: Duration = Duration::from_secs(5);

/// Gives turns at a rate, to all pages of a process.
#[derive(Debug)]
pub(crate) struct Pace(Mutex<Option<Instant>>);

impl Pace {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// Waits for a turn; false, at once, where that would be too late. A rate of zero is no limit.
    pub(crate) async fn turn(&self, per_second: f64, deadline: Deadline) -> bool {
        let left = deadline.left().map(|left| left.saturating_sub(MARGIN));
        if left.is_some_and(|left| left.is_zero()) {
            return false;
        }
        if per_second <= 0.0 {
            return true;
        }
        let now = Instant::now();
        let turn = {
            let mut next = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let turn = next.map_or(now, |next| next.max(now));
            if left.is_some_and(|left| turn > now + left) {
                return false;
            }
            *next = Some(turn + Duration::from_secs_f64(1.0 / per_second));
            turn
        };
        sleep_until(turn).await;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn turns_come_at_the_rate_until_the_time_is_nearly_over() {
        let (pace, began) = (Pace::new(), Instant::now());
        let deadline = Deadline::within(Duration::from_secs(6));
        let mut turns = 0;
        while pace.turn(10.0, deadline).await {
            turns += 1;
        }
        assert_eq!(turns, 11, "the first at once, then one each tenth of a second");
        assert!(began.elapsed() <= Duration::from_secs(1));
        assert!(pace.turn(0.0, Deadline::none()).await);
    }
}

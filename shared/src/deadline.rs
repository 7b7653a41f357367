//! The time by which an invocation has to end. Lambda ends one that takes longer.
//!
//! Invariant: a deadline is a time of the system clock, even if a test moves the clock of
//! `AppState`.

use std::{future::Future, time::Duration};

use jiff::Timestamp;
use tokio::time::Instant;

/// A point in time, or none.
#[derive(Debug, Clone, Copy, Default)]
pub struct Deadline(Option<Instant>);

impl Deadline {
    /// No deadline.
    pub fn none() -> Self {
        Self(None)
    }

    /// After `span`.
    pub fn within(span: Duration) -> Self {
        Self(Instant::now().checked_add(span))
    }

    /// The Lambda runtime's deadline in milliseconds since 1970; 0 is none. `now` is the system's
    /// time.
    pub fn at_millis(millis: u64, now: Timestamp) -> Self {
        match millis {
            0 => Self::none(),
            _ => Self::within(Duration::from_millis(
                millis.saturating_sub(u64::try_from(now.as_millisecond()).unwrap_or(0)),
            )),
        }
    }

    /// Earlier by `margin`.
    pub fn earlier_by(self, margin: Duration) -> Self {
        Self(self.0.map(|at| at.checked_sub(margin).unwrap_or_else(Instant::now)))
    }

    /// A deadline after one of `parts` equal parts of the time that is left.
    pub fn share(self, parts: u32) -> Self {
        self.left().map_or(self, |left| Self::within(left / parts.max(1)))
    }

    /// The time that is left; `None` without a deadline.
    pub fn left(self) -> Option<Duration> {
        self.0.map(|at| at.saturating_duration_since(Instant::now()))
    }

    /// Whether it has passed.
    pub fn is_over(self) -> bool {
        self.left().is_some_and(|left| left.is_zero())
    }

    /// The output of `work`; `None` if it is cancelled at the deadline.
    pub async fn limit<T>(self, work: impl Future<Output = T>) -> Option<T> {
        match self.0 {
            Some(at) => tokio::time::timeout_at(at, work).await.ok(),
            None => Some(work.await),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_of_the_runtime_is_as_far_away_as_it_says() {
        let now: Timestamp = "2026-11-22T20:52:24Z".parse().unwrap();
        let at = |offset: i64| {
            Deadline::at_millis(u64::try_from(now.as_millisecond() + offset).unwrap(), now)
        };
        let left = at(10_000).left().unwrap();
        assert!(left <= Duration::from_secs(10) && left > Duration::from_secs(9), "{left:?}");
        assert!(at(-1).is_over() && at(500).earlier_by(Duration::from_secs(1)).is_over());
        assert!(!Deadline::at_millis(0, now).is_over());
        assert!(at(10_000).share(10).left().unwrap() <= Duration::from_secs(1));
    }

    #[tokio::test]
    async fn what_is_not_done_by_then_is_given_up() {
        assert_eq!(
            Deadline::within(Duration::from_millis(5)).limit(std::future::pending::<()>()).await,
            None
        );
        assert_eq!(Deadline::none().limit(async { 1 }).await, Some(1));
    }
}

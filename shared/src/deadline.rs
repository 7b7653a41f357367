//! When an invocation has to be done. Lambda kills what overruns its time, and with it whatever was
//! under way.
//!
//! Invariant: it is a moment of the machine's own clock, whatever the clock of `AppState` is moved
//! to.

use std::{future::Future, time::Duration};

use jiff::Timestamp;
use tokio::time::Instant;

/// A moment, or none.
#[derive(Debug, Clone, Copy, Default)]
pub struct Deadline(Option<Instant>);

impl Deadline {
    /// None: whoever calls waits.
    pub fn none() -> Self {
        Self(None)
    }

    /// In so long.
    pub fn within(span: Duration) -> Self {
        Self(Instant::now().checked_add(span))
    }

    /// As the Lambda runtime says it, in milliseconds since 1970; 0 where it says none. `now` is
    /// the machine's.
    pub fn at_millis(millis: u64, now: Timestamp) -> Self {
        match millis {
            0 => Self::none(),
            _ => Self::within(Duration::from_millis(
                millis.saturating_sub(u64::try_from(now.as_millisecond()).unwrap_or(0)),
            )),
        }
    }

    /// So much earlier.
    pub fn earlier_by(self, margin: Duration) -> Self {
        Self(self.0.map(|at| at.checked_sub(margin).unwrap_or_else(Instant::now)))
    }

    /// The `parts`-th part of the time that is left.
    pub fn share(self, parts: u32) -> Self {
        self.left().map_or(self, |left| Self::within(left / parts.max(1)))
    }

    /// The time that is left; none where there is no deadline.
    pub fn left(self) -> Option<Duration> {
        self.0.map(|at| at.saturating_duration_since(Instant::now()))
    }

    /// Whether it is past.
    pub fn is_over(self) -> bool {
        self.left().is_some_and(|left| left.is_zero())
    }

    /// What comes of `work`; none where it is not done by then, and is given up.
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

//! A clock that stands still until the test moves it.

use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use shared::clock::Clock;

/// Stands at a Sunday evening in November 2026 at first.
#[derive(Debug)]
pub struct HandClock(Mutex<Timestamp>);

impl Default for HandClock {
    fn default() -> Self {
        Self(Mutex::new("2026-11-22T20:00:00Z".parse().expect("a time")))
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HandClock {
    /// A clock that stands at this time.
    pub fn at(now: Timestamp) -> Self {
        Self(Mutex::new(now))
    }

    /// Moves it on.
    pub fn advance(&self, span: SignedDuration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += span;
    }

    /// Moves it on by so many seconds.
    pub fn advance_seconds(&self, seconds: i64) {
        self.advance(SignedDuration::from_secs(seconds));
    }
}

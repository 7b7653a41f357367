//! The clock. Pure functions take `now`; all other code asks the clock in `AppState`.

use jiff::Timestamp;

/// A clock that tests can replace.
pub trait Clock: Send + Sync + 'static {
    /// The current time in UTC.
    fn now(&self) -> Timestamp;
}

/// The system clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The minute that `time` lies in, counted from 1970.
pub fn minute_of(time: Timestamp) -> i64 {
    time.as_second().div_euclid(60)
}

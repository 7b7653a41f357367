//! The one source of the present. Pure functions take `now`; everything else asks the clock in
//! `AppState`.

use jiff::Timestamp;

/// Tells what time it is.
pub trait Clock: Send + Sync + 'static {
    /// The present, in UTC.
    fn now(&self) -> Timestamp;
}

/// The machine's own clock.
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

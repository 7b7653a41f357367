//! A clock that can be advanced, for all functions at once.
//!
//! Invariant: it never goes back. How far it is ahead is not stored, so a restart returns to the
//! present.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use shared::clock::{Clock, SystemClock};

/// The system clock plus an offset.
#[derive(Debug, Default)]
pub struct MovingClock {
    ahead_seconds: AtomicI64,
}

impl MovingClock {
    /// Advances the clock and returns the new time; `None` beyond the last timestamp.
    pub fn advance(&self, seconds: u32) -> Option<Timestamp> {
        let moved = self.ahead_seconds.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |ahead| {
            let ahead = ahead.checked_add(seconds.into())?;
            SystemClock.now().checked_add(SignedDuration::from_secs(ahead)).ok().map(|_| ahead)
        });
        moved.ok().map(|_| self.now())
    }

    /// How far it is ahead of the system clock.
    pub fn ahead_seconds(&self) -> i64 {
        self.ahead_seconds.load(Ordering::SeqCst)
    }
}

impl Clock for MovingClock {
    fn now(&self) -> Timestamp {
        let ahead = SignedDuration::from_secs(self.ahead_seconds());
        SystemClock.now().saturating_add(ahead).unwrap_or(Timestamp::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_advances_up_to_the_last_timestamp() {
        let clock = MovingClock::default();
        let before = clock.now();
        clock.advance(600).unwrap();
        clock.advance(600).unwrap();
        assert_eq!(clock.ahead_seconds(), 1200);
        assert!(clock.now().duration_since(before) >= SignedDuration::from_secs(1200));
        while clock.advance(u32::MAX).is_some() {}
        assert!(clock.now() < Timestamp::MAX);
    }
}

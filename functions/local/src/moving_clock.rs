//! A clock that runs with the machine's and can be moved on, for all functions at once.
//!
//! Invariant: it never goes back; the distance is kept nowhere, so a restart is in the present
//! again.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use shared::clock::{Clock, SystemClock};

/// The machine's clock plus a distance.
#[derive(Debug, Default)]
pub struct MovingClock {
    ahead_seconds: AtomicI64,
}

impl MovingClock {
    /// Moves the clock on and gives the new present; nothing where that would leave the calendar.
    pub fn advance(&self, seconds: u32) -> Option<Timestamp> {
        let moved = self.ahead_seconds.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |ahead| {
            let ahead = ahead.checked_add(seconds.into())?;
            SystemClock.now().checked_add(SignedDuration::from_secs(ahead)).ok().map(|_| ahead)
        });
        moved.ok().map(|_| self.now())
    }

    /// How many seconds it is ahead of the machine's clock.
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
    fn it_moves_on_and_stops_at_the_end_of_the_calendar() {
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

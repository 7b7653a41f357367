//! How fast customers are written: at most so many a second, and slower while storage refuses.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use shared::{random::SystemRandom, store::StoreError};
use table::random::below;
use tokio::time::{Instant, sleep, sleep_until};

/// The first wait after a refusal of storage; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(200);
/// How often storage is asked before the run stops: for two minutes.
const TRIES: u32 = 10;

/// Gives turns, at most so many a second.
pub struct Pace {
    step: Option<Duration>,
    next: Mutex<Instant>,
}

impl Pace {
    pub fn new(a_second: Option<u32>) -> Self {
        let step = a_second.and_then(|rate| Duration::from_secs(1).checked_div(rate));
        Self { step, next: Mutex::new(Instant::now()) }
    }

    /// Waits for the next turn.
    pub async fn turn(&self) {
        let Some(step) = self.step else { return };
        let at = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let at = (*next).max(Instant::now());
            *next = at + step;
            at
        };
        sleep_until(at).await;
    }
}

/// Waits between the tries of work that storage refuses for the moment.
pub struct Patience {
    wait: Duration,
    tries: u32,
}

impl Patience {
    pub fn new() -> Self {
        Self { wait: FIRST_WAIT, tries: TRIES }
    }

    /// Waits for the next try after this error; false where there is none.
    pub async fn outlasts(&mut self, error: &StoreError) -> bool {
        self.tries -= 1;
        if self.tries == 0 || !error.is_passing() {
            return false;
        }
        // From half of it to all of it, so that those who were refused together do not come back
        // together.
        let millis = u32::try_from(self.wait.as_millis()).unwrap_or(u32::MAX) / 2;
        let more = Duration::from_millis(below(&SystemRandom, millis.max(1)).into());
        sleep(self.wait / 2 + more).await;
        self.wait *= 2;
        true
    }
}

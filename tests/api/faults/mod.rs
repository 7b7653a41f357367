//! Messages and audits while functions are killed in the middle of their work, and while storage
//! and SNS throttle, fail, and lose calls and answers.

use harness::faults::{Faults, next};

mod audits;
mod messages;

/// Of a thousand calls to storage.
const OF_STORAGE: Faults =
    Faults { lost_answers: 15, lost_calls: 15, throttled: 15, conflicts: 25 };
/// Of a thousand calls to SNS.
const OF_SNS: Faults = Faults { lost_answers: 6, lost_calls: 10, throttled: 15, conflicts: 0 };

/// A number below `below`.
fn draw(seed: &mut u64, below: usize) -> usize {
    usize::try_from(next(seed) % below.max(1) as u64).expect("small")
}

//! Messages and audits while functions are killed in the middle of their work, and while storage
//! and SNS throttle, fail, and lose calls and answers.

use harness::faults::{Faults, next};

mod audits;
mod messages;

/// Of a thousand calls to storage. The SDK tries three times, so one of a few hundred calls fails.
const OF_STORAGE: Faults =
    Faults { lost_answers: 30, lost_calls: 40, throttled: 80, conflicts: 50 };
/// Of a thousand calls to SNS. One of fifty fails after all tries.
const OF_SNS: Faults = Faults { lost_answers: 20, lost_calls: 60, throttled: 200, conflicts: 0 };

/// A number below `below`.
fn draw(seed: &mut u64, below: usize) -> usize {
    usize::try_from(next(seed) % below.max(1) as u64).expect("small")
}

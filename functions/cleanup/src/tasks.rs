//! The tasks, in the order of their running: money first, then people, then what only takes room.

mod audit;
mod devices;
mod expired;
mod holds;
mod leaving;
mod sessions;
mod shop;

use futures_util::FutureExt;
use table::IndexList;

use crate::run::Task;

/// All of them. A group with something to clean up adds a line here, and what it does to the matrix
/// in shared/src/store/keys.rs.
pub const TASKS: &[Task] = &[
    Task { name: "holds", run: |run| holds::end(run).boxed() },
    Task { name: "leaving", run: |run| leaving::erase(run).boxed() },
    Task { name: "devices", run: |run| devices::remove(run).boxed() },
    Task { name: "sessions", run: |run| sessions::prune(run).boxed() },
    Task { name: "codes", run: |run| expired::delete(run, IndexList("OTP#DUE")).boxed() },
    Task { name: "limits", run: |run| expired::delete(run, IndexList("RATE#DUE")).boxed() },
    Task { name: "answers", run: |run| expired::delete(run, IndexList("IDEM#DUE")).boxed() },
    Task { name: "notifications", run: |run| expired::delete(run, IndexList("INBOX#DUE")).boxed() },
    Task { name: "device_numbers", run: |run| expired::delete(run, IndexList("DEV#DUE")).boxed() },
    Task { name: "pets", run: |run| shop::take_pets(run).boxed() },
    Task {
        name: "orders_and_users",
        run: |run| expired::delete(run, IndexList("PET#DUE")).boxed(),
    },
    Task { name: "samples", run: |run| shop::restore_samples(run).boxed() },
    Task { name: "audit", run: |run| audit::go_on(run).boxed() },
];

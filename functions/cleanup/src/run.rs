//! What the tasks of a run are given, and why one fails as a whole.

use std::{fmt, time::Duration};

use jiff::Timestamp;
use shared::{
    app::AppState,
    deadline::Deadline,
    domain::{
        clean_up::{Run, RunSettings},
        erasure::ErasePage,
    },
    domains::ERASURES,
    store::StoreError,
};

/// How long before its end a run begins nothing new: longer than a step of any task takes when
/// storage is slow.
pub(crate) const MARGIN: Duration = Duration::from_secs(8);

/// How a customer is erased, prefix by prefix.
const ERASE: &[ErasePage] = &ERASURES;

/// Why a task failed as a whole.
#[derive(Debug)]
pub(crate) enum TaskError {
    Storage(StoreError),
    Panicked,
}

/// The run of one task that began at `now` and has time until `deadline`.
pub(crate) fn run_of(app: &AppState, now: Timestamp, deadline: Deadline) -> Run {
    Run {
        store: app.store.clone(),
        push: app.push.clone(),
        random: app.random.clone(),
        signer: app.signer().clone(),
        settings: settings(app),
        erasures: ERASE,
        now,
        deadline,
    }
}

fn settings(app: &AppState) -> RunSettings {
    let config = &app.config;
    RunSettings {
        device_life: config.device_life,
        expiry_grace: config.expiry_grace,
        audit_entries: config.audit_entries,
        restores_samples: config.petstore.enabled && config.petstore.resets,
    }
}

impl fmt::Display for TaskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Storage(error) => error.fmt(f),
            Self::Panicked => f.write_str("it panicked"),
        }
    }
}

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
    settings::{NotDeclared, Section, Settings},
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

/// The sections of settings that the tasks need.
pub(crate) const SECTIONS: &[Section] = &[
    Section::AUDIT,
    Section::DEVICES,
    Section::ERASURES,
    Section::EXPIRY,
    Section::PUSH,
    Section::SAMPLES,
    // The log has customers' pseudonyms.
    Section::SIGNER,
    Section::TOPIC,
];

/// The settings of all tasks.
pub(crate) fn settings(settings: &Settings) -> Result<RunSettings, NotDeclared> {
    Ok(RunSettings {
        device_life: settings.devices()?.life,
        erasure_turn: settings.erasures()?.turn_items,
        expiry_grace: settings.expiry()?.grace,
        audit_entries: settings.audit()?.entries,
        audit_after: settings.audit()?.after,
        restores_samples: settings.samples()?.are_restored,
    })
}

/// The shard at which a run begins its lists, drawn anew for each.
pub(crate) fn first_shard(app: &AppState) -> usize {
    let mut drawn = [0];
    app.random.fill(&mut drawn);
    drawn[0].into()
}

/// The run of one task that began at `now`, has time until `deadline` and begins lists at a shard.
pub(crate) fn run_of(
    app: &AppState,
    settings: RunSettings,
    now: Timestamp,
    deadline: Deadline,
    first_shard: usize,
) -> Result<Run, NotDeclared> {
    Ok(Run {
        store: app.store.clone(),
        push: app.push.clone(),
        topic: app.topic.clone(),
        random: app.random.clone(),
        signer: app.signer()?.clone(),
        settings,
        erasures: ERASE,
        now,
        deadline,
        first_shard,
    })
}

impl fmt::Display for TaskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Storage(error) => error.fmt(f),
            Self::Panicked => f.write_str("it panicked"),
        }
    }
}

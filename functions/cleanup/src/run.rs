//! What a task is given, and what it gives back.

use std::{fmt, ops::AddAssign, time::Duration};

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde::Serialize;
use shared::{
    app::AppState,
    device::DeviceSettings,
    petstore::SampleSettings,
    runtime::deadline::Deadline,
    settings::{ExpirySettings, NotDeclared, Section, Settings},
    store::StoreError,
    wallet::AuditSettings,
};

/// How long before its end a run begins nothing new: longer than a step of any task takes when
/// storage is slow.
pub(crate) const MARGIN: Duration = Duration::from_secs(8);

/// One of the things that a run does.
pub struct Task {
    /// What metrics and log call it.
    pub name: &'static str,
    pub(crate) run: for<'a> fn(&'a Run) -> BoxFuture<'a, Result<Counts, StoreError>>,
}

/// What the tasks are configured with.
#[derive(Debug, Clone)]
pub(crate) struct RunSettings {
    pub(crate) audit: AuditSettings,
    pub(crate) devices: DeviceSettings,
    pub(crate) expiry: ExpirySettings,
    pub(crate) samples: SampleSettings,
}

/// A run, as one task sees it.
pub(crate) struct Run {
    pub(crate) app: AppState,
    pub(crate) settings: RunSettings,
    /// When it began: what is due is due by then.
    pub(crate) now: Timestamp,
    /// When the task has to stop.
    pub(crate) deadline: Deadline,
}

/// What a task did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Counts {
    /// What was taken away, ended, erased or audited.
    pub(crate) done: u64,
    /// What turned out to be in use, and is looked at later.
    pub(crate) put_off: u64,
    /// What went wrong; the next run tries it again.
    pub(crate) failed: u64,
    /// Whether something was left because the time was over.
    pub(crate) unfinished: bool,
}

/// Why a task failed as a whole.
#[derive(Debug)]
pub(crate) enum TaskError {
    Storage(StoreError),
    Panicked,
}

/// What came of one thing that was due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Done,
    PutOff,
    /// Somebody else did it, or changed it meanwhile.
    Nothing,
}

impl RunSettings {
    pub(crate) const SECTIONS: &[Section] = &[
        Section::AUDIT,
        Section::DEVICES,
        Section::EXPIRY,
        Section::SAMPLES,
        // The log names customers by pseudonyms.
        Section::SIGNER,
    ];

    pub(crate) fn of(settings: &Settings) -> Result<Self, NotDeclared> {
        Ok(Self {
            audit: settings.audit()?.clone(),
            devices: settings.devices()?.clone(),
            expiry: settings.expiry()?.clone(),
            samples: settings.samples()?.clone(),
        })
    }
}

impl Run {
    pub(crate) fn is_over(&self) -> bool {
        self.deadline.is_over()
    }

    /// So long before the run.
    pub(crate) fn before(&self, span: jiff::SignedDuration) -> Timestamp {
        self.now.saturating_sub(span).unwrap_or(Timestamp::MIN)
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

impl AddAssign<Outcome> for Counts {
    fn add_assign(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Done => self.done += 1,
            Outcome::PutOff => self.put_off += 1,
            Outcome::Nothing => {}
        }
    }
}

//! Moving in from a Django stack: what `dumpdata` wrote becomes customers of ours.
//!
//! A run: [`dump`] splits the files into objects; `rows` reads those that the [`mapping`] names;
//! `stage` sorts them by user and joins the tables of tokens; `person` puts one user's rows
//! together; `landing` writes each customer as a whole, or what has changed since the last run.
//! Rows that are not taken stand in the [`report`].
//!
//! Invariants: memory does not grow with the dump. A run may be stopped anywhere and repeated, and
//! leaves the table that one run would have left: nothing depends on the moment of the run, only on
//! the dump and the secrets. A row that cannot be taken does not keep the others from it.

mod amount;
mod change;
mod create;
mod derived;
pub mod dump;
mod landing;
pub mod mapping;
mod pace;
mod person;
pub mod report;
mod rows;
mod sorter;
mod stage;
pub mod suggestion;
mod values;

use std::{fmt, io, path::PathBuf};

use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;
use shared::{
    hashes::{Hashes, Signer},
    store::{Store, StoreError},
};

pub use self::{
    amount::written as written_amount, derived::hash_of, mapping::Mapping, report::Report,
    stage::StageError,
};
use self::{
    landing::{Landed, Landing, Outcome},
    pace::{Pace, Patience},
    person::Person,
    rows::{Reader, Row},
    sorter::Group,
    stage::Stage,
};

/// What is to move in, and how.
#[derive(Debug, Clone)]
pub struct MoveIn {
    /// All files of one dump.
    pub dumps: Vec<PathBuf>,
    pub mapping: Mapping,
    /// When the dump was made.
    pub as_of: Timestamp,
    /// Until when devices of the old stack are active without a log-in.
    pub sessions_end: Timestamp,
    /// Where rows are sorted.
    pub scratch: PathBuf,
    /// Where rows that are not taken are listed.
    pub report: Option<PathBuf>,
    /// The most customers a second.
    pub rate: Option<u32>,
    /// How many customers are written at once.
    pub at_once: usize,
    /// Whether nothing is written.
    pub is_rehearsal: bool,
}

/// Where it moves to.
pub struct Destination {
    pub store: Store,
    /// The value of `HashSecret`.
    pub hash_secret: String,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Bytes of the dumps.
    Reading { done: u64, of: u64 },
    /// Users.
    Moving { done: u64, of: u64 },
}

#[derive(Debug)]
pub enum MoveInError {
    Stage(StageError),
    Store(StoreError),
}

impl MoveIn {
    /// Reads the dumps and writes the customers.
    pub async fn run(
        &self,
        to: Destination,
        mut progress: impl FnMut(Progress),
    ) -> Result<Report, MoveInError> {
        let create = Report::create(self.report.as_deref(), &self.dumps);
        let mut report = create.map_err(|error| MoveInError::Stage(StageError::Report(error)))?;
        let stage = self.read(&mut report, &mut progress)?;
        let (people, has_devices) = (stage.people, stage.has_devices);
        report.has_tokens = stage.has_tokens;
        let groups = stage.people(self.as_of, &mut report)?;
        let Destination { store, hash_secret } = to;
        let landing = Landing {
            store,
            hashes: Hashes::new(&hash_secret.as_str().into()),
            signer: Signer::new(&hash_secret.as_str().into()),
            as_of: self.as_of,
            sessions_end: self.sessions_end,
            is_rehearsal: self.is_rehearsal,
            has_devices,
            pace: Pace::new(self.rate),
        };
        let land = |group| land(&landing, group);
        // In the order of the users, so that the report is the same each time.
        let mut landings = Box::pin(stream::iter(groups).map(land).buffered(self.at_once));
        let mut done = 0;
        while let Some(landed) = landings.next().await {
            report.count(&landed?).map_err(StageError::Report)?;
            done += 1;
            progress(Progress::Moving { done, of: people.max(done) });
        }
        report.finish().map_err(StageError::Report)?;
        Ok(report)
    }

    fn read(
        &self,
        report: &mut Report,
        progress: &mut impl FnMut(Progress),
    ) -> Result<Stage, StageError> {
        let sizes = self.dumps.iter().map(|path| path.metadata().map_or(0, |file| file.len()));
        let sizes: Vec<u64> = sizes.collect();
        let of = sizes.iter().sum();
        let reader = Reader { mapping: &self.mapping, as_of: self.as_of };
        let mut stage = Stage::new(&self.scratch);
        let mut before = 0;
        for ((path, size), number) in self.dumps.iter().zip(sizes).zip(0..) {
            stage.read(path, number, &reader, report, |bytes| {
                progress(Progress::Reading { done: before + bytes, of });
            })?;
            before += size;
        }
        Ok(stage)
    }
}

/// Moves the user of these rows in.
async fn land(landing: &Landing, group: io::Result<Group<Row>>) -> Result<Landed, MoveInError> {
    let (person, mut refused) = Person::of(group.map_err(StageError::Scratch)?, landing.as_of);
    let Some(person) = person else {
        return Ok(Landed { outcome: Outcome::Stayed, refused, kept: 0 });
    };
    let mut patience = Patience::new();
    let landed = loop {
        match landing.land(&person).await {
            Ok(landed) => break landed,
            Err(error) if patience.outlasts(&error).await => {}
            Err(error) => return Err(error.into()),
        }
    };
    refused.extend(landed.refused);
    Ok(Landed { refused, ..landed })
}

impl Report {
    fn count(&mut self, landed: &Landed) -> io::Result<()> {
        match landed.outcome {
            Outcome::Moved => self.moved += 1,
            Outcome::Changed => self.changed += 1,
            Outcome::Unchanged => self.unchanged += 1,
            Outcome::Stayed => self.stayed += 1,
        }
        self.kept += landed.kept;
        landed.refused.iter().try_for_each(|one| self.refuse(one))
    }
}

impl From<StageError> for MoveInError {
    fn from(error: StageError) -> Self {
        Self::Stage(error)
    }
}

impl From<StoreError> for MoveInError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl fmt::Display for MoveInError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stage(error) => error.fmt(f),
            Self::Store(error) => {
                write!(f, "{error}. Run the same command again: it continues where it stopped")
            }
        }
    }
}

impl std::error::Error for MoveInError {}

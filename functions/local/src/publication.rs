//! What the operator publishes from a file and can take back: the app's content and the service
//! areas.
//!
//! Protocol: a draft compares the file with what is published; publishing the draft fails if
//! somebody else has published in the meantime. Invariant: only a file that was read and checked as
//! a whole is published, and the version it replaces stays in the table.

use std::fmt;

use jiff::Timestamp;
use shared::store::StoreError;

/// Something that is published as a whole.
#[allow(async_fn_in_trait, reason = "its callers are here and in the tests; none needs `Send`")]
pub trait Publication {
    type Draft;
    type Problem: fmt::Display;
    /// What identifies a published version.
    type Version;

    /// What publishing `file` would change.
    async fn draft(
        &self,
        file: &str,
        now: Timestamp,
    ) -> Result<Self::Draft, PublishError<Self::Problem>>;

    /// What restoring the previous version would change.
    async fn draft_of_rollback(&self) -> Result<Self::Draft, PublishError<Self::Problem>>;

    /// The differences, one line each. An empty list: nothing changes.
    fn changes(draft: &Self::Draft) -> Vec<String>;

    /// What the draft publishes, in a few words, such as `version 3`.
    fn summary(draft: &Self::Draft) -> String;

    async fn publish(
        &self,
        draft: &Self::Draft,
    ) -> Result<Self::Version, PublishError<Self::Problem>>;

    /// What is published now, as a file.
    async fn published_file(&self) -> Result<String, PublishError<Self::Problem>>;
}

/// Why nothing was published.
#[derive(Debug)]
pub enum PublishError<P> {
    /// The file breaks these rules.
    Invalid(Vec<P>),
    NothingPublished,
    NoPreviousVersion,
    /// Somebody else has published since the draft was made.
    Conflict,
    /// The table refers to a version that is missing or unreadable.
    Unreadable(String),
    Store(StoreError),
}

impl<P> From<StoreError> for PublishError<P> {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl<P: fmt::Display> fmt::Display for PublishError<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(problems) => {
                let all: Vec<String> = problems.iter().map(ToString::to_string).collect();
                f.write_str(&all.join("; "))
            }
            Self::NothingPublished => f.write_str("nothing is published"),
            Self::NoPreviousVersion => f.write_str("there is no previous version"),
            Self::Conflict => f.write_str(
                "somebody else has published in the meantime; run the command again to see what \
                 changes now",
            ),
            Self::Unreadable(version) => write!(f, "{version} is missing or unreadable"),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl<P: fmt::Debug + fmt::Display> std::error::Error for PublishError<P> {}

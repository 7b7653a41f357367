//! Life times of sessions, the limits of their refreshes, the turns of erasures and their journal.

use std::sync::Arc;

use jiff::SignedDuration;

use crate::config::{ConfigError, Variables};

/// Life times of sessions.
#[derive(Debug, Clone)]
pub struct SessionSettings {
    /// How long a session lives without a refresh.
    pub idle: SignedDuration,
    /// How long a session lives from its log-in, however often it is refreshed.
    pub absolute: SignedDuration,
}

/// Rules of the exchange of refresh tokens.
#[derive(Debug, Clone)]
pub struct RefreshSettings {
    /// How long a spent refresh token still gets its successor after that was received.
    pub grace: SignedDuration,
    /// New generations a minute per session; 0 is no limit.
    pub per_minute: u32,
}

/// How customers with deleted accounts are erased.
#[derive(Debug, Clone)]
pub struct ErasureSettings {
    /// About how many items of one customer are erased before it is another customer's turn.
    pub turn_items: u32,
}

/// Where deletions of accounts are recorded outside the table.
#[derive(Debug, Clone)]
pub struct JournalSettings {
    /// Name of the DynamoDB table.
    pub table: Arc<str>,
}

impl SessionSettings {
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        Ok(Self {
            idle: variables.seconds("REFRESH_IDLE_SECONDS")?,
            absolute: variables.seconds("REFRESH_ABSOLUTE_SECONDS")?,
        })
    }
}

impl RefreshSettings {
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        Ok(Self {
            grace: variables.seconds("REFRESH_GRACE_SECONDS")?,
            per_minute: variables.number("REFRESHES_PER_MINUTE")?,
        })
    }
}

impl ErasureSettings {
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        Ok(Self { turn_items: variables.at_least_one("ERASURE_TURN_ITEMS")? })
    }
}

impl JournalSettings {
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        Ok(Self { table: variables.text("ERASURE_JOURNAL_TABLE")?.into() })
    }
}

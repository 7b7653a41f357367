//! Whether refresh tokens of the old stack are taken, until when, and how they are checked.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::{
    config::{ConfigError, Variables},
    legacy::key::LegacyKey,
};

/// How refresh tokens of the old stack are taken. The default takes none.
#[derive(Debug, Clone)]
pub struct LegacySettings {
    /// What they were signed with, and the last day (UTC) on which they are taken.
    taken: Option<(LegacyKey, Date)>,
    /// The claim that names the user.
    pub user_claim: String,
    /// Whether apps store the refresh token of an answer, so that one that comes again later is a
    /// replay.
    pub rotates: bool,
}

impl LegacySettings {
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        let until = variables.optional("LEGACY_TOKENS_UNTIL").map(|day| day.parse::<Date>());
        let until = until.transpose().map_err(|_| ConfigError {
            variable: "LEGACY_TOKENS_UNTIL",
            problem: "is not a date such as 2026-12-31",
        })?;
        let key = variables.optional_secret("LEGACY_TOKEN_KEY");
        let key = key
            .map(LegacyKey::read)
            .transpose()
            .map_err(|problem| ConfigError { variable: "LEGACY_TOKEN_KEY", problem })?;
        Ok(Self {
            taken: key.zip(until),
            user_claim: variables.text("LEGACY_USER_CLAIM")?,
            rotates: variables.boolean("LEGACY_TOKENS_ROTATE")?,
        })
    }

    /// The key, while tokens are taken.
    pub fn key(&self, now: Timestamp) -> Option<&LegacyKey> {
        let (key, until) = self.taken.as_ref()?;
        (now.to_zoned(TimeZone::UTC).date() <= *until).then_some(key)
    }
}

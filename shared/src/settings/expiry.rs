//! When the clean-up deletes expired items.

use jiff::SignedDuration;

use crate::config::{ConfigError, Variables};

/// Settings of the deletion of expired items.
#[derive(Debug, Clone)]
pub struct ExpirySettings {
    /// How long after its expiry an item is left to DynamoDB's TTL, which deletes it for free.
    pub grace: SignedDuration,
}

impl ExpirySettings {
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        Ok(Self { grace: variables.days("EXPIRY_GRACE_DAYS")? })
    }
}

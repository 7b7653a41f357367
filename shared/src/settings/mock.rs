//! How the mock answers.

use jiff::SignedDuration;

use crate::config::{ConfigError, Variables};

/// Settings of the answers that are made of the document's examples.
#[derive(Debug, Clone)]
pub struct MockSettings {
    /// Longest delay that a request may ask for; zero in a deployed stack by default.
    pub most_delay: SignedDuration,
}

impl MockSettings {
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        Ok(Self { most_delay: variables.seconds("MOCK_DELAY_SECONDS")? })
    }
}

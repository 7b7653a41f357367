//! How regions are told.

use crate::config::{ConfigError, Variables};

/// Which country a disputed place has.
#[derive(Debug, Clone)]
pub struct RegionSettings {
    /// The country whose claims come first, by its code of ISO 3166-1; empty for none.
    pub worldview: String,
}

impl RegionSettings {
    #[expect(clippy::unnecessary_wraps, reason = "every section is read by the same call")]
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        Ok(Self { worldview: variables.optional("WORLDVIEW").unwrap_or_default() })
    }
}

//! The worldview: whose claims come first in a region.

use crate::config::{ConfigError, Variables};

/// Which country a disputed place has.
#[derive(Debug, Clone)]
pub struct RegionSettings {
    /// The country whose claims come first, by its code of ISO 3166-1; empty for none.
    pub worldview: String,
}

impl RegionSettings {
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        let worldview = variables.optional("WORLDVIEW").unwrap_or_default();
        let is_code = worldview.len() == 2 && worldview.bytes().all(|c| c.is_ascii_uppercase());
        if worldview.is_empty() || is_code {
            return Ok(Self { worldview });
        }
        let problem = "is no country's code of two capital letters";
        Err(ConfigError { variable: "WORLDVIEW", problem })
    }
}

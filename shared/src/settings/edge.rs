//! The operator's own CDN in front of the API.

use secrecy::SecretString;

use crate::config::{ConfigError, Variables};

/// For functions that serve the API.
#[derive(Debug, Clone)]
pub struct EdgeSettings {
    /// What the CDN proves itself with; none where there is no CDN.
    pub secret: Option<SecretString>,
}

impl EdgeSettings {
    #[expect(clippy::unnecessary_wraps, reason = "every section is read by the same call")]
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        Ok(Self { secret: variables.optional_secret("EDGE_SECRET") })
    }
}

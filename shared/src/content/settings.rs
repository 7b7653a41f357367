//! What the app is called.

use crate::config::{ConfigError, Variables};

/// Settings of what the app shows.
#[derive(Debug, Clone)]
pub struct ContentSettings {
    /// The app's name in text messages, and in the app information until content is published.
    pub app_name: String,
}

impl ContentSettings {
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        Ok(Self { app_name: variables.text("APP_NAME")? })
    }
}

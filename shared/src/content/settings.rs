//! What the app is called.

use crate::{
    config::{ConfigError, Variables},
    text_message::{AppName, AppNameError},
};

/// Settings of what the app shows.
#[derive(Debug, Clone)]
pub struct ContentSettings {
    /// The app's name in text messages, and in the app information until content is published.
    pub app_name: AppName,
}

impl ContentSettings {
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        let app_name = variables.text("APP_NAME")?.parse().map_err(|error: AppNameError| {
            ConfigError { variable: "APP_NAME", problem: error.problem() }
        })?;
        Ok(Self { app_name })
    }
}

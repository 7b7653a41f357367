//! How notifications are delivered and kept.

use jiff::SignedDuration;

use crate::config::{ConfigError, Variables};

/// For the function that delivers notifications.
#[derive(Debug, Clone)]
pub struct InboxSettings {
    /// How long a notification stays in an inbox, or up to a week longer.
    pub life: SignedDuration,
    /// How many customers of a message to all one invocation serves.
    pub fan_out_page: usize,
    /// ARN of the SNS topic that takes the next pages of a message to all.
    pub topic: Option<String>,
}

impl InboxSettings {
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        Ok(Self {
            life: variables.days("INBOX_DAYS")?,
            fan_out_page: variables.at_least_one("FAN_OUT_PAGE")? as usize,
            topic: variables.optional("NOTIFICATIONS_TOPIC_ARN"),
        })
    }
}

//! How notifications are delivered and kept.

use jiff::SignedDuration;

use crate::config::{ConfigError, Variables};

/// For the function that delivers notifications.
#[derive(Debug, Clone)]
pub struct InboxSettings {
    /// How long a notification stays in an inbox, or up to a week longer.
    pub life: SignedDuration,
    /// How many customers one page of a message to all has at most.
    pub fan_out_page: usize,
    /// To how many customers a second one instance pushes a message to all at most; 0 is no limit.
    pub fan_out_rate: f64,
    /// How often a message is delivered before it becomes a dead letter.
    pub tries: u32,
    /// ARN of the SNS topic that takes dead letters with the reason.
    pub dead_letters: Option<String>,
}

impl InboxSettings {
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        let instances = variables.at_least_one("NOTIFIER_CONCURRENCY")?;
        let rate: u32 = variables.number("FAN_OUT_RATE")?;
        Ok(Self {
            life: variables.days("INBOX_DAYS")?,
            fan_out_page: variables.at_least_one("FAN_OUT_PAGE")? as usize,
            fan_out_rate: f64::from(rate) / f64::from(instances),
            tries: variables.at_least_one("NOTIFICATION_TRIES")?,
            dead_letters: variables.optional("DEAD_LETTERS_TOPIC_ARN"),
        })
    }
}

/// For functions that publish messages: the next pages of a message to all, and those that waited
/// for their time.
#[derive(Debug, Clone)]
pub struct TopicSettings {
    /// ARN of the SNS topic that feeds the function that delivers notifications.
    pub topic: Option<String>,
}

impl TopicSettings {
    #[expect(clippy::unnecessary_wraps, reason = "every section is read by the same call")]
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        Ok(Self { topic: variables.optional("NOTIFICATIONS_TOPIC_ARN") })
    }
}

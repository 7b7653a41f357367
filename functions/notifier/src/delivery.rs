//! What the queue says of a record.

use jiff::Timestamp;
use serde::Deserialize;

/// When and how often a record was delivered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Delivery {
    /// Whether it was delivered before.
    pub(crate) is_repeated: bool,
    /// When it was put into the queue, where that is known.
    pub(crate) sent: Option<Timestamp>,
}

/// Attributes of a record of SQS.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Attributes {
    approximate_receive_count: Option<String>,
    sent_timestamp: Option<String>,
}

impl From<Attributes> for Delivery {
    fn from(attributes: Attributes) -> Self {
        let count = attributes.approximate_receive_count.and_then(|count| count.parse().ok());
        let sent = attributes.sent_timestamp.and_then(|sent| sent.parse().ok());
        Self {
            is_repeated: count.is_some_and(|count: u32| count > 1),
            sent: sent.and_then(|sent| Timestamp::from_millisecond(sent).ok()),
        }
    }
}

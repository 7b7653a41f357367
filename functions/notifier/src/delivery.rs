//! What the queue says of a record.

use jiff::Timestamp;
use serde::Deserialize;

/// When and how often a record was delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Delivery {
    /// How often it was delivered, this time included.
    pub(crate) receives: u32,
    /// When it was put into the queue, where that is known.
    pub(crate) sent: Option<Timestamp>,
}

impl Delivery {
    /// Whether it was delivered before.
    pub(crate) fn is_repeated(self) -> bool {
        self.receives > 1
    }
}

/// Attributes of a record of SQS.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Attributes {
    approximate_receive_count: Option<String>,
    sent_timestamp: Option<String>,
}

impl From<&Attributes> for Delivery {
    fn from(attributes: &Attributes) -> Self {
        let count = attributes.approximate_receive_count.as_ref();
        let count = count.and_then(|count| count.parse().ok());
        let sent = attributes.sent_timestamp.as_ref().and_then(|sent| sent.parse().ok());
        Self {
            receives: count.unwrap_or(1),
            sent: sent.and_then(|sent| Timestamp::from_millisecond(sent).ok()),
        }
    }
}

//! What the queue says of a record.

use jiff::Timestamp;
use serde::{Deserialize, de::IgnoredAny};

/// When and how often a record was delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Delivery {
    /// How often it was delivered, this time included.
    pub(crate) receives: u32,
    /// When it was put into the queue for the first time, where that is known.
    pub(crate) sent: Option<Timestamp>,
    /// Whether it was a dead letter, which somebody moved back into the queue. SQS then counts its
    /// deliveries from 1 again.
    pub(crate) was_dead: bool,
}

/// Attributes of a record of SQS.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Attributes {
    approximate_receive_count: Option<String>,
    sent_timestamp: Option<String>,
    dead_letter_queue_source_arn: Option<String>,
}

/// What a record has beside its body: both, if it was a dead letter; see
/// [`dead_letters`](crate::dead_letters).
#[derive(Debug, Default, Deserialize)]
pub(crate) struct MessageAttributes {
    reason: Option<IgnoredAny>,
    record: Option<IgnoredAny>,
}

impl Delivery {
    pub(crate) fn of(queue: &Attributes, message: &MessageAttributes) -> Self {
        let count = queue.approximate_receive_count.as_ref();
        let count = count.and_then(|count| count.parse().ok());
        let is_marked = message.reason.is_some() && message.record.is_some();
        let was_dead = is_marked || queue.dead_letter_queue_source_arn.is_some();
        let sent = queue.sent_timestamp.as_ref().filter(|_| !was_dead);
        let sent = sent.and_then(|sent| sent.parse().ok());
        Self {
            receives: count.unwrap_or(1),
            sent: sent.and_then(|sent| Timestamp::from_millisecond(sent).ok()),
            was_dead,
        }
    }

    /// Whether it was delivered before.
    pub(crate) fn is_repeated(self) -> bool {
        self.receives > 1 || self.was_dead
    }
}

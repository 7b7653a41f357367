//! What came of a message: counts for the log, and what a push says of the inbox.

use std::ops::AddAssign;

use jiff::Timestamp;
use shared::ids::NotificationId;

/// Counts of what was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Delivered {
    /// Inboxes that received the message.
    pub(crate) inboxes: usize,
    /// Pushes that SNS accepted.
    pub(crate) pushes: usize,
    /// Devices that were silenced.
    pub(crate) silenced: usize,
}

/// What a push says of the inbox, and which devices it is for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About {
    /// The message's item in the inbox.
    pub(crate) notification: NotificationId,
    /// Number of unread notifications, where they are counted.
    pub(crate) unread: Option<u64>,
    /// Only devices that were registered by then.
    pub(crate) registered_by: Option<Timestamp>,
}

impl AddAssign for Delivered {
    fn add_assign(&mut self, more: Self) {
        self.inboxes += more.inboxes;
        self.pushes += more.pushes;
        self.silenced += more.silenced;
    }
}

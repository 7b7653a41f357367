//! Keys of inboxes and of messages to all.

use table::Key;

use crate::{
    hashes::ContentHash,
    ids::{CustomerId, NotificationId},
};

/// A customer's inbox: its head, its items, its receipts.
pub(crate) fn inbox_of(customer: CustomerId) -> String {
    format!("INBOX#{customer}")
}

/// The head of a customer's inbox.
pub fn inbox(customer: CustomerId) -> Key {
    Key::new(inbox_of(customer), "HEAD")
}

/// What the sort keys of notifications begin with.
pub(crate) const NOTIFICATIONS: &str = "ITEM#";

/// A notification.
pub fn notification(customer: CustomerId, id: NotificationId) -> Key {
    Key::new(inbox_of(customer), format!("{NOTIFICATIONS}{id}"))
}

/// That a message came into a customer's inbox.
pub fn receipt(customer: CustomerId, message: &ContentHash) -> Key {
    Key::new(inbox_of(customer), format!("RECEIPT#{}", message.as_str()))
}

/// A place in the partition of [`inbox_of`].
pub(crate) fn inbox_at(customer: CustomerId, place: &str) -> Key {
    Key::new(inbox_of(customer), place)
}

/// How far a message to all has come among the customers whose ids end in `digit` (hexadecimal).
pub fn fan_out(message: &ContentHash, digit: char) -> Key {
    Key::new(format!("INBOX#FANOUT#{}", message.as_str()), format!("SHARD#{digit}"))
}

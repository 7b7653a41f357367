//! Keys of inboxes and of messages to all.

use table::{IndexList, Key};

use crate::{
    device::DeviceRange,
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

/// Messages that wait for their time, by when they are due.
pub const SCHEDULED_MESSAGES: IndexList = IndexList("INBOX#SCHEDULED");

/// The head of a message that waits for its time.
pub fn scheduled(message: &ContentHash) -> Key {
    Key::new(format!("INBOX#SCHEDULED#{}", message.as_str()), "HEAD")
}

/// What the sort keys of texts of messages that wait for their time begin with.
pub(crate) const SCHEDULED: &str = "SCHEDULED#";

/// The head of the message whose text has this key in the inbox of a customer.
pub(crate) fn scheduled_head_of(text: &Key) -> Option<Key> {
    let message = text.sort().strip_prefix(SCHEDULED)?;
    Some(Key::new(format!("INBOX#SCHEDULED#{message}"), "HEAD"))
}

/// The text of a message that waits for its time: in the inbox of a customer, or beside its head.
pub fn scheduled_text(customer: Option<CustomerId>, message: &ContentHash) -> Key {
    match customer {
        Some(customer) => Key::new(inbox_of(customer), format!("{SCHEDULED}{}", message.as_str())),
        None => Key::new(format!("INBOX#SCHEDULED#{}", message.as_str()), "TEXT"),
    }
}

/// The partition of all messages to all.
pub(crate) const BROADCASTS: &str = "INBOX#ALL";

/// A message to all.
pub fn broadcast(number: u64) -> Key {
    Key::new(BROADCASTS, format!("MESSAGE#{number:010}"))
}

/// The partition of how far the pushes of a message to all have come.
pub(crate) fn pushes_of(message: &ContentHash) -> String {
    format!("INBOX#FANOUT#{}", message.as_str())
}

/// What the sort keys of ranges begin with.
pub(crate) const RANGES: &str = "RANGE#";

/// How far the pushes of a message to all have come among a range of customers.
pub fn push_range(message: &ContentHash, range: DeviceRange) -> Key {
    Key::new(pushes_of(message), format!("{RANGES}{}", range.name()))
}

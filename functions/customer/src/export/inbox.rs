//! The inbox as the export shows it.

use jiff::Timestamp;
use serde::Serialize;
use shared::{
    hashes::ContentHash,
    http::times::in_millis,
    ids::NotificationId,
    inbox::{Inbox, Notification, Receipt, Week},
};
use utoipa::ToSchema;

/// What is counted of an inbox.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedInbox {
    /// How often it changed.
    revision: u64,
    /// The newest message that ever came.
    #[schema(required, value_type = Option<String>, format = "uuid")]
    last: Option<NotificationId>,
    /// Every message up to this one is read.
    #[schema(required, value_type = Option<String>, format = "uuid")]
    read_to: Option<NotificationId>,
    /// Every message up to this one is deleted.
    #[schema(required, value_type = Option<String>, format = "uuid")]
    deleted_to: Option<NotificationId>,
    weeks: Vec<ExportedWeek>,
}

/// What is counted of a week's messages.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedWeek {
    /// Weeks since 1970.
    week: i64,
    total: u64,
    unread: u64,
    /// When they expire.
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    until: Timestamp,
}

/// A message of the inbox.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedNotification {
    #[schema(value_type = String, format = "uuid")]
    id: NotificationId,
    #[serde(rename = "type")]
    kind: String,
    title: String,
    body: String,
    /// As it is kept: the text of a JSON object.
    data: String,
    #[schema(required)]
    image_url: Option<String>,
    /// Whether it was marked by itself.
    read: bool,
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    until: Timestamp,
}

/// That a message came.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedReceipt {
    /// Hash of its id.
    #[schema(value_type = String)]
    message: ContentHash,
    /// What it became in the inbox.
    #[schema(value_type = String, format = "uuid")]
    notification: NotificationId,
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    until: Timestamp,
}

impl From<Inbox> for ExportedInbox {
    fn from(Inbox { revision, last, read_to, deleted_to, weeks }: Inbox) -> Self {
        let week = |Week { number, total, unread, until }| ExportedWeek {
            week: number,
            total,
            unread,
            until,
        };
        Self { revision, last, read_to, deleted_to, weeks: weeks.into_iter().map(week).collect() }
    }
}

impl From<Notification> for ExportedNotification {
    fn from(item: Notification) -> Self {
        let Notification { id, category: kind, title, body, data, image_url, read, until } = item;
        Self { id, kind, title, body, data, image_url, read, until }
    }
}

impl From<Receipt> for ExportedReceipt {
    fn from(Receipt { notification, message, until }: Receipt) -> Self {
        Self { message, notification, until }
    }
}

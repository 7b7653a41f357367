//! A notification on the wire.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};
use shared::{
    ids::NotificationId,
    inbox::{Broadcast, Inbox, Notification},
    times::in_millis,
};
use utoipa::ToSchema;

/// A message in the inbox.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Notification)]
pub struct NotificationOut {
    #[schema(value_type = String, format = "uuid")]
    id: NotificationId,
    /// The kind of message, a word that the sender chose.
    #[serde(rename = "type")]
    kind: String,
    title: String,
    body: String,
    /// Members for the app, as the sender chose them. They are also in the push.
    #[schema(value_type = Object)]
    data: Value,
    #[schema(required)]
    image_url: Option<String>,
    read: bool,
    /// When the message arrived.
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    created: Timestamp,
}

impl NotificationOut {
    /// An item as its inbox has it.
    pub(crate) fn of(item: Notification, inbox: &Inbox) -> Self {
        Self {
            id: item.id,
            read: inbox.is_read(&item),
            created: item.id.time(),
            kind: item.category,
            title: item.title,
            body: item.body,
            data: serde_json::from_str(&item.data).unwrap_or(Value::Object(Map::new())),
            image_url: item.image_url,
        }
    }

    /// A message to all, as the customer of an inbox has it.
    pub(crate) fn of_all(one: &Broadcast, inbox: &Inbox) -> Self {
        Self {
            id: one.id,
            read: inbox.marks.is_read(one.number),
            created: one.id.time(),
            kind: one.category.clone(),
            title: one.title.clone(),
            body: one.body.clone(),
            data: serde_json::from_str(&one.data).unwrap_or(Value::Object(Map::new())),
            image_url: one.image_url.clone(),
        }
    }

    pub(crate) fn id(&self) -> NotificationId {
        self.id
    }
}

/// The notification of the examples.
pub(crate) fn example() -> Value {
    json!({
        "id": "019aac3f-5d2b-7c11-9f0e-3a5b6c7d8e9f", "type": "order",
        "title": "Your order is on its way", "body": "It will be with you by six.",
        "data": {"order": "4711"}, "image_url": null, "read": false,
        "created": "2026-11-22T10:00:00.000Z"})
}

//! What other systems send to a stack: the message of the topic `notifications`. It comes by SNS
//! and not by HTTP, and its form is the same.

use serde_json::{Value, json};

/// The message's place in the document.
pub(super) fn webhooks() -> Value {
    json!({"notification": {"post": {
        "operationId": "notification",
        "summary": "A message to customers' inboxes and devices.",
        "description": "Published to the stack's SNS topic (output `NotificationsTopicArn`), not \
            sent by HTTP. It is written into the inbox once for each `id`, however often it is \
            delivered, and pushed to every active device at least once. `id`, `to` and one of \
            `title` and `body` are required. A message to all is cut into pages that go through \
            the same queue.",
        "requestBody": {"required": true, "content": {
            "application/json": {"schema": schema(), "example": example()},
        }},
        "responses": {"202": {"description": "SNS has taken it."}},
        "x-apidog-status": "released",
    }}})
}

/// A message of which the notifier reads every member.
fn example() -> Value {
    json!({
        "id": "order-1001-shipped",
        "to": {"phone": "+14155550123"},
        "type": "order",
        "title": "Your order is on its way",
        "body": "It arrives tomorrow between 9 and 12.",
        "data": {"order": "1001"},
        "image_url": "https://cdn.example.com/orders/1001.png",
        "ttl": 86400,
        "collapse_key": "order-1001",
        "critical": false,
    })
}

fn schema() -> Value {
    json!({
        "type": "object",
        "required": ["id", "to"],
        "properties": {
            "id": {
                "type": "string", "minLength": 1, "maxLength": 255,
                "description": "Names the message for ever.",
            },
            "to": {
                "description": "One customer, whoever logs in with a phone, or everybody.",
                "oneOf": [
                    {
                        "type": "object", "required": ["customer_id"],
                        "properties": {"customer_id": {"type": "string", "format": "uuid"}},
                    },
                    {
                        "type": "object", "required": ["phone"],
                        "properties": {"phone": {"type": "string", "description": "E.164."}},
                    },
                    {"type": "object", "required": ["all"], "properties": {"all": {"const": true}}},
                ],
            },
            "type": {
                "type": "string", "maxLength": 50, "default": "general",
                "description": "What the publisher calls its kind.",
            },
            "title": {"type": "string", "maxLength": 255},
            "body": {"type": "string", "maxLength": 4000},
            "data": {"type": "object", "description": "At most 4,096 bytes as JSON."},
            "image_url": {
                "type": "string", "format": "uri", "maxLength": 2048,
                "description": "An https address.",
            },
            "ttl": {
                "type": "integer", "minimum": 0, "maximum": 2_419_200,
                "description": "How long the push service keeps it for a device that is out of \
                    reach, seconds.",
            },
            "collapse_key": {
                "type": "string", "minLength": 1, "maxLength": 255,
                "description": "A later push under the same key replaces an earlier one; the \
                    `id` unless given.",
            },
            "critical": {
                "type": "boolean", "default": false,
                "description": "Whether it wakes the device.",
            },
        },
    })
}

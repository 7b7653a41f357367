//! The message that other systems publish to the topic `notifications`. OpenAPI has no better place
//! for it than `webhooks`, although it is sent through SNS and not by HTTP.

use serde_json::{Value, json};

const DESCRIPTION: &str = "Published to the stack's SNS topic (output `NotificationsTopicArn`), \
    not sent by HTTP. It is written to the inbox once for each `id`, however often it is \
    delivered, and pushed to every active device at least once. `id`, `to` and one of `title` and \
    `body` are required. A message to all customers is in every inbox at once and for 90 days; at \
    most 200 such messages live at a time. It is pushed without a badge, page by page through the \
    same queue, to the devices that were registered when it was published.";

/// The document's member `webhooks`.
pub(super) fn webhooks() -> Value {
    json!({"notification": {"post": {
        "operationId": "notification",
        "summary": "A message to customers' inboxes and devices.",
        "description": DESCRIPTION,
        "requestBody": {
            "required": true,
            "content": {"application/json": {"schema": schema(), "example": example()}},
        },
        "responses": {"202": {"description": "SNS has accepted it."}},
        "x-apidog-status": "released",
    }}})
}

/// Has every member that the notifier reads.
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
        "correlation_id": "shop-7f3a9c",
    })
}

fn schema() -> Value {
    json!({
        "type": "object",
        "required": ["id", "to"],
        "properties": {
            "id": {
                "type": "string", "minLength": 1, "maxLength": 255,
                "description": "Identifies the message. It is never reused.",
            },
            "to": {
                "description": "One customer, the customer with a phone, or all customers.",
                "oneOf": [
                    recipient("customer_id", &json!({"type": "string", "format": "uuid"})),
                    recipient("phone", &json!({"type": "string", "description": "E.164."})),
                    recipient("all", &json!({"type": "boolean", "const": true})),
                ],
            },
            "type": {
                "type": "string", "maxLength": 50, "default": "general",
                "description": "The kind of message, chosen by the publisher.",
            },
            "title": {"type": "string", "maxLength": 255},
            "body": {"type": "string", "maxLength": 4000},
            "data": {"type": "object", "description": "At most 4,096 bytes as JSON."},
            "image_url": {
                "type": "string", "format": "uri", "maxLength": 2048,
                "description": "An https URL.",
            },
            "ttl": {
                "type": "integer", "minimum": 0, "maximum": 2_419_200,
                "description": "How long the push service stores the push for a device that is \
                    offline, in seconds.",
            },
            "collapse_key": {
                "type": "string", "minLength": 1, "maxLength": 255,
                "description": "A later push with the same key replaces an earlier one. The \
                    default is the `id`.",
            },
            "critical": {
                "type": "boolean", "default": false,
                "description": "Whether the push wakes the device.",
            },
            "correlation_id": {
                "type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[!-~]+$",
                "description": "Names the message in the log of the stack. The default is the \
                    first 16 hexadecimal digits of the SHA-256 of the `id`.",
            },
        },
    })
}

/// A recipient with one member.
fn recipient(member: &str, schema: &Value) -> Value {
    json!({"type": "object", "required": [member], "properties": {member: schema}})
}

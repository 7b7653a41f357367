//! The message that other systems publish to the topic `notifications`. OpenAPI has no better place
//! for it than `webhooks`, although it is sent through SNS and not by HTTP.

use serde_json::{Value, json};

/// What the table of members cannot say.
const PLATFORMS: &str = "A silent message wakes the app in the background and is shown to nobody; \
    a browser hands it to the service worker, and may show a notice of its own if that shows \
    none. It has `data`, and no title, body, picture, sound, channel, category or link. Android \
    plays a `sound` only where the channel of the notification has none, so give each sound a \
    channel.";

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
        "description": description(),
        "requestBody": {
            "required": true,
            "content": {"application/json": {"schema": schema(), "example": example()}},
        },
        "responses": {"202": {"description": "SNS has accepted it."}},
        "x-apidog-status": "released",
    }}})
}

fn description() -> String {
    let table = notifier::table_of_members();
    format!("{DESCRIPTION}\n\nWhat FCM's message has of it:\n\n{table}\n{PLATFORMS}")
}

/// Has every member that the notifier reads in a message that people see.
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
        "sound": "default",
        "android_channel": "orders",
        "category": "ORDER",
        "link": "https://shop.example.com/orders/1001",
        "send_at": "2026-11-22T20:00:00Z",
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
                    audience(),
                ],
            },
            "type": {
                "type": "string", "maxLength": 50, "default": "general",
                "description": "The kind of message, chosen by the publisher. Customers can \
                    switch off the pushes of a type. `marketing` is pushed only to those who \
                    have consented to it.",
            },
            "title": {"type": "string", "maxLength": 255},
            "body": {"type": "string", "maxLength": 4000},
            "data": {
                "type": "object",
                "description": "At most 4,096 bytes as JSON, with the `link`. A push has its \
                    values as texts and leaves out those that are null. Names that Firebase \
                    reserves (`from`, `notification`, `message_type`, and what begins with \
                    `google` or `gcm`) are in the inbox only; `type`, `link` and \
                    `notification_id` are ours. Where a push has more than 4,096 bytes, its data \
                    is left to the inbox.",
            },
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
                "description": "Whether the push wakes the device. It goes out whatever the \
                    customer has switched off.",
            },
            "silent": {
                "type": "boolean", "default": false,
                "description": "Whether the push is for the app alone: nobody sees it, no inbox \
                    has it, and nothing of it is counted. Its `data` has at most 3,000 bytes in \
                    the push and no name that Firebase reserves. It cannot be `critical`.",
            },
            "sound": {
                "description": "The sound: the name of a file in the app, or `default`; one name, \
                    or one for each platform. Without it, iOS plays its default sound and Android \
                    that of the channel.",
                "anyOf": [
                    name(),
                    {"type": "object", "additionalProperties": false,
                        "properties": {"android": name(), "ios": name()}},
                ],
            },
            "android_channel": with_description(name(), "The notification channel on Android, \
                which the app has made."),
            "category": with_description(name(), "The category on iOS, whose actions the app has \
                registered; the action of the intent that a tap starts on Android."),
            "link": {
                "type": "string", "format": "uri", "maxLength": 1000, "pattern": "^https://",
                "description": "An https URL, such as a universal link. A browser opens it at a \
                    tap; apps find it in `data` as `link`, in the push and in the inbox.",
            },
            "send_at": {
                "type": "string", "format": "date-time",
                "description": "When the message is sent, at most 30 days ahead and up to a \
                    minute late. Without it, or where it is past, that is now. It can be \
                    cancelled until then.",
            },
            "correlation_id": {
                "type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[!-~]+$",
                "description": "Names the message in the log of the stack. The default is the \
                    first 16 hexadecimal digits of the SHA-256 of the `id`.",
            },
        },
    })
}

/// All customers, or those whom the filters leave. A filter may also be a single text, which
/// generators of Java clients cannot say.
fn audience() -> Value {
    let choices = |items: &Value, description: &str| {
        json!({
            "type": "array", "minItems": 1, "maxItems": 50, "items": items,
            "description": description,
        })
    };
    let mut all = recipient("all", &json!({"type": "boolean", "const": true}));
    all["properties"]["platform"] = choices(
        &json!({"type": "string", "enum": ["ios", "android", "web"]}),
        "Only devices on these platforms are pushed to. Inboxes have no platform.",
    );
    all["properties"]["language"] = choices(
        &json!({"type": "string", "maxLength": 35}),
        "Only customers whose profile has one of these languages see it; `ar` stands for `ar-SA` \
            as well. Those whose profile has no language do not.",
    );
    all["properties"]["country"] = choices(
        &json!({"type": "string", "pattern": "^[A-Z]{2}$"}),
        "Only customers with a phone of one of these countries see it.",
    );
    all["properties"]["minimum_version"] = json!({
        "type": "string", "pattern": "^[0-9]+(\\.[0-9]+){0,7}$",
        "description": "Only devices are pushed to whose app is of this version or a newer one, by \
            the last `X-App-Version` with which their own session logged in, registered or changed \
            them. Those without one are not. Inboxes have no version.",
    });
    all
}

/// A recipient with one member.
fn recipient(member: &str, schema: &Value) -> Value {
    json!({"type": "object", "required": [member], "properties": {member: schema}})
}

/// A name of something in the app.
fn name() -> Value {
    json!({"type": "string", "minLength": 1, "maxLength": 64, "pattern": r"^[ !#-\[\]-~]+$"})
}

fn with_description(mut schema: Value, description: &str) -> Value {
    schema["description"] = json!(description);
    schema
}

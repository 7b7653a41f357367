//! What becomes of the members of a message on each platform, for the handbook and the document.
//!
//! Invariant: the tests of [`payload`](crate::payload) compare each path with what is made.

/// Where a push has a member of a message.
#[derive(Debug, Clone, Copy)]
pub struct PushMember {
    /// The member of the message.
    pub member: &'static str,
    /// In all messages of FCM, for every platform.
    pub everywhere: &'static [&'static str],
    /// On Android.
    pub android: &'static [&'static str],
    /// On iOS.
    pub ios: &'static [&'static str],
    /// In browsers.
    pub web: &'static [&'static str],
}

const NONE: PushMember =
    PushMember { member: "", everywhere: &[], android: &[], ios: &[], web: &[] };

/// The members of a message that a push has.
pub const PUSH_MEMBERS: &[PushMember] = &[
    PushMember { member: "title", everywhere: &["notification.title"], ..NONE },
    PushMember { member: "body", everywhere: &["notification.body"], ..NONE },
    PushMember { member: "type", everywhere: &["data.type"], ..NONE },
    PushMember { member: "data", everywhere: &["data.*"], ..NONE },
    PushMember {
        member: "image_url",
        everywhere: &["notification.image"],
        ios: &["apns.fcm_options.image", "apns.payload.aps.mutable-content"],
        web: &["webpush.notification.image"],
        ..NONE
    },
    PushMember {
        member: "sound",
        android: &["android.notification.sound"],
        ios: &["apns.payload.aps.sound"],
        ..NONE
    },
    PushMember { member: "android_channel", android: &["android.notification.channel_id"], ..NONE },
    PushMember {
        member: "category",
        android: &["android.notification.click_action"],
        ios: &["apns.payload.aps.category"],
        ..NONE
    },
    PushMember {
        member: "link",
        everywhere: &["data.link"],
        web: &["webpush.fcm_options.link"],
        ..NONE
    },
    PushMember {
        member: "ttl",
        android: &["android.ttl"],
        ios: &["apns.headers.apns-expiration"],
        web: &["webpush.headers.TTL"],
        ..NONE
    },
    PushMember {
        member: "collapse_key",
        android: &["android.collapse_key", "android.notification.tag"],
        ios: &["apns.headers.apns-collapse-id"],
        web: &["webpush.headers.Topic"],
        ..NONE
    },
    PushMember {
        member: "critical",
        android: &["android.priority"],
        ios: &["apns.headers.apns-priority", "apns.payload.aps.interruption-level"],
        web: &["webpush.headers.Urgency"],
        ..NONE
    },
    PushMember {
        member: "silent",
        android: &["android.priority"],
        ios: &[
            "apns.headers.apns-push-type",
            "apns.headers.apns-priority",
            "apns.payload.aps.content-available",
        ],
        ..NONE
    },
];

/// The table of all members, in Markdown.
pub fn table_of_members() -> String {
    let mut table = String::from(
        "| Message | Every platform | Android | iOS | Web |\n| --- | --- | --- | --- | --- |\n",
    );
    let cell = |paths: &[&str]| {
        let paths: Vec<String> = paths.iter().map(|path| format!("`{path}`")).collect();
        paths.join(", ")
    };
    for PushMember { member, everywhere, android, ios, web } in PUSH_MEMBERS {
        let cells = [everywhere, android, ios, web].map(|paths| cell(paths)).join(" | ");
        table.extend(["| `", member, "` | ", &cells, " |\n"]);
    }
    table
}

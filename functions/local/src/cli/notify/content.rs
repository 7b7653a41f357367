//! The options that say what a message is.

use clap::Args;
use serde_json::{Map, Value, json};
use shared::{
    clock::{Clock, SystemClock},
    ids::uuid_v7,
    random::SystemRandom,
};

#[derive(Debug, Args)]
pub(super) struct ContentArgs {
    /// Title of the message
    #[arg(long, value_name = "TEXT", required_unless_present_any = ["stop", "silent"])]
    title: Option<String>,
    /// Text of the message
    #[arg(long, value_name = "TEXT")]
    body: Option<String>,
    /// Kind of message, such as `order` [default: general]
    #[arg(long = "type", value_name = "WORD")]
    kind: Option<String>,
    /// A JSON object for the app
    #[arg(long, value_name = "JSON", value_parser = object)]
    data: Option<Map<String, Value>>,
    /// Send with high priority, which wakes the devices
    #[arg(long)]
    critical: bool,
    /// Send to the app alone: nobody sees it, and no inbox has it
    #[arg(long, conflicts_with_all =
        ["title", "body", "critical", "image_url", "sound", "android_channel", "category", "link"])]
    silent: bool,
    /// Address of a picture, https
    #[arg(long, value_name = "URL")]
    image_url: Option<String>,
    /// Sound: the name of a file in the app, or `default`
    #[arg(long, value_name = "NAME")]
    sound: Option<String>,
    /// Notification channel on Android
    #[arg(long, value_name = "ID")]
    android_channel: Option<String>,
    /// Category on iOS, action of a tap on Android
    #[arg(long, value_name = "NAME")]
    category: Option<String>,
    /// Address that a tap opens, https
    #[arg(long, value_name = "URL")]
    link: Option<String>,
    /// How long the push service keeps the push for a device that is offline, seconds
    /// [default: 28 days]
    #[arg(long, value_name = "SECONDS")]
    ttl: Option<u32>,
    /// A later push with the same key replaces an earlier one [default: the id]
    #[arg(long, value_name = "TEXT")]
    collapse_key: Option<String>,
    /// Id of the message. Published twice under one id, a message is delivered once
    /// [default: a new id]
    #[arg(long, value_name = "TEXT")]
    id: Option<String>,
}

impl ContentArgs {
    /// The message, to a recipient.
    pub(super) fn message(&self, to: &Value) -> Value {
        let new_id = || uuid_v7(SystemClock.now(), &SystemRandom).to_string();
        let mut message = json!({"id": self.id.clone().unwrap_or_else(new_id), "to": to});
        let flag = |is_set: bool| is_set.then(|| json!(true));
        let text = |text: &Option<String>| text.as_ref().map(|text| json!(text));
        for (name, value) in [
            ("title", text(&self.title)),
            ("body", text(&self.body)),
            ("type", text(&self.kind)),
            ("data", self.data.as_ref().map(|data| json!(data))),
            ("critical", flag(self.critical)),
            ("silent", flag(self.silent)),
            ("image_url", text(&self.image_url)),
            ("sound", text(&self.sound)),
            ("android_channel", text(&self.android_channel)),
            ("category", text(&self.category)),
            ("link", text(&self.link)),
            ("ttl", self.ttl.map(|ttl| json!(ttl))),
            ("collapse_key", text(&self.collapse_key)),
        ] {
            if let Some(value) = value {
                message[name] = value;
            }
        }
        message
    }
}

fn object(text: &str) -> Result<Map<String, Value>, &'static str> {
    serde_json::from_str(text).map_err(|_| "expected a JSON object")
}

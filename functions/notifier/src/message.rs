//! The topic's message: what other systems publish, and the pages that a message to all is cut
//! into.
//!
//! Protocol: JSON `{"id", "to": {"customer_id" | "phone" | "all": true}, "type", "title", "body",
//! "data", "image_url", "ttl", "collapse_key", "critical", "silent", "sound", "android_channel",
//! "category", "link", "send_at", "correlation_id"}`. `id`, `to` and one of `title` and `body` are
//! required; `id` names the message for ever, so that it comes into an inbox once however often it
//! is published. With `send_at` it waits until then. A silent message has no title, no body and no
//! item in an inbox: it tells the app alone. A message to all can be narrowed by `"platform"`,
//! `"language"` and `"country"` in `to`. A page of it is the same with `"to": {"all": true,
//! "number", "range", "after"}`, and what a page leaves for one customer with `"to": {"all": true,
//! "number", "only"}`. `{"id", "to": {"all": true, "stop": true}}` stops its pushes.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use shared::{device::PushKind, hashes::fingerprint, ids::CustomerId, inbox::Audience};

use crate::{
    appearance::{Appearance, RawAppearance},
    data,
    recipient::{Page, RangePage, RawTo, To},
    unreadable::{Unreadable, check},
};

/// The most bytes of `data` as JSON, which is what a push can carry.
const MOST_DATA: usize = 4_096;
/// The most bytes of a silent message's `data` as the push has it. There is no inbox to which what
/// does not fit could be left.
const MOST_SILENT_DATA: usize = 3_000;
/// The most characters of a correlation id.
const LONGEST_CORRELATION: usize = 64;
/// The longest a push service keeps a push, seconds (28 days).
const LONGEST_TTL: u32 = 2_419_200;

/// A message.
#[derive(Debug, Clone)]
pub struct Message {
    /// Names it for ever; 1 to 255 characters.
    pub id: String,
    /// Whom it is for.
    pub to: To,
    /// Whom of all it is for.
    pub audience: Audience,
    /// What the publisher calls its kind; at most 50 characters.
    pub kind: String,
    /// At most 255 characters.
    pub title: String,
    /// At most 4,000 characters.
    pub body: String,
    /// A JSON object of at most 4,096 bytes, with the link if there is one.
    pub data: Map<String, Value>,
    /// How long the push service keeps it for a device that is out of reach, seconds.
    pub ttl: Option<u32>,
    /// A later push under the same key takes the place of an earlier one.
    pub collapse_key: String,
    /// Whether it shall wake the device.
    pub critical: bool,
    /// Whether it is for the app alone: nobody sees it, and no inbox has it.
    pub silent: bool,
    /// When it is to be sent; none, or a time that is past, is now.
    pub send_at: Option<Timestamp>,
    /// How it looks and sounds.
    pub appearance: Appearance,
    /// Names it in each line of the log, in all its pages: the publisher's own id, or the
    /// fingerprint of `id`, which may name somebody.
    pub correlation: String,
    whole: Map<String, Value>,
}

#[derive(Deserialize)]
struct Raw {
    id: String,
    to: RawTo,
    #[serde(rename = "type")]
    kind: Option<String>,
    title: Option<String>,
    body: Option<String>,
    data: Option<Map<String, Value>>,
    ttl: Option<u32>,
    collapse_key: Option<String>,
    critical: Option<bool>,
    silent: Option<bool>,
    send_at: Option<String>,
    correlation_id: Option<String>,
    #[serde(flatten)]
    appearance: RawAppearance,
}

impl Message {
    /// Reads the body of a record.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        let whole: Map<String, Value> =
            serde_json::from_str(text).map_err(|_| Unreadable("it is no JSON object"))?;
        let raw = Raw::deserialize(&Value::Object(whole.clone()))
            .map_err(|_| Unreadable("a member is missing or of another type than it must be"))?;
        let appearance = raw.appearance.read()?;
        let send_at = raw.send_at.map(|time| time.parse::<Timestamp>()).transpose();
        let send_at = send_at.map_err(|_| Unreadable("send_at must be a time of RFC 3339"))?;
        let mut data = raw.data.unwrap_or_default();
        if let Some(link) = &appearance.link {
            data.insert("link".to_owned(), json!(link));
        }
        let message = Self {
            kind: raw.kind.unwrap_or_else(|| "general".to_owned()),
            collapse_key: raw.collapse_key.unwrap_or_else(|| raw.id.clone()),
            correlation: raw.correlation_id.unwrap_or_else(|| fingerprint(&raw.id)),
            id: raw.id,
            audience: raw.to.audience()?,
            to: raw.to.read()?,
            title: raw.title.unwrap_or_default(),
            body: raw.body.unwrap_or_default(),
            data,
            ttl: raw.ttl,
            critical: raw.critical.unwrap_or(false),
            silent: raw.silent.unwrap_or(false),
            send_at,
            appearance,
            whole,
        };
        message.check()?;
        message.check_silence()?;
        Ok(message)
    }

    fn check(&self) -> Result<(), Unreadable> {
        let at_most = |text: &str, most| text.chars().count() <= most;
        let is_empty = self.title.is_empty() && self.body.is_empty();
        let correlation = &self.correlation;
        check(&[
            (!self.id.is_empty() && at_most(&self.id, 255), "id must have 1 to 255 characters"),
            (at_most(&self.kind, 50), "type must have at most 50 characters"),
            (
                matches!(self.to, To::Stop) || self.silent || !is_empty,
                "it has neither a title nor a body",
            ),
            (at_most(&self.title, 255), "title must have at most 255 characters"),
            (at_most(&self.body, 4_000), "body must have at most 4,000 characters"),
            (
                self.data_text().len() <= MOST_DATA,
                "data, with the link, must have at most 4,096 bytes",
            ),
            (
                self.ttl.is_none_or(|ttl| ttl <= LONGEST_TTL),
                "ttl must be at most 2,419,200 seconds",
            ),
            (
                !self.collapse_key.is_empty() && at_most(&self.collapse_key, 255),
                "collapse_key must have 1 to 255 characters",
            ),
            (
                (1..=LONGEST_CORRELATION).contains(&correlation.len())
                    && correlation.bytes().all(|byte| byte.is_ascii_graphic()),
                "correlation_id must have 1 to 64 visible characters of ASCII",
            ),
        ])
    }

    /// A silent message shows nothing, wakes nobody, and has all of its data in the push.
    fn check_silence(&self) -> Result<(), Unreadable> {
        if !self.silent {
            return Ok(());
        }
        let shows_nothing = self.title.is_empty()
            && self.body.is_empty()
            && self.appearance == Appearance::default();
        let size = Value::Object(data::texts(&self.data)).to_string().len();
        check(&[
            (!self.critical, "a silent message cannot be critical"),
            (
                shows_nothing,
                "a silent message has no title, body, image_url, sound, android_channel, category \
                 and link",
            ),
            (
                self.reserved_name().is_none(),
                "data of a silent message must not have names that Firebase reserves: from, \
                 notification, message_type, and what begins with google or gcm",
            ),
            (
                size <= MOST_SILENT_DATA,
                "data of a silent message must have at most 3,000 bytes in the push",
            ),
        ])
    }

    /// The first name in `data` that Firebase reserves, so that no push has it.
    pub fn reserved_name(&self) -> Option<&str> {
        self.data.keys().find(|name| data::is_reserved(name)).map(String::as_str)
    }

    /// Its pushes, as far as the customers' preferences concern them.
    pub(crate) fn push_kind(&self) -> PushKind<'_> {
        PushKind { category: &self.kind, critical: self.critical, silent: self.silent }
    }

    /// The same message for a page of everybody.
    pub(crate) fn for_page(&self, page: Page) -> String {
        self.addressed(json!({"all": true, "shard": page.shard, "after": page.after}))
    }

    /// The same message for a page of the customers with devices.
    pub(crate) fn for_range(&self, page: RangePage) -> String {
        let RangePage { number, range, after } = page;
        let to = json!({"all": true, "number": number, "range": range.name(), "after": after});
        self.addressed(to)
    }

    /// The same message for the devices of one customer of a page.
    pub(crate) fn for_one_of_all(&self, number: u64, customer: CustomerId) -> String {
        self.addressed(json!({"all": true, "number": number, "only": customer}))
    }

    /// `data` as the text that is stored.
    pub(crate) fn data_text(&self) -> String {
        Value::Object(self.data.clone()).to_string()
    }

    /// The same message for one customer.
    pub(crate) fn for_customer(&self, customer: CustomerId) -> String {
        self.addressed(json!({"customer_id": customer}))
    }

    /// The same message, to be sent now.
    pub(crate) fn for_its_time(&self) -> String {
        let mut whole = self.whole.clone();
        whole.remove("send_at");
        Value::Object(whole).to_string()
    }

    fn addressed(&self, to: Value) -> String {
        let mut whole = self.whole.clone();
        whole.insert("to".to_owned(), to);
        Value::Object(whole).to_string()
    }
}

#[cfg(test)]
mod tests;

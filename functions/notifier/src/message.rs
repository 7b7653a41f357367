//! The topic's message: what other systems publish, and the pages that a message to all is cut
//! into.
//!
//! Protocol: JSON `{"id", "to": {"customer_id" | "phone" | "all": true}, "type", "title", "body",
//! "data", "image_url", "ttl", "collapse_key", "critical", "correlation_id"}`. `id`, `to` and one
//! of `title` and `body` are required; `id` names the message for ever, so that it comes into an
//! inbox once however often it is published. A page of a message to all is the same with `"to":
//! {"all": true, "number", "range", "after"}`, and what a page leaves for one customer with `"to":
//! {"all": true, "number", "only"}`. `{"id", "to": {"all": true, "stop": true}}` stops the pushes
//! of the message to all of that id.

use std::fmt;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use shared::{
    account::CUSTOMER_SHARDS,
    device::{DeviceRange, PushKind},
    hashes::fingerprint,
    ids::CustomerId,
    phone::Phone,
};

/// The most bytes of `data` as JSON, which is what a push can carry.
const MOST_DATA: usize = 4_096;
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
    /// What the publisher calls its kind; at most 50 characters.
    pub kind: String,
    /// At most 255 characters.
    pub title: String,
    /// At most 4,000 characters.
    pub body: String,
    /// A JSON object of at most 4,096 bytes.
    pub data: Map<String, Value>,
    /// An https address of at most 2,048 characters.
    pub image_url: Option<String>,
    /// How long the push service keeps it for a device that is out of reach, seconds.
    pub ttl: Option<u32>,
    /// A later push under the same key takes the place of an earlier one.
    pub collapse_key: String,
    /// Whether it shall wake the device.
    pub critical: bool,
    /// Names it in each line of the log, in all its pages: the publisher's own id, or the
    /// fingerprint of `id`, which may name somebody.
    pub correlation: String,
    whole: Map<String, Value>,
}

/// Whom a message is for.
#[derive(Debug, Clone)]
pub enum To {
    /// One customer.
    Customer(CustomerId),
    /// Whoever logs in with this phone.
    Phone(Phone),
    /// Everybody.
    All,
    /// The push devices of some of everybody.
    Range(RangePage),
    /// The push devices of one of everybody.
    Only {
        /// The message's number.
        number: u64,
        /// The customer.
        customer: CustomerId,
    },
    /// Nobody: the pushes of a message to everybody are stopped.
    Stop,
    /// Some of everybody, of before messages to all were one item.
    Page(Page),
}

/// A page of the customers with devices: those behind `after` in a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RangePage {
    /// The number of the message.
    pub number: u64,
    /// The range.
    pub range: DeviceRange,
    /// Where it begins.
    pub after: Option<CustomerId>,
}

/// A page of all customers: those behind `after` in a shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Of [`CUSTOMER_SHARDS`].
    pub shard: char,
    /// Where it begins.
    pub after: Option<CustomerId>,
}

/// What is wrong with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable(&'static str);

#[derive(Deserialize)]
struct Raw {
    id: String,
    to: RawTo,
    #[serde(rename = "type")]
    kind: Option<String>,
    title: Option<String>,
    body: Option<String>,
    data: Option<Map<String, Value>>,
    image_url: Option<String>,
    ttl: Option<u32>,
    collapse_key: Option<String>,
    critical: Option<bool>,
    correlation_id: Option<String>,
}

#[derive(Deserialize)]
struct RawTo {
    customer_id: Option<String>,
    phone: Option<String>,
    all: Option<bool>,
    #[serde(flatten)]
    part: RawPart,
}

/// Which part of everybody.
#[derive(Deserialize)]
struct RawPart {
    number: Option<u64>,
    range: Option<String>,
    only: Option<String>,
    stop: Option<bool>,
    shard: Option<char>,
    after: Option<String>,
}

impl Message {
    /// Reads the body of a record.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        let whole: Map<String, Value> =
            serde_json::from_str(text).map_err(|_| Unreadable("it is no JSON object"))?;
        let raw = Raw::deserialize(&Value::Object(whole.clone()))
            .map_err(|_| Unreadable("a member is missing or of another type than it must be"))?;
        let to = raw.to.read()?;
        let (title, body) = (raw.title.unwrap_or_default(), raw.body.unwrap_or_default());
        let data = raw.data.unwrap_or_default();
        let kind = raw.kind.unwrap_or_else(|| "general".to_owned());
        let collapse_key = raw.collapse_key.unwrap_or_else(|| raw.id.clone());
        let at_most = |text: &str, most| text.chars().count() <= most;
        let correlation = raw.correlation_id.unwrap_or_else(|| fingerprint(&raw.id));
        let address = |text: &String| text.starts_with("https://") && at_most(text, 2_048);
        let rules = [
            (!raw.id.is_empty() && at_most(&raw.id, 255), "id must have 1 to 255 characters"),
            (at_most(&kind, 50), "type must have at most 50 characters"),
            (
                matches!(to, To::Stop) || !(title.is_empty() && body.is_empty()),
                "it has neither a title nor a body",
            ),
            (at_most(&title, 255), "title must have at most 255 characters"),
            (at_most(&body, 4_000), "body must have at most 4,000 characters"),
            (
                Value::Object(data.clone()).to_string().len() <= MOST_DATA,
                "data must have at most 4,096 bytes",
            ),
            (
                raw.image_url.as_ref().is_none_or(address),
                "image_url must be an https address of at most 2,048 characters",
            ),
            (raw.ttl.is_none_or(|ttl| ttl <= LONGEST_TTL), "ttl must be at most 2,419,200 seconds"),
            (
                !collapse_key.is_empty() && at_most(&collapse_key, 255),
                "collapse_key must have 1 to 255 characters",
            ),
            (
                (1..=LONGEST_CORRELATION).contains(&correlation.len())
                    && correlation.bytes().all(|byte| byte.is_ascii_graphic()),
                "correlation_id must have 1 to 64 visible characters of ASCII",
            ),
        ];
        if let Some((_, problem)) = rules.into_iter().find(|(holds, _)| !holds) {
            return Err(Unreadable(problem));
        }
        let (id, image_url, ttl) = (raw.id, raw.image_url, raw.ttl);
        Ok(Self {
            id,
            to,
            kind,
            title,
            body,
            data,
            image_url,
            ttl,
            collapse_key,
            critical: raw.critical.unwrap_or(false),
            correlation,
            whole,
        })
    }

    /// Its pushes, as far as the customers' preferences concern them.
    pub(crate) fn push_kind(&self) -> PushKind<'_> {
        PushKind { category: &self.kind, critical: self.critical, silent: false }
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

    fn addressed(&self, to: Value) -> String {
        let mut whole = self.whole.clone();
        whole.insert("to".to_owned(), to);
        Value::Object(whole).to_string()
    }
}

impl To {
    /// The name in the log.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Customer(_) => "customer",
            Self::Phone(_) => "phone",
            Self::All => "all",
            Self::Range(_) | Self::Page(_) => "page",
            Self::Only { .. } => "one of all",
            Self::Stop => "nobody",
        }
    }
}

impl RawTo {
    fn read(self) -> Result<To, Unreadable> {
        match (self.customer_id, self.phone, self.all.unwrap_or_default()) {
            (Some(customer), None, false) => customer
                .parse()
                .map(To::Customer)
                .map_err(|_| Unreadable("to.customer_id is no customer's id")),
            (None, Some(phone), false) => {
                let digits = phone.strip_prefix('+').unwrap_or_default();
                let e164 = (5..=15).contains(&digits.len())
                    && digits.bytes().all(|digit| digit.is_ascii_digit());
                // A phone is found by its hash alone, so its form is all that has to be right.
                if e164 {
                    Ok(To::Phone(Phone::of_the_operator(&phone)))
                } else {
                    Err(Unreadable("to.phone is not in E.164 form"))
                }
            }
            (None, None, true) => self.part.read(),
            _ => Err(Unreadable("to must hold one of customer_id, phone and all")),
        }
    }
}

impl RawPart {
    fn read(self) -> Result<To, Unreadable> {
        let after = self.after.map(|after| after.parse()).transpose();
        let after = after.map_err(|_| Unreadable("to.after is no customer's id"))?;
        match (self.number, self.range, self.only, self.shard) {
            (None, None, None, None) if self.stop == Some(true) => Ok(To::Stop),
            (None, None, None, None) => Ok(To::All),
            (None, None, None, Some(shard)) if CUSTOMER_SHARDS.contains(shard) => {
                Ok(To::Page(Page { shard, after }))
            }
            (Some(number), Some(range), None, None) => DeviceRange::parse(&range)
                .map(|range| To::Range(RangePage { number, range, after }))
                .ok_or(Unreadable("to.range is no range")),
            (Some(number), None, Some(only), None) => only
                .parse()
                .map(|customer| To::Only { number, customer })
                .map_err(|_| Unreadable("to.only is no customer's id")),
            (None, None, None, Some(_)) => Err(Unreadable("to.shard is no shard")),
            _ => Err(Unreadable("to.number needs one of range and only")),
        }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Unreadable {}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(message: Value) -> Result<Message, Unreadable> {
        Message::read(&message.to_string())
    }

    #[test]
    fn what_is_required_is_enough_and_the_rest_has_its_defaults() {
        let message =
            read(json!({"id": "order-1", "to": {"phone": "+14155550123"}, "title": "Hello"}))
                .unwrap();
        assert!(matches!(message.to, To::Phone(_)));
        assert_eq!((message.kind.as_str(), message.collapse_key.as_str()), ("general", "order-1"));
        assert!(message.data.is_empty() && !message.critical && message.ttl.is_none());
    }

    #[test]
    fn a_page_and_a_customer_of_a_message_to_all_are_read_back() {
        let customer: CustomerId = "019aac3f-0000-7000-8000-000000000001".parse().unwrap();
        let all =
            read(json!({"id": "news", "to": {"all": true}, "body": "All of it", "data": {"n": 1}}))
                .unwrap();
        for after in [None, Some(customer)] {
            let page = Message::read(&all.for_page(Page { shard: 'b', after })).unwrap();
            assert!(matches!(page.to, To::Page(page) if page == Page { shard: 'b', after }));
            assert_eq!((&page.id, &page.body, &page.data), (&all.id, &all.body, &all.data));
            let one = Message::read(&page.for_customer(customer)).unwrap();
            assert!(matches!(one.to, To::Customer(one) if one == customer));
            let range = DeviceRange::parse("a3").unwrap();
            let page = RangePage { number: 7, range, after };
            let read = Message::read(&all.for_range(page)).unwrap();
            assert!(matches!(read.to, To::Range(read) if read == page));
            let one = Message::read(&all.for_one_of_all(7, customer)).unwrap();
            assert!(matches!(one.to, To::Only { number: 7, customer: only } if only == customer));
        }
    }

    #[test]
    fn a_stop_needs_nothing_but_the_id() {
        let stop = read(json!({"id": "news", "to": {"all": true, "stop": true}})).unwrap();
        assert!(matches!(stop.to, To::Stop));
    }

    #[test]
    fn what_is_no_message_is_refused_with_its_reason() {
        let to = json!({"all": true});
        for (wrong, reason) in [
            (json!([]), "no JSON object"),
            (json!({"to": to, "title": "x"}), "missing"),
            (json!({"id": 7, "to": to, "title": "x"}), "another type"),
            (json!({"id": "", "to": to, "title": "x"}), "id must"),
            (json!({"id": "x", "to": to}), "neither"),
            (json!({"id": "x", "to": {}, "title": "x"}), "one of"),
            (
                json!({"id": "x", "to": {"all": true, "phone": "+14155550123"}, "title": "x"}),
                "one of",
            ),
            (json!({"id": "x", "to": {"phone": "4155550123"}, "title": "x"}), "E.164"),
            (json!({"id": "x", "to": {"customer_id": "7"}, "title": "x"}), "customer"),
            (json!({"id": "x", "to": {"all": true, "shard": "g"}, "title": "x"}), "shard"),
            (json!({"id": "x", "to": {"all": true, "number": 1}, "title": "x"}), "needs one of"),
            (
                json!({"id": "x", "to": {"all": true, "number": 1, "range": "x"}, "title": "x"}),
                "range",
            ),
            (json!({"id": "x", "to": to, "title": "x".repeat(256)}), "title"),
            (json!({"id": "x", "to": to, "body": "x".repeat(4_001)}), "body"),
            (json!({"id": "x", "to": to, "body": "x", "data": {"a": "x".repeat(4_096)}}), "data"),
            (json!({"id": "x", "to": to, "body": "x", "data": [1]}), "another type"),
            (
                json!({"id": "x", "to": to, "body": "x", "image_url": "http://example.com/a.png"}),
                "image_url",
            ),
            (json!({"id": "x", "to": to, "body": "x", "ttl": 2_419_201}), "ttl"),
            (json!({"id": "x", "to": to, "body": "x", "ttl": -1}), "another type"),
            (json!({"id": "x", "to": to, "body": "x", "correlation_id": "a b"}), "correlation"),
            (
                json!({"id": "x", "to": to, "body": "x", "correlation_id": "x".repeat(65)}),
                "correlation",
            ),
        ] {
            let said = read(wrong.clone()).unwrap_err().to_string();
            assert!(said.contains(reason), "{wrong}: {said}");
        }
        assert!(Message::read("{").is_err());
    }
}

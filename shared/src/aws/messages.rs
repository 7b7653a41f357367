//! Messages to phones, each the way that its country takes: a text message, or an event for the
//! team's own sender.
//!
//! Protocol: for the countries of `CODE_TOPIC_COUNTRIES` the message is published to a topic as a
//! JSON object, which the handbook documents, with the attributes `country`, `language` and
//! `purpose`. Invariants: one call is one attempt either way, and both fail alike, so that what
//! counts a message need not know which way it goes. Neither code nor phone is logged.

use std::fmt;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use crate::{
    aws::{CodeTopicSettings, NotAccepted, SendError, SnsClient, TextMessages, Topic},
    phone::Phone,
    text_message::{Kind, TextMessage},
    times::perhaps_in_millis,
};

/// Sends messages to phones.
#[derive(Debug, Clone)]
pub struct Messages {
    texts: TextMessages,
    topic: Option<Topic>,
    /// The countries whose messages go to the topic.
    countries: Vec<String>,
}

/// A message to a phone. `Debug` does not show it.
pub struct Outgoing<'a> {
    /// Names it, so that a sender that gets it twice can send it once.
    pub id: String,
    /// Whom it is for.
    pub to: &'a Phone,
    /// What a text message says.
    pub text: &'a TextMessage,
    /// What it is for: that of the code, or [`NOTICE`].
    pub purpose: &'a str,
    /// The language of the text, BCP 47.
    pub language: &'a str,
    /// The code in it, where there is one.
    pub code: Option<OutgoingCode<'a>>,
}

/// A code in a message.
pub struct OutgoingCode<'a> {
    /// The code.
    pub code: &'a SecretString,
    /// Until when it can be used.
    pub until: Timestamp,
}

/// The purpose of a message without a code.
pub const NOTICE: &str = "notice";

/// What the topic's subscribers get.
#[derive(Serialize)]
struct Event<'a> {
    id: &'a str,
    purpose: &'a str,
    phone: &'a str,
    country: &'a str,
    language: &'a str,
    code: Option<&'a str>,
    text: &'a str,
    #[serde(serialize_with = "perhaps_in_millis")]
    expires_at: Option<Timestamp>,
}

impl Messages {
    /// Sends through `client`, which must not repeat calls.
    pub fn new(client: SnsClient, texts: TextMessages, topic: CodeTopicSettings) -> Self {
        let CodeTopicSettings { arn, countries } = topic;
        Self { texts, topic: arn.map(|arn| Topic::new(client, arn)), countries }
    }

    /// Sends a message. One call of SNS.
    pub async fn send(&self, message: &Outgoing<'_>) -> Result<(), SendError> {
        match self.country_by_topic(message.to) {
            Some(country) => self.publish(message, country).await,
            None => self.texts.send(message.to, message.text).await,
        }
    }

    /// Whether a message of this kind to this phone must have the text that is registered in India.
    pub fn is_registered(&self, to: &Phone, kind: Kind) -> bool {
        self.texts.is_registered(to, kind) && self.country_by_topic(to).is_none()
    }

    /// The phone's country, where its messages go to the topic.
    fn country_by_topic(&self, phone: &Phone) -> Option<&str> {
        if self.countries.is_empty() {
            return None;
        }
        let country = phone.country()?;
        self.countries.iter().map(String::as_str).find(|named| *named == country)
    }

    async fn publish(&self, message: &Outgoing<'_>, country: &str) -> Result<(), SendError> {
        let failed = |problem: &str| SendError::Refused(NotAccepted(problem.to_owned()));
        let topic = self.topic.as_ref().ok_or_else(|| failed("there is no CODE_TOPIC_ARN"))?;
        let Outgoing { id, to, text, purpose, language, code } = message;
        let event = Event {
            id,
            purpose,
            phone: to.as_str(),
            country,
            language,
            code: code.as_ref().map(|code| code.code.expose_secret()),
            text: text.as_str(),
            expires_at: code.as_ref().map(|code| code.until),
        };
        let event = serde_json::to_string(&event).map_err(|_| failed("it is no JSON"))?;
        let attributes = [("country", country), ("language", language), ("purpose", purpose)];
        topic.publish_once(&event, &attributes.map(|(name, value)| (name, value.to_owned()))).await
    }
}

impl fmt::Debug for Outgoing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing").field("purpose", &self.purpose).finish_non_exhaustive()
    }
}

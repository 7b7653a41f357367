//! The SNS API in this process. The real SDK publishes to it over HTTP, and it records what would
//! have been sent.
//!
//! Protocol: SNS's Query API, version 2010-03-31 (form in, XML out). Invariant: a message is
//! recorded if and only if its publisher got a success, in that order, and nothing leaves the
//! machine. Actions that are not implemented are rejected as unknown.

mod endpoints;
mod query;
mod received;
mod refusal;

use std::{
    collections::BTreeMap,
    fmt, io,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response, header};
use hyper::body::Incoming;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use shared::clock::Clock;
use tokio::{net::TcpListener, sync::watch, time::timeout};

use self::query::{Action, Fault, Success};
pub use self::{endpoints::Endpoints, received::Received, refusal::Refusal};
use crate::connections::{Server, read_body};

/// Limit on a text message, in characters.
const SMS_LIMIT: usize = 1600;
/// Limit on a request, in bytes.
const REQUEST_LIMIT: usize = 256 * 1024;

/// A recorded message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Message {
    Sms {
        /// In E.164 form.
        to: String,
        text: String,
        /// The message attributes, such as `AWS.SNS.SMS.SMSType`.
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        attributes: BTreeMap<String, String>,
    },
    /// What a topic for the team's own sender got in place of a text message.
    Code {
        /// In E.164 form.
        to: String,
        /// What the text message would say.
        text: String,
        /// As the topic's subscribers get it.
        message: Value,
        /// The message attributes, for filter policies.
        attributes: BTreeMap<String, String>,
    },
    Push {
        /// The device's registration id.
        to: String,
        /// In the form of Firebase Cloud Messaging's HTTP v1 API.
        message: Value,
        /// The message attributes, such as `AWS.SNS.MOBILE.FCM.TTL`.
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        attributes: BTreeMap<String, String>,
    },
}

/// A recorded message as `/_local/messages` lists it.
#[derive(Debug, Clone, Serialize)]
pub struct Listed {
    #[serde(flatten)]
    pub message: Message,
    /// From 1. A number is never used again, also not after its message is deleted.
    pub number: u64,
    /// When it was sent, by the stack's clock.
    pub at: Timestamp,
    /// Of a push, what the app gets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received: Option<Received>,
}

/// A message that is published to a topic.
#[derive(Debug, Clone)]
pub struct TopicMessage {
    pub text: String,
    pub attributes: BTreeMap<String, String>,
}

/// Called with each of a topic's messages.
pub type OnTopic = Arc<dyn Fn(TopicMessage) + Send + Sync>;

/// Called with each message that is recorded.
pub type OnMessage = Arc<dyn Fn(&Message) + Send + Sync>;

/// Clones share the record.
#[derive(Clone)]
pub struct Recorder {
    record: Arc<Mutex<Record>>,
    /// Changes when a message is recorded, and when the messages are deleted.
    changes: Arc<watch::Sender<()>>,
    clock: Arc<dyn Clock>,
    on_message: Option<OnMessage>,
}

#[derive(Default)]
struct Record {
    messages: Vec<Recorded>,
    /// The number of the last message.
    last: u64,
    refusals: Vec<(Option<&'static str>, Refusal)>,
    topics: BTreeMap<String, OnTopic>,
    /// The name of the topic for codes.
    code_topic: Option<String>,
    endpoints: Endpoints,
}

struct Recorded {
    message: Message,
    number: u64,
    at: Timestamp,
}

impl Recorder {
    pub fn new(clock: Arc<dyn Clock>, on_message: Option<OnMessage>) -> Self {
        Self { record: Arc::default(), changes: Arc::default(), clock, on_message }
    }

    /// Serves the SNS API.
    pub fn serve(&self, listener: TcpListener) -> io::Result<Server> {
        let recorder = self.clone();
        Server::http(listener, move |request, _: IpAddr| {
            let recorder = recorder.clone();
            async move { recorder.respond(request).await }
        })
    }

    /// The recorded messages, oldest first.
    pub fn messages(&self) -> Vec<Message> {
        self.record().messages.iter().map(|recorded| recorded.message.clone()).collect()
    }

    /// The messages with a number above `after`, oldest first. A number that was not given yet is
    /// one of an earlier run of the launcher: then all of them.
    pub fn listed(&self, after: u64) -> Vec<Listed> {
        let record = self.record();
        let after = if after > record.last { 0 } else { after };
        let newer = record.messages.iter().filter(|recorded| recorded.number > after);
        newer.map(Recorded::listed).collect()
    }

    /// Waits until `listed` has something, or the messages are deleted, for a limited time.
    pub async fn wait_for_message(&self, after: u64, most: Duration) {
        let mut changes = self.changes.subscribe();
        if self.listed(after).is_empty() {
            let _ = timeout(most, changes.changed()).await;
        }
    }

    /// Deletes the recorded messages.
    pub fn clear(&self) {
        self.record().messages.clear();
        self.changes.send_replace(());
    }

    /// Refuses the next calls. Each retry of the SDK is a call.
    pub fn refuse_next(&self, calls: usize, refusal: Refusal) {
        self.record().refusals.extend(std::iter::repeat_n((None, refusal), calls));
    }

    /// Refuses the next calls of one action, such as `Publish`.
    pub fn refuse_next_of(&self, action: &'static str, calls: usize, refusal: Refusal) {
        self.record().refusals.extend(std::iter::repeat_n((Some(action), refusal), calls));
    }

    /// Cancels the remaining refusals.
    pub fn clear_refusals(&self) {
        self.record().refusals.clear();
    }

    /// Calls `on_topic` with each message published to a topic. The topic is identified by its
    /// name, since `sam local` passes the name instead of an ARN.
    pub fn subscribe(&self, topic: &str, on_topic: OnTopic) {
        self.record().topics.insert(topic_name(topic).to_owned(), on_topic);
    }

    /// Records each message to a topic that is published to it in place of a text message.
    pub fn record_codes(&self, topic: &str) {
        self.record().code_topic = Some(topic_name(topic).to_owned());
    }

    /// Gives tests access to the endpoints, which the real service changes by itself.
    pub fn endpoints<T>(&self, access: impl FnOnce(&mut Endpoints) -> T) -> T {
        access(&mut self.record().endpoints)
    }

    async fn respond(&self, request: Request<Incoming>) -> Response<Bytes> {
        let signed = request
            .headers()
            .get(header::AUTHORIZATION)
            .is_some_and(|value| value.as_bytes().starts_with(b"AWS4-HMAC-SHA256 "));
        let outcome = match read_body(request.into_body(), REQUEST_LIMIT).await {
            Ok(body) if signed => match Action::parse(&body) {
                Ok(action) => {
                    self.perform(&action).map(|result| Success { action: action.name, result })
                }
                Err(fault) => Err(fault),
            },
            Ok(_) => Err(Fault::unsigned()),
            Err(_) => Err(Fault::invalid_parameter("the request is too long")),
        };
        query::response(outcome)
    }

    fn perform(&self, action: &Action) -> Result<String, Fault> {
        if let Some(refusal) = self.next_refusal(&action.name) {
            return Err(refusal.into());
        }
        match action.name.as_str() {
            "Publish" if action.parameter("TopicArn").is_some() => self.publish_to_topic(action),
            "Publish" if action.parameter("TargetArn").is_some() => self.publish_push(action),
            "Publish" => self.publish_sms(action),
            "CreatePlatformEndpoint" => self.record().endpoints.create(action),
            "GetEndpointAttributes" => self.record().endpoints.attributes(action),
            "SetEndpointAttributes" => self.record().endpoints.set(action),
            "DeleteEndpoint" => {
                self.record().endpoints.delete(action);
                Ok(String::new())
            }
            name => Err(Fault::unknown_action(name)),
        }
    }

    fn publish_sms(&self, action: &Action) -> Result<String, Fault> {
        let to = action.parameter("PhoneNumber").ok_or_else(|| {
            Fault::invalid_parameter(
                "TopicArn or TargetArn Reason: no value for required parameter",
            )
        })?;
        if !is_phone(to) {
            return Err(Fault::invalid_parameter(&format!(
                "PhoneNumber Reason: {to} is not valid to publish to"
            )));
        }
        let text = action.parameter("Message").unwrap_or_default();
        if text.is_empty() || text.chars().count() > SMS_LIMIT {
            return Err(Fault::invalid_parameter("Message"));
        }
        let attributes = action.message_attributes();
        self.record_message(Message::Sms { to: to.to_owned(), text: text.to_owned(), attributes });
        Ok(format!("<MessageId>{}</MessageId>", query::new_id()))
    }

    fn publish_to_topic(&self, action: &Action) -> Result<String, Fault> {
        let topic = topic_name(action.parameter("TopicArn").unwrap_or_default());
        let text = action.parameter("Message").filter(|message| !message.is_empty());
        let text = text.ok_or_else(|| Fault::invalid_parameter("Empty message"))?.to_owned();
        let published = TopicMessage { text, attributes: action.message_attributes() };
        let is_for_codes = self.record().code_topic.as_deref() == Some(topic);
        if is_for_codes {
            self.record_message(Message::code(published));
        } else {
            let on_topic = self.record().topics.get(topic).cloned();
            on_topic.ok_or_else(|| Fault::not_found("Topic does not exist"))?(published);
        }
        Ok(format!("<MessageId>{}</MessageId>", query::new_id()))
    }

    fn publish_push(&self, action: &Action) -> Result<String, Fault> {
        let to = self
            .record()
            .endpoints
            .token_to_push_to(action.parameter("TargetArn").unwrap_or_default())?;
        let message = endpoints::fcm_message(action)?;
        let attributes = action.message_attributes();
        self.record_message(Message::Push { to, message, attributes });
        Ok(format!("<MessageId>{}</MessageId>", query::new_id()))
    }

    fn record_message(&self, message: Message) {
        if let Some(on_message) = &self.on_message {
            on_message(&message);
        }
        let at = self.clock.now();
        let mut record = self.record();
        record.last += 1;
        let number = record.last;
        record.messages.push(Recorded { message, number, at });
        drop(record);
        self.changes.send_replace(());
    }

    fn next_refusal(&self, action: &str) -> Option<Refusal> {
        let mut record = self.record();
        let index = record
            .refusals
            .iter()
            .position(|(refused, _)| refused.is_none_or(|refused| refused == action))?;
        Some(record.refusals.remove(index).1)
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Message {
    fn code(TopicMessage { text, attributes }: TopicMessage) -> Self {
        let message: Value = serde_json::from_str(&text).unwrap_or_default();
        let member = |name: &str| message[name].as_str().unwrap_or_default().to_owned();
        Self::Code { to: member("phone"), text: member("text"), message, attributes }
    }
}

impl Recorded {
    fn listed(&self) -> Listed {
        let received = if let Message::Push { message, .. } = &self.message {
            Some(Received::of(message))
        } else {
            None
        };
        Listed { message: self.message.clone(), number: self.number, at: self.at, received }
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").finish_non_exhaustive()
    }
}

/// The last part of a topic's ARN.
fn topic_name(topic: &str) -> &str {
    topic.rsplit(':').next().unwrap_or(topic)
}

/// E.164: a plus sign, no leading zero, at most fifteen digits.
fn is_phone(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (7..=15).contains(&digits.len())
        && !digits.starts_with('0')
        && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests;

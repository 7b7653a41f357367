//! The SNS API in this process: the real SDK publishes to it over HTTP, and it keeps what would
//! have been sent.
//!
//! Protocol: SNS's Query API, version 2010-03-31 (form in, XML out). Invariant: a message is kept
//! exactly when the publisher got a success, in that order, and nothing ever leaves the machine. An
//! action that is not here is refused as unknown.

mod endpoints;
mod query;

use std::{
    collections::BTreeMap,
    fmt, io,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use http::{Request, Response, header};
use hyper::body::Incoming;
use serde::Serialize;
use serde_json::Value;
use tokio::net::TcpListener;

pub use self::endpoints::Endpoints;
use self::query::{Action, Fault};
use crate::connections::{Server, read_body};

/// The most characters one text message may have in parts together.
const SMS_LIMIT: usize = 1600;
/// The most bytes of one request, as SNS limits it.
const REQUEST_LIMIT: usize = 256 * 1024;

/// Something that would have been sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Message {
    /// A text message.
    Sms {
        /// The phone, in E.164 form.
        to: String,
        /// What it says.
        text: String,
        /// The message attributes, such as `AWS.SNS.SMS.SMSType`; not shown outside.
        #[serde(skip)]
        attributes: BTreeMap<String, String>,
    },
    /// A push to a device.
    Push {
        /// The registration id of its endpoint.
        to: String,
        /// The message of Firebase Cloud Messaging's HTTP v1 API.
        message: Value,
    },
}

/// What SNS says when it refuses a call that is well-formed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The caller may not publish (403).
    AuthorizationError,
    /// Too many calls (429).
    Throttled,
    /// SNS itself failed (500); the SDK tries again.
    InternalError,
}

/// Called with each message that is published to a topic.
pub type OnTopic = Arc<dyn Fn(String) + Send + Sync>;

/// Called with each message, when it has been accepted.
pub type OnMessage = Arc<dyn Fn(&Message) + Send + Sync>;

/// What was sent; a clone is the same record.
#[derive(Clone, Default)]
pub struct Recorder {
    record: Arc<Mutex<Record>>,
    on_message: Option<OnMessage>,
}

#[derive(Default)]
struct Record {
    messages: Vec<Message>,
    refusals: Vec<(Option<&'static str>, Refusal)>,
    topics: BTreeMap<String, OnTopic>,
    endpoints: Endpoints,
}

impl Recorder {
    /// An empty record that calls `on_message` with each message.
    pub fn new(on_message: Option<OnMessage>) -> Self {
        Self { on_message, ..Self::default() }
    }

    /// Answers the SNS API on `listener`.
    pub fn serve(&self, listener: TcpListener) -> io::Result<Server> {
        let recorder = self.clone();
        Server::answering(listener, move |request, _: IpAddr| {
            let recorder = recorder.clone();
            async move { recorder.answer(request).await }
        })
    }

    /// Everything that was sent, oldest first.
    pub fn messages(&self) -> Vec<Message> {
        self.record().messages.clone()
    }

    /// Forgets everything that was sent.
    pub fn clear(&self) {
        self.record().messages.clear();
    }

    /// Refuses the next `calls` calls, tries of the SDK counted one by one.
    pub fn refuse_next(&self, calls: usize, refusal: Refusal) {
        self.record().refusals.extend(std::iter::repeat_n((None, refusal), calls));
    }

    /// The same for calls of one action, such as `Publish`.
    pub fn refuse_next_of(&self, action: &'static str, calls: usize, refusal: Refusal) {
        self.record().refusals.extend(std::iter::repeat_n((Some(action), refusal), calls));
    }

    /// Refuses no more.
    pub fn forget_refusals(&self) {
        self.record().refusals.clear();
    }

    /// Hands what is published to a topic on. A topic is known by its name, since `sam local` names
    /// it so and without the rest of its ARN.
    pub fn subscribe(&self, topic: &str, on_topic: OnTopic) {
        self.record().topics.insert(name_in(topic).to_owned(), on_topic);
    }

    /// The endpoints, for a test to look at and to change as the service does by itself.
    pub fn endpoints<T>(&self, look: impl FnOnce(&mut Endpoints) -> T) -> T {
        look(&mut self.record().endpoints)
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Bytes> {
        let signed = request
            .headers()
            .get(header::AUTHORIZATION)
            .is_some_and(|value| value.as_bytes().starts_with(b"AWS4-HMAC-SHA256 "));
        let outcome = match read_body(request.into_body(), REQUEST_LIMIT).await {
            Ok(body) if signed => match Action::parse(&body) {
                Ok(action) => {
                    self.perform(&action).map(|result| query::Done { action: action.name, result })
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
            "Publish" if action.parameter("TargetArn").is_some() => self.push(action),
            "Publish" => self.publish(action),
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

    fn publish(&self, action: &Action) -> Result<String, Fault> {
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
        self.accept(Message::Sms { to: to.to_owned(), text: text.to_owned(), attributes });
        Ok(format!("<MessageId>{}</MessageId>", query::fresh_id()))
    }

    fn publish_to_topic(&self, action: &Action) -> Result<String, Fault> {
        let on_topic = self
            .record()
            .topics
            .get(name_in(action.parameter("TopicArn").unwrap_or_default()))
            .cloned();
        let on_topic = on_topic.ok_or_else(|| Fault::not_found("Topic does not exist"))?;
        let message = action.parameter("Message").filter(|message| !message.is_empty());
        on_topic(message.ok_or_else(|| Fault::invalid_parameter("Empty message"))?.to_owned());
        Ok(format!("<MessageId>{}</MessageId>", query::fresh_id()))
    }

    fn push(&self, action: &Action) -> Result<String, Fault> {
        let to = self
            .record()
            .endpoints
            .token_to_push_to(action.parameter("TargetArn").unwrap_or_default())?;
        let message = endpoints::fcm_message(action)?;
        self.accept(Message::Push { to, message });
        Ok(format!("<MessageId>{}</MessageId>", query::fresh_id()))
    }

    fn accept(&self, message: Message) {
        if let Some(on_message) = &self.on_message {
            on_message(&message);
        }
        self.record().messages.push(message);
    }

    fn next_refusal(&self, action: &str) -> Option<Refusal> {
        let mut record = self.record();
        let place = record.refusals.iter().position(|(of, _)| of.is_none_or(|of| of == action))?;
        Some(record.refusals.remove(place).1)
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").finish_non_exhaustive()
    }
}

/// The last part of a topic's ARN.
fn name_in(topic: &str) -> &str {
    topic.rsplit(':').next().unwrap_or(topic)
}

/// E.164: a plus, no leading zero, at most fifteen digits.
fn is_phone(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (7..=15).contains(&digits.len())
        && !digits.starts_with('0')
        && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests;

//! The SNS API in this process: the real SDK publishes to it over HTTP, and it keeps what would have been sent.
//!
//! Protocol: SNS's Query API, version 2010-03-31 (form in, XML out). Invariant: a message is kept exactly when the publisher
//! got a success, in that order, and nothing ever leaves the machine. An action that is not here is refused as unknown; platform endpoints
//! come as further actions beside `publish`.

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
use tokio::net::TcpListener;

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
    refusals: Vec<Refusal>,
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
        self.record().refusals.extend(std::iter::repeat_n(refusal, calls));
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Bytes> {
        let signed =
            request.headers().get(header::AUTHORIZATION).is_some_and(|value| value.as_bytes().starts_with(b"AWS4-HMAC-SHA256 "));
        let outcome = match read_body(request.into_body(), REQUEST_LIMIT).await {
            Ok(body) if signed => Action::parse(&body).and_then(|action| self.perform(&action)),
            Ok(_) => Err(Fault::unsigned()),
            Err(_) => Err(Fault::invalid_parameter("the request is too long")),
        };
        query::response(outcome)
    }

    fn perform(&self, action: &Action) -> Result<String, Fault> {
        if let Some(refusal) = self.next_refusal() {
            return Err(refusal.into());
        }
        match action.name.as_str() {
            "Publish" => self.publish(action),
            name => Err(Fault::unknown_action(name)),
        }
    }

    fn publish(&self, action: &Action) -> Result<String, Fault> {
        let to = action
            .parameter("PhoneNumber")
            .ok_or_else(|| Fault::invalid_parameter("TopicArn or TargetArn Reason: no value for required parameter"))?;
        if !is_phone(to) {
            return Err(Fault::invalid_parameter(&format!("PhoneNumber Reason: {to} is not valid to publish to")));
        }
        let text = action.parameter("Message").unwrap_or_default();
        if text.is_empty() || text.chars().count() > SMS_LIMIT {
            return Err(Fault::invalid_parameter("Message"));
        }
        let attributes = action.message_attributes();
        self.accept(Message::Sms { to: to.to_owned(), text: text.to_owned(), attributes });
        Ok(format!("<MessageId>{}</MessageId>", query::fresh_id()))
    }

    fn accept(&self, message: Message) {
        if let Some(on_message) = &self.on_message {
            on_message(&message);
        }
        self.record().messages.push(message);
    }

    fn next_refusal(&self) -> Option<Refusal> {
        let mut record = self.record();
        (!record.refusals.is_empty()).then(|| record.refusals.remove(0))
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

/// E.164: a plus, no leading zero, at most fifteen digits.
fn is_phone(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (7..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests;

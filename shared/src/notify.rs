//! Messages through SNS: text messages to phones, pushes to devices, and the topic that feeds the
//! notifier.
//!
//! Invariant: an error holds the service's code and never a phone, a token or a text.

use std::fmt;

use aws_sdk_sns::{
    error::{DisplayErrorContext, ProvideErrorMetadata, SdkError},
    types::MessageAttributeValue,
};

pub use crate::device::{Endpoint, Push, Pushed};
use crate::{aws::Lazy, phone::Phone};

/// Sends messages.
#[derive(Debug, Clone)]
pub struct Messages {
    client: Lazy<aws_sdk_sns::Client>,
    sender: Option<String>,
}

/// The topic that other systems publish notifications to, and the notifier itself what is left of a
/// message to all.
#[derive(Debug, Clone)]
pub struct Topic {
    client: Lazy<aws_sdk_sns::Client>,
    arn: String,
}

/// SNS did not accept a message. Holds the service's code, never the phone or the text.
#[derive(Debug)]
pub struct NotAccepted(pub(crate) String);

impl Messages {
    /// Messages through this client, shown as from `sender` where the country allows it.
    pub fn new(client: Lazy<aws_sdk_sns::Client>, sender: Option<String>) -> Self {
        Self { client, sender }
    }

    /// Sends a text message of the transactional type. One call of SNS.
    pub async fn send_sms(&self, to: &Phone, text: &str) -> Result<(), NotAccepted> {
        let request = self
            .client
            .publish()
            .phone_number(to.as_str())
            .message(text)
            .message_attributes("AWS.SNS.SMS.SMSType", text_attribute("Transactional")?);
        let request = match &self.sender {
            Some(sender) => {
                request.message_attributes("AWS.SNS.SMS.SenderID", text_attribute(sender)?)
            }
            None => request,
        };
        request.send().await.map(|_| ()).map_err(NotAccepted::from)
    }
}

impl Topic {
    /// The topic of this name.
    pub fn new(client: Lazy<aws_sdk_sns::Client>, arn: String) -> Self {
        Self { client, arn }
    }

    /// Publishes a message. One call of SNS.
    pub async fn publish(&self, message: &str) -> Result<(), NotAccepted> {
        self.client
            .publish()
            .topic_arn(&self.arn)
            .message(message)
            .send()
            .await
            .map(|_| ())
            .map_err(NotAccepted::from)
    }
}

impl fmt::Display for NotAccepted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SNS did not accept the message: {}", self.0)
    }
}

impl std::error::Error for NotAccepted {}

impl<E, R> From<SdkError<E, R>> for NotAccepted
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: fmt::Debug + Send + Sync + 'static,
{
    fn from(error: SdkError<E, R>) -> Self {
        Self(match error.code() {
            Some(code) => code.to_owned(),
            None => DisplayErrorContext(error).to_string(),
        })
    }
}

fn text_attribute(value: &str) -> Result<MessageAttributeValue, NotAccepted> {
    MessageAttributeValue::builder()
        .data_type("String")
        .string_value(value)
        .build()
        .map_err(|error| NotAccepted(error.to_string()))
}

//! Messages through SNS: text messages to phones.

use std::fmt;

use aws_sdk_sns::{
    error::{DisplayErrorContext, ProvideErrorMetadata},
    types::MessageAttributeValue,
};

use crate::{aws::LazySns, model::phone::Phone};

/// Sends messages.
#[derive(Debug, Clone)]
pub struct Messages {
    client: LazySns,
    sender: Option<String>,
}

/// SNS did not accept a message. Holds the service's code, never the phone or the text.
#[derive(Debug)]
pub struct NotAccepted(String);

impl Messages {
    /// Messages through this client, shown as from `sender` where the country allows it.
    pub fn new(client: LazySns, sender: Option<String>) -> Self {
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
            Some(sender) => request.message_attributes("AWS.SNS.SMS.SenderID", text_attribute(sender)?),
            None => request,
        };
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(NotAccepted(match error.code() {
                Some(code) => code.to_owned(),
                None => DisplayErrorContext(error).to_string(),
            })),
        }
    }
}

impl fmt::Display for NotAccepted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SNS did not accept the message: {}", self.0)
    }
}

impl std::error::Error for NotAccepted {}

fn text_attribute(value: &str) -> Result<MessageAttributeValue, NotAccepted> {
    MessageAttributeValue::builder()
        .data_type("String")
        .string_value(value)
        .build()
        .map_err(|error| NotAccepted(error.to_string()))
}

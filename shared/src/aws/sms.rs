//! Text messages to phones, sent by SNS.

use aws_sdk_sns::types::MessageAttributeValue;

use crate::{
    aws::{NotAccepted, SnsClient},
    phone::Phone,
    text_message::TextMessage,
};

/// Sends text messages.
#[derive(Debug, Clone)]
pub struct TextMessages {
    client: SnsClient,
    sender: Option<String>,
}

impl TextMessages {
    /// `sender` is shown where the country allows it.
    pub fn new(client: SnsClient, sender: Option<String>) -> Self {
        Self { client, sender }
    }

    /// Sends a message of the transactional type. One call of SNS.
    pub async fn send(&self, to: &Phone, text: &TextMessage) -> Result<(), NotAccepted> {
        let request = self
            .client
            .publish()
            .phone_number(to.as_str())
            .message(text.as_str())
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

fn text_attribute(value: &str) -> Result<MessageAttributeValue, NotAccepted> {
    MessageAttributeValue::builder()
        .data_type("String")
        .string_value(value)
        .build()
        .map_err(|error| NotAccepted(error.to_string()))
}

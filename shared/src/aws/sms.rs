//! Text messages to phones, sent by SNS.
//!
//! Invariant: one call is one attempt, so a message is never sent twice. SNS also accepts messages
//! that it will not deliver: above the account's spending limit or the price limit, to phones that
//! opted out, and, while the account is in the sandbox, to phones that are not verified.

use std::fmt;

use aws_sdk_sns::{
    error::{ProvideErrorMetadata, SdkError},
    operation::publish::PublishError,
    types::MessageAttributeValue,
};

use crate::{
    aws::{NotAccepted, SmsSettings, SnsClient, connector::is_unconnected},
    phone::Phone,
    text_message::{Kind, TextMessage},
};

/// The country code of India, where texts are registered.
const INDIA: &str = "+91";

/// Sends text messages.
#[derive(Debug, Clone)]
pub struct TextMessages {
    client: SnsClient,
    settings: SmsSettings,
}

/// Why a message was not accepted.
#[derive(Debug)]
pub enum SendError {
    /// SNS cannot send to this phone number.
    InvalidPhone,
    /// SNS refused it or could not be reached, so it was not sent.
    Refused(NotAccepted),
    /// No answer, or a failure of SNS: it may have been sent.
    Unknown(NotAccepted),
}

impl TextMessages {
    /// Sends through `client`, which must not repeat calls.
    pub fn new(client: SnsClient, settings: SmsSettings) -> Self {
        Self { client, settings }
    }

    /// Sends a message of the transactional type. One call of SNS.
    pub async fn send(&self, to: &Phone, text: &TextMessage) -> Result<(), SendError> {
        let mut request = self.client.publish().phone_number(to.as_str()).message(text.as_str());
        for (name, data_type, value) in self.attributes(text.kind()) {
            let value = attribute(data_type, value).map_err(SendError::Refused)?;
            request = request.message_attributes(name, value);
        }
        request.send().await.map(|_| ()).map_err(SendError::from)
    }

    /// Whether a message of this kind to this phone must have the text that is registered in India.
    pub fn is_registered(&self, to: &Phone, kind: Kind) -> bool {
        to.as_str().starts_with(INDIA) && self.template(kind).is_some()
    }

    fn template(&self, kind: Kind) -> Option<&String> {
        match kind {
            Kind::Code => self.settings.template_id.as_ref(),
            Kind::Notice => self.settings.notice_template_id.as_ref(),
        }
    }

    /// Name, data type and value of each message attribute.
    fn attributes(&self, kind: Kind) -> impl Iterator<Item = (&str, &str, &str)> {
        let SmsSettings { sender_id, max_price, origination_number, entity_id, .. } =
            &self.settings;
        let optional = [
            ("AWS.SNS.SMS.SenderID", "String", sender_id.as_ref()),
            ("AWS.SNS.SMS.MaxPrice", "Number", max_price.as_ref()),
            ("AWS.MM.SMS.OriginationNumber", "String", origination_number.as_ref()),
            ("AWS.MM.SMS.EntityId", "String", entity_id.as_ref()),
            ("AWS.MM.SMS.TemplateId", "String", self.template(kind)),
        ];
        let set = optional.into_iter().filter_map(|(name, data_type, value)| {
            value.map(|value| (name, data_type, value.as_str()))
        });
        std::iter::once(("AWS.SNS.SMS.SMSType", "String", "Transactional")).chain(set)
    }
}

impl From<SdkError<PublishError>> for SendError {
    fn from(error: SdkError<PublishError>) -> Self {
        let is_refusal = error.raw_response().is_some_and(|raw| raw.status().is_client_error());
        let is_unsent = match &error {
            SdkError::DispatchFailure(failure) => {
                failure.as_connector_error().is_some_and(is_unconnected)
            }
            _ => false,
        };
        match error.as_service_error() {
            Some(refusal) if refuses_phone(refusal) => Self::InvalidPhone,
            Some(_) if is_refusal => Self::Refused(error.into()),
            None if is_unsent => Self::Refused(error.into()),
            _ => Self::Unknown(error.into()),
        }
    }
}

/// Another invalid parameter, such as an unknown origination number, is a mistake of ours.
fn refuses_phone(error: &PublishError) -> bool {
    let message = error.message().unwrap_or_default();
    error.is_invalid_parameter_exception() && message.starts_with("Invalid parameter: PhoneNumber")
}

fn attribute(data_type: &str, value: &str) -> Result<MessageAttributeValue, NotAccepted> {
    MessageAttributeValue::builder()
        .data_type(data_type)
        .string_value(value)
        .build()
        .map_err(|error| NotAccepted(error.to_string()))
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidPhone => f.write_str("SNS cannot send to this phone number"),
            Self::Refused(error) | Self::Unknown(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for SendError {}

//! SNS topics that a function publishes to.

use aws_sdk_sns::{
    operation::publish::builders::PublishFluentBuilder, types::MessageAttributeValue,
};

use crate::aws::{NotAccepted, SendError, SnsClient};

/// A topic of the stack.
#[derive(Debug, Clone)]
pub struct Topic {
    client: SnsClient,
    arn: String,
}

impl Topic {
    /// The topic of this ARN.
    pub fn new(client: SnsClient, arn: String) -> Self {
        Self { client, arn }
    }

    /// One call of SNS.
    pub async fn publish(&self, message: &str) -> Result<(), NotAccepted> {
        self.publish_with(message, &[]).await
    }

    /// The same with attributes. They count towards SNS's limit of 256 KB, and none may be empty.
    pub async fn publish_with(
        &self,
        message: &str,
        attributes: &[(&str, String)],
    ) -> Result<(), NotAccepted> {
        self.request(message, attributes)?.send().await.map(|_| ()).map_err(NotAccepted::from)
    }

    /// The same, telling whether a message that was not accepted may have been published.
    pub(super) async fn publish_once(
        &self,
        message: &str,
        attributes: &[(&str, String)],
    ) -> Result<(), SendError> {
        let request = self.request(message, attributes).map_err(SendError::Refused)?;
        request.send().await.map(|_| ()).map_err(SendError::from)
    }

    fn request(
        &self,
        message: &str,
        attributes: &[(&str, String)],
    ) -> Result<PublishFluentBuilder, NotAccepted> {
        let mut request = self.client.publish().topic_arn(&self.arn).message(message);
        for (name, value) in attributes {
            let value = MessageAttributeValue::builder()
                .data_type("String")
                .string_value(value)
                .build()
                .map_err(|error| NotAccepted(error.to_string()))?;
            request = request.message_attributes(*name, value);
        }
        Ok(request)
    }
}

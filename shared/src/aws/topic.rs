//! The SNS topic that feeds the notifier.

use crate::aws::{NotAccepted, SnsClient};

/// Other systems publish notifications to it; the notifier publishes the next pages of a message to
/// all.
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
        let request = self.client.publish().topic_arn(&self.arn).message(message);
        request.send().await.map(|_| ()).map_err(NotAccepted::from)
    }
}

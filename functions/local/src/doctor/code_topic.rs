//! Whether anybody sends the codes that go to the topic.

use aws_sdk_sns::Client;

use super::{alarms::confirmed, finding::Finding, stack::DeployedStack};

/// One call; none where all codes are text messages.
pub(super) async fn examine(sns: &Client, stack: &DeployedStack) -> Option<Finding> {
    let countries = stack.parameter("CodeTopicCountries");
    if countries.is_empty() {
        return None;
    }
    let subject = format!("sender of codes to {countries}");
    let Some(topic) = stack.resources.get("CodeTopic") else {
        return Some(Finding::to_do(subject, "there is no topic CodeTopic. Deploy the stack"));
    };
    Some(match confirmed(sns, topic).await {
        Ok(0) => {
            let what = format!(
                "{topic} has no confirmed subscription, so these codes go nowhere. Subscribe a \
                 sender to it"
            );
            Finding::to_do(subject, what)
        }
        Ok(count) => Finding::fine(subject, format!("{count} subscriptions of {topic}")),
        Err(error) => Finding::failed(subject, &error),
    })
}

//! The queue that feeds a function, and the topic that feeds the queue.

use std::time::Duration;

use serde_json::{Map, Value};

use super::{error::TemplateError, intrinsics::Scope, location::Location};

/// A function's `SQS` event and its queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueDefinition {
    /// The logical id of the queue.
    pub id: String,
    /// The topic that the queue is subscribed to.
    pub topic: Option<String>,
    /// The topic that its dead-letter queue is subscribed to.
    pub dead_letters_topic: Option<String>,
    /// How long a received message stays invisible.
    pub visibility_timeout: Duration,
    /// After this many receives, a message becomes a dead letter.
    pub max_receives: u64,
    /// The largest number of messages in a batch.
    pub batch_size: usize,
    /// Whether the function reports which messages of a batch failed.
    pub reports_failures: bool,
}

/// The queue of the first `SQS` event, if there is one.
pub(super) fn definition(
    document: &Value,
    events: &Value,
    scope: &Scope<'_>,
    location: &Location,
) -> Result<Option<QueueDefinition>, TemplateError> {
    let mut events = events.as_object().into_iter().flat_map(Map::iter);
    let Some((name, event)) = events.find(|(_, event)| event["Type"] == "SQS") else {
        return Ok(None);
    };
    let location = location.child(name);
    let event = &event["Properties"];
    let id = getatt_arn(&event["Queue"])
        .ok_or_else(|| location.child("Queue").must_be("!GetAtt <queue>.Arn"))?;
    let queue = &document["Resources"][&id]["Properties"];
    let at = Location::new("Resources").child(&id).child("Properties");
    let number = |value: &Value, name: &str| scope.number(value, &at.child(name));
    let dead_letters = getatt_arn(&queue["RedrivePolicy"]["deadLetterTargetArn"]);
    let reported = event["FunctionResponseTypes"].as_array().into_iter().flatten();
    Ok(Some(QueueDefinition {
        topic: topic(document, &id, scope)?,
        dead_letters_topic: dead_letters.map_or(Ok(None), |id| topic(document, &id, scope))?,
        visibility_timeout: Duration::from_secs(number(
            &queue["VisibilityTimeout"],
            "VisibilityTimeout",
        )?),
        max_receives: number(
            &queue["RedrivePolicy"]["maxReceiveCount"],
            "RedrivePolicy.maxReceiveCount",
        )?,
        batch_size: usize::try_from(
            scope.number(&event["BatchSize"], &location.child("BatchSize"))?,
        )
        .unwrap_or(10),
        reports_failures: reported.into_iter().any(|kind| kind == "ReportBatchItemFailures"),
        id,
    }))
}

/// The topic that the queue is subscribed to, with raw message delivery.
fn topic(
    document: &Value,
    queue: &str,
    scope: &Scope<'_>,
) -> Result<Option<String>, TemplateError> {
    let resources = document["Resources"].as_object().into_iter().flat_map(Map::iter);
    for (id, resource) in
        resources.filter(|(_, resource)| resource["Type"] == "AWS::SNS::Subscription")
    {
        let properties = &resource["Properties"];
        if getatt_arn(&properties["Endpoint"]).as_deref() != Some(queue) {
            continue;
        }
        let at = Location::new("Resources").child(id).child("Properties");
        if properties["RawMessageDelivery"] != "true" {
            return Err(at
                .child("RawMessageDelivery")
                .must_be("true, since the function reads the message itself"));
        }
        return scope.required_text(Some(&properties["TopicArn"]), &at.child("TopicArn")).map(Some);
    }
    Ok(None)
}

/// The logical id of `!GetAtt <id>.Arn`.
fn getatt_arn(value: &Value) -> Option<String> {
    let argument = &value["Fn::GetAtt"];
    let id = argument
        .as_str()
        .and_then(|text| text.strip_suffix(".Arn"))
        .or_else(|| argument[0].as_str());
    id.map(str::to_owned)
}

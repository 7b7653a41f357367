//! The queue that feeds a function, and the topic that feeds the queue.

use std::time::Duration;

use serde_json::{Map, Value};

use super::{TemplateError, document::Place, intrinsics::Scope};

/// A function's `SQS` event with what the template says of its queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueDefinition {
    /// The queue's logical id.
    pub id: String,
    /// The topic whose messages come into it; none: nothing does.
    pub topic: Option<String>,
    /// How long a message that was not done rests.
    pub visibility: Duration,
    /// How often a message is tried before it is given up.
    pub most_receives: u64,
    /// How many messages come at once at most.
    pub batch: usize,
    /// Whether the function says which messages failed; otherwise all do where it fails.
    pub reports_failures: bool,
}

/// The queue of the first `SQS` event, if there is one.
pub(super) fn definition(
    document: &Value,
    events: &Value,
    scope: &Scope<'_>,
    place: &Place,
) -> Result<Option<QueueDefinition>, TemplateError> {
    let mut all = events.as_object().into_iter().flat_map(Map::iter);
    let Some((name, event)) = all.find(|(_, event)| event["Type"] == "SQS") else {
        return Ok(None);
    };
    let place = place.under(name);
    let event = &event["Properties"];
    let id = named(&event["Queue"])
        .ok_or_else(|| place.under("Queue").must_be("!GetAtt <queue>.Arn"))?;
    let queue = &document["Resources"][&id]["Properties"];
    let at = Place::new("Resources").under(&id).under("Properties");
    let number = |value: &Value, name: &str| scope.number(value, &at.under(name));
    let reported = event["FunctionResponseTypes"].as_array().into_iter().flatten();
    Ok(Some(QueueDefinition {
        topic: topic(document, &id, scope)?,
        visibility: Duration::from_secs(number(&queue["VisibilityTimeout"], "VisibilityTimeout")?),
        most_receives: number(
            &queue["RedrivePolicy"]["maxReceiveCount"],
            "RedrivePolicy.maxReceiveCount",
        )?,
        batch: usize::try_from(scope.number(&event["BatchSize"], &place.under("BatchSize"))?)
            .unwrap_or(10),
        reports_failures: reported.into_iter().any(|kind| kind == "ReportBatchItemFailures"),
        id,
    }))
}

/// The topic with a raw subscription of the queue.
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
        if named(&properties["Endpoint"]).as_deref() != Some(queue) {
            continue;
        }
        let at = Place::new("Resources").under(id).under("Properties");
        if properties["RawMessageDelivery"] != "true" {
            return Err(at
                .under("RawMessageDelivery")
                .must_be("true: a record's body is the message itself"));
        }
        return scope.required_text(Some(&properties["TopicArn"]), &at.under("TopicArn")).map(Some);
    }
    Ok(None)
}

/// The logical id of `!GetAtt <id>.Arn`.
fn named(value: &Value) -> Option<String> {
    let argument = &value["Fn::GetAtt"];
    let id = argument
        .as_str()
        .and_then(|text| text.strip_suffix(".Arn"))
        .or_else(|| argument[0].as_str());
    id.map(str::to_owned)
}

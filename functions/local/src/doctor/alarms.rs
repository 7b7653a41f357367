//! Alarms: that they exist, and that somebody hears of them.

use std::collections::BTreeMap;

use aws_sdk_sns::Client;
use serde_json::Value;

use super::{
    api::{Api, CLOUDWATCH, CallError},
    finding::Finding,
    sms::call_error,
    stack::DeployedStack,
    xml::members,
};

/// The most alarms of one call.
const PAGE: usize = 100;

/// `expected` are the logical ids of the alarms that the stack should have.
pub(super) async fn examine(
    api: &Api,
    sns: &Client,
    stack: &DeployedStack,
    expected: &[String],
) -> Vec<Finding> {
    let subject = "alarms";
    let names: Vec<&String> = expected.iter().filter_map(|id| stack.resources.get(id)).collect();
    let there = match described(api, &names).await {
        Ok(there) => there,
        Err(error) => return vec![Finding::failed(subject, &error)],
    };
    let missing: Vec<&str> = expected
        .iter()
        .filter(|id| stack.resources.get(*id).is_none_or(|name| !there.contains_key(name)))
        .map(String::as_str)
        .collect();
    let existence = if missing.is_empty() {
        Finding::fine(subject, format!("all {} exist", expected.len()))
    } else {
        Finding::to_do(subject, format!("missing: {}. Deploy the stack", missing.join(", ")))
    };
    vec![existence, listeners(sns, stack, &there).await]
}

async fn listeners(
    sns: &Client,
    stack: &DeployedStack,
    alarms: &BTreeMap<String, Value>,
) -> Finding {
    let subject = "who hears of alarms";
    let topic = stack.parameter("AlarmTopicArn");
    if topic.is_empty() {
        return Finding::to_do(
            subject,
            "nobody. Create an SNS topic, subscribe to it, and deploy with it as AlarmTopicArn",
        );
    }
    let silent: Vec<&str> = alarms
        .iter()
        .filter(|(_, alarm)| !members(&alarm["AlarmActions"]).any(|action| action == topic))
        .map(|(name, _)| name.as_str())
        .collect();
    if !silent.is_empty() {
        let silent = silent.join(", ");
        return Finding::to_do(
            subject,
            format!("{silent} do not notify {topic}. Deploy the stack"),
        );
    }
    match confirmed(sns, topic).await {
        Ok(0) => Finding::to_do(
            subject,
            format!(
                "{topic} has no confirmed subscription. Run `aws sns subscribe --topic-arn {topic} \
                 --protocol email --notification-endpoint ADDRESS` and confirm it"
            ),
        ),
        Ok(count) => Finding::fine(subject, format!("{count} subscriptions of {topic}")),
        Err(error) if error.code == "NotFound" => Finding::to_do(
            subject,
            format!("there is no topic {topic}. Deploy with another AlarmTopicArn"),
        ),
        Err(error) => Finding::failed(subject, &error),
    }
}

/// How many subscriptions of a topic are confirmed.
pub(super) async fn confirmed(sns: &Client, topic: &str) -> Result<usize, CallError> {
    let (mut count, mut next) = (0, None);
    loop {
        let request = sns.list_subscriptions_by_topic().topic_arn(topic).set_next_token(next);
        let answer = request.send().await;
        let answer = answer.map_err(|error| call_error("sns:ListSubscriptionsByTopic", &error))?;
        // One that waits has `PendingConfirmation` in place of an ARN.
        let arns = answer.subscriptions().iter().filter_map(|one| one.subscription_arn());
        count += arns.filter(|arn| arn.starts_with("arn:")).count();
        next = answer.next_token;
        if next.is_none() {
            return Ok(count);
        }
    }
}

/// The alarms that exist, by name.
async fn described(api: &Api, names: &[&String]) -> Result<BTreeMap<String, Value>, CallError> {
    let mut found = BTreeMap::new();
    for names in names.chunks(PAGE) {
        let mut parameters = vec![("MaxRecords".to_owned(), PAGE.to_string())];
        parameters.extend(numbered("AlarmNames", names.iter().map(|name| name.as_str())));
        parameters.extend(numbered("AlarmTypes", ["MetricAlarm", "CompositeAlarm"].into_iter()));
        let answer = api.query(CLOUDWATCH, "DescribeAlarms", &parameters).await?;
        let alarms = members(&answer["MetricAlarms"]).chain(members(&answer["CompositeAlarms"]));
        found
            .extend(alarms.filter_map(|alarm| {
                Some((alarm["AlarmName"].as_str()?.to_owned(), alarm.clone()))
            }));
    }
    Ok(found)
}

/// A list in a Query API's form.
fn numbered<'a>(
    list: &'a str,
    values: impl Iterator<Item = &'a str>,
) -> impl Iterator<Item = (String, String)> {
    values.enumerate().map(move |(n, value)| (format!("{list}.member.{}", n + 1), value.to_owned()))
}

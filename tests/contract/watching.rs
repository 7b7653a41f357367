//! Monitoring: log groups with a retention time, alarms with a recipient, and an alarm for each
//! dead-letter queue.

use std::fs;

use serde_json::{Value, json};

use crate::{
    alarms::alarms,
    repository::{assert_none, functions, resources, root, template},
};

#[test]
fn every_alarm_notifies_the_operators_topic_and_describes_the_problem() {
    let notifies =
        json!({"Fn::If": ["TellsOfAlarms", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]});
    let mut problems = Vec::new();
    for (id, alarm) in resources(&template(), "AWS::CloudWatch::Alarm") {
        let properties = &alarm["Properties"];
        if properties["AlarmActions"] != notifies {
            problems.push(format!(
                "{id} notifies nobody: its AlarmActions must be `!If [TellsOfAlarms, [!Ref \
                 AlarmTopicArn], !Ref AWS::NoValue]`"
            ));
        }
        if properties["AlarmDescription"].as_str().unwrap_or_default().is_empty() {
            problems.push(format!(
                "{id} needs an AlarmDescription: say what is wrong and where to look"
            ));
        }
        if properties["TreatMissingData"].is_null() {
            problems.push(format!("{id} needs TreatMissingData"));
        }
    }
    assert_none(&problems);
}

#[test]
fn every_dead_letter_queue_has_an_alarm() {
    let template = template();
    let mut queues = Vec::new();
    dead_letter_queues(template.document(), &mut queues);
    assert!(!queues.is_empty(), "template.yaml has dead-letter queues");
    let alarms = resources(&template, "AWS::CloudWatch::Alarm");
    let watched = |queue: &str| {
        alarms.iter().any(|(_, alarm)| {
            alarm["Properties"]["MetricName"] == "ApproximateNumberOfMessagesVisible"
                && alarm["Properties"]["Dimensions"][0]["Value"]
                    == json!({"Fn::GetAtt": format!("{queue}.QueueName")})
        })
    };
    let problems: Vec<String> = queues
        .iter()
        .filter(|queue| !watched(queue))
        .map(|queue| {
            format!(
                "{queue} has no alarm: add one on its \
                ApproximateNumberOfMessagesVisible to template.yaml"
            )
        })
        .collect();
    assert_none(&problems);
}

#[test]
fn every_function_has_its_own_log_group_with_a_retention_time() {
    let template = template();
    let groups = resources(&template, "AWS::Logs::LogGroup");
    let mut problems = Vec::new();
    for (id, group, function) in functions(&template) {
        let name = json!({"Fn::Sub": format!("/aws/lambda/${{AWS::StackName}}-{group}")});
        let own = groups.iter().find(|(_, logs)| logs["Properties"]["LogGroupName"] == name);
        match own {
            Some((logs, _))
                if function["Properties"]["LoggingConfig"]["LogGroup"] == json!({"Ref": logs}) => {}
            Some((logs, _)) => {
                problems.push(format!(
                    "{id} must log into its own group: `LoggingConfig: {{ LogGroup: !Ref {logs} }}`"
                ));
            }
            None => {
                problems.push(format!(
                    "{id} has no log group: add one with the name \
                    /aws/lambda/${{AWS::StackName}}-{group}"
                ));
            }
        }
    }
    let kept = groups.iter().filter(|(_, logs)| {
        logs["Properties"]["RetentionInDays"] != json!({"Ref": "LogRetentionDays"})
    });
    problems.extend(kept.map(|(id, _)| {
        format!("{id} is kept forever: add `RetentionInDays: !Ref LogRetentionDays`")
    }));
    assert_none(&problems);
}

#[test]
fn every_custom_metric_of_an_alarm_or_dashboard_is_emitted() {
    let template = template();
    let namespace = json!({"Ref": "AWS::StackName"});
    let mut watched: Vec<(String, String)> = alarms(&template)
        .iter()
        .flat_map(|alarm| alarm.metrics.iter().map(|metric| (&alarm.id, metric)))
        .filter(|(_, metric)| metric["Namespace"] == namespace)
        .map(|(id, metric)| {
            (id.clone(), metric["MetricName"].as_str().unwrap_or_default().to_owned())
        })
        .collect();
    for (id, dashboard) in resources(&template, "AWS::CloudWatch::Dashboard") {
        let body = &dashboard["Properties"]["DashboardBody"]["Fn::Sub"];
        let body = body.as_str().or(body[0].as_str()).expect("the body of the dashboard is a !Sub");
        let body: Value = serde_json::from_str(body)
            .unwrap_or_else(|error| panic!("the body of {id} is not JSON: {error}"));
        for widget in body["widgets"].as_array().into_iter().flatten() {
            watched.extend(
                own_metrics(&widget["properties"]["metrics"])
                    .into_iter()
                    .map(|name| (id.clone(), name)),
            );
        }
    }
    let filters = resources(&template, "AWS::Logs::MetricFilter");
    let filtered = |name: &str| {
        filters.iter().any(|(_, filter)| {
            filter["Properties"]["MetricTransformations"][0]["MetricName"] == name
        })
    };
    let code = sources();
    let written = |name: &str| code.iter().any(|text| text.contains(&format!("\"{name}\"")));
    let problems: Vec<String> = watched
        .iter()
        .filter(|(_, name)| !filtered(name) && !written(name))
        .map(|(id, name)| {
            format!(
                "{id} in template.yaml uses the metric {name}, which nothing emits: add a metric \
                 filter, or emit it in the code"
            )
        })
        .collect();
    assert!(watched.len() > 5, "the alarms and the dashboard use metrics: {watched:?}");
    assert_none(&problems);
}

/// The metrics in the namespace of the stack. In the notation of a widget, `.` repeats the value of
/// the line above.
fn own_metrics(metrics: &Value) -> Vec<String> {
    let mut above = "";
    let mut names = Vec::new();
    for metric in metrics.as_array().into_iter().flatten() {
        let namespace = metric[0].as_str().unwrap_or_default();
        above = if namespace == "." { above } else { namespace };
        if above == "${AWS::StackName}" {
            names.extend(metric[1].as_str().map(str::to_owned));
        }
    }
    names
}

/// The text of every source file of the functions and of `shared`.
fn sources() -> Vec<String> {
    let mut folders = vec![root().join("functions"), root().join("shared")];
    let mut texts = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder can be read") {
            let path = entry.expect("an entry can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                texts.push(fs::read_to_string(path).expect("a source can be read"));
            }
        }
    }
    texts
}

/// The logical ids of the queues in `deadLetterTargetArn`, `DeadLetterConfig` and
/// `DeadLetterQueue`.
fn dead_letter_queues(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let arn = match name.as_str() {
                    "deadLetterTargetArn" => member,
                    "DeadLetterConfig" => &member["Arn"],
                    "DeadLetterQueue" => &member["TargetArn"],
                    _ => &Value::Null,
                };
                if let Some((queue, _)) =
                    arn["Fn::GetAtt"].as_str().and_then(|attribute| attribute.split_once('.'))
                {
                    found.push(queue.to_owned());
                }
                dead_letter_queues(member, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| dead_letter_queues(item, found)),
        _ => {}
    }
}

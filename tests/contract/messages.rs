//! The permissions of each function for SNS: the statements in template.yaml and the calls that the
//! code makes.
//!
//! Protocol (Service Authorization Reference, "Actions, resources, and condition keys for Amazon
//! SNS"): IAM checks the ARN of the topic, the platform application or the endpoint that a call
//! names; a phone number has no ARN. Invariant: no permission is missing and none is unused.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::{
    permissions::{Statement, statements},
    repository::assert_none,
    traffic,
};

/// The parameters of a call that name a resource, with the kind of resource.
const NAMED: [(&str, &str); 5] = [
    ("PhoneNumber", "phones"),
    ("TopicArn", "topic"),
    ("PlatformApplicationArn", "applications"),
    ("EndpointArn", "endpoints"),
    ("TargetArn", "endpoints"),
];

#[tokio::test]
async fn the_policies_for_sns_match_the_calls_of_the_functions() {
    let done = &traffic::of_all_operations().await.seen.calls;
    let mut problems = Vec::new();
    let mut granted: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for statement in statements()
        .iter()
        .filter(|statement| statement.actions.iter().any(|action| action.starts_with("sns:")))
    {
        let kinds = kinds(statement);
        if kinds.is_empty() {
            problems.push(format!(
                "{} has an unknown Resource: add it to kind_of in tests/contract/messages.rs",
                statement.at
            ));
        }
        // A statement allows each action on each of its resources, so an action is needed if the
        // function uses it on any of them.
        let seen = |kind: &String| {
            done.get(&(statement.group.clone(), kind.clone())).cloned().unwrap_or_default()
        };
        let needed: BTreeSet<String> = kinds.iter().flat_map(seen).collect();
        let unused = statement.actions.iter().filter(|action| !needed.contains(*action));
        problems.extend(unused.map(|action| {
            format!(
                "{} allows {action} on {}, but functions/{} never called it in these tests: remove \
                 it from template.yaml, or add the request that needs it to \
                 tests/contract/traffic.rs",
                statement.at,
                kinds.join(" and "),
                statement.group
            )
        }));
        problems.extend(kinds.iter().filter(|kind| seen(kind).is_empty()).map(|kind| {
            format!(
                "{} allows calls on {kind}, but functions/{} made none: remove them from \
                 template.yaml",
                statement.at, statement.group
            )
        }));
        for kind in kinds {
            granted
                .entry((statement.group.clone(), kind))
                .or_default()
                .extend(statement.actions.iter().cloned());
        }
    }
    for (cell @ (group, kind), actions) in
        done.iter().filter(|(_, actions)| actions.iter().all(|action| action.starts_with("sns:")))
    {
        let allowed = granted.get(cell).cloned().unwrap_or_default();
        problems.extend(actions.difference(&allowed).map(|action| {
            format!(
                "functions/{group} calls {action} on {kind}: allow it in its Policies in \
                template.yaml"
            )
        }));
    }
    assert_none(&problems);
}

/// The action and the kind of resource of a call, from the body of its request.
pub fn permission_of(body: &[u8]) -> (String, String) {
    let pairs: Vec<(String, String)> =
        serde_html_form::from_bytes(body).expect("a call of SNS is a form");
    let value = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value);
    let action = value("Action").expect("a call of SNS names its Action");
    for (topic, kind) in [("DeadLettersTopic", "dead letters"), ("CodeTopic", "codes")] {
        if value("TopicArn").is_some_and(|arn| arn.ends_with(topic)) {
            return (format!("sns:{action}"), kind.to_owned());
        }
    }
    let kind = NAMED.iter().find(|(parameter, _)| value(parameter).is_some());
    let (_, kind) = kind.unwrap_or_else(|| {
        panic!(
            "the resource of sns:{action} is unknown: add its parameter to NAMED in \
            tests/contract/messages.rs"
        )
    });
    (format!("sns:{action}"), (*kind).to_owned())
}

/// The kinds of resources of a statement.
fn kinds(statement: &Statement) -> Vec<String> {
    // It excludes everything with an ARN, so only phones remain.
    if statement.content["NotResource"] == json!({"Fn::Sub": "arn:${AWS::Partition}:sns:*:*:*"}) {
        return vec!["phones".to_owned()];
    }
    let resource = &statement.content["Resource"];
    let all = resource.as_array().map_or(std::slice::from_ref(resource), Vec::as_slice);
    all.iter().filter_map(kind_of).map(str::to_owned).collect()
}

fn kind_of(resource: &Value) -> Option<&'static str> {
    let none = |kind: &str| {
        let arn = "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}";
        json!({"Fn::Sub": format!("{arn}:{kind}/none")})
    };
    let application = json!({"Ref": "PlatformApplicationArn"});
    let endpoints = json!({"Fn::Sub": ["${Endpoints}/*", {"Endpoints":
        {"Fn::Join": [":endpoint/", {"Fn::Split": [":app/", application]}]}}]});
    if *resource == json!({"Ref": "NotificationsTopic"}) {
        Some("topic")
    } else if *resource == json!({"Ref": "DeadLettersTopic"}) {
        Some("dead letters")
    } else if *resource == json!({"Ref": "CodeTopic"}) {
        Some("codes")
    } else if *resource == json!({"Fn::If": ["HasPush", application, none("app")]}) {
        Some("applications")
    } else if *resource == json!({"Fn::If": ["HasPush", endpoints, none("endpoint")]}) {
        Some("endpoints")
    } else {
        None
    }
}

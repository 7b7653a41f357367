//! What IAM lets each function do in SNS: the statements of template.yaml and the calls that the
//! code really makes.
//!
//! Protocol (Service Authorization Reference, "Actions, resources, and condition keys for Amazon
//! SNS"): a call is judged by the ARN of what it names, a topic, a platform application or an
//! endpoint of one; a phone number has none. Invariant: the two are equal, so neither a call fails
//! for want of a permission, nor has a function one that it does not use.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::{
    permissions::{Statement, statements},
    repository::assert_none,
    traffic,
};

/// What a call may name, as a parameter of it.
const NAMED: [(&str, &str); 5] = [
    ("PhoneNumber", "phones"),
    ("TopicArn", "topic"),
    ("PlatformApplicationArn", "applications"),
    ("EndpointArn", "endpoints"),
    ("TargetArn", "endpoints"),
];

#[tokio::test]
async fn the_policies_for_sns_match_the_calls_of_the_functions() {
    let done = &traffic::of_all_operations().await.calls;
    let mut problems = Vec::new();
    let mut granted: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for statement in statements()
        .iter()
        .filter(|statement| statement.actions.iter().any(|action| action.starts_with("sns:")))
    {
        let kinds = kinds(statement);
        if kinds.is_empty() {
            problems.push(format!(
                "{} is for nothing that tests/contract/messages.rs knows: add it to kind_of",
                statement.at
            ));
        }
        // A statement allows each action on each of its resources; what it is for is what is done
        // with any of them.
        let seen = |kind: &String| {
            done.get(&(statement.group.clone(), kind.clone())).cloned().unwrap_or_default()
        };
        let needed: BTreeSet<String> = kinds.iter().flat_map(seen).collect();
        problems.extend(statement.actions.iter().filter(|action| !needed.contains(*action)).map(|action| {
            format!(
                "{} allows {action} on {}, which functions/{} was never seen to do: take it out of \
                 template.yaml, or let tests/contract/traffic.rs do what needs it",
                statement.at,
                kinds.join(" and "),
                statement.group
            )
        }));
        problems.extend(kinds.iter().filter(|kind| seen(kind).is_empty()).map(|kind| {
            format!(
                "{} reaches {kind}, which functions/{} was never seen to name",
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
                "functions/{group} does {action} on {kind}: allow it in a statement of its \
                Policies in template.yaml"
            )
        }));
    }
    assert_none(&problems);
}

/// A call as IAM judges it, from the body of its request: its action, and what kind of thing it
/// names.
pub fn judged(body: &[u8]) -> (String, String) {
    let pairs: Vec<(String, String)> =
        serde_html_form::from_bytes(body).expect("a call of SNS is a form");
    let value = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value);
    let action = value("Action").expect("a call of SNS names its Action");
    let kind = NAMED.iter().find(|(parameter, _)| value(parameter).is_some());
    let (_, kind) = kind.unwrap_or_else(|| {
        panic!("tests/contract/messages.rs does not know what sns:{action} names: add it")
    });
    (format!("sns:{action}"), (*kind).to_owned())
}

/// The kinds of things that a statement is for.
fn kinds(statement: &Statement) -> Vec<String> {
    // Everything that has an ARN is left out, which leaves phones.
    if statement.content["NotResource"] == json!({"Fn::Sub": "arn:${AWS::Partition}:sns:*:*:*"}) {
        return vec!["phones".to_owned()];
    }
    let resource = &statement.content["Resource"];
    let all = resource.as_array().map_or(std::slice::from_ref(resource), Vec::as_slice);
    all.iter().filter_map(kind_of).map(str::to_owned).collect()
}

fn kind_of(resource: &Value) -> Option<&'static str> {
    if *resource == json!({"Ref": "NotificationsTopic"}) {
        return Some("topic");
    }
    match resource["Fn::Sub"]
        .as_str()?
        .strip_prefix("arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:")?
    {
        "app/*" => Some("applications"),
        "endpoint/*" => Some("endpoints"),
        _ => None,
    }
}

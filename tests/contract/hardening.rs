//! What the template does against strangers: throttles of single routes, encryption with the
//! operator's key, and secrets only where they are needed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::repository::{assert_none, deployment, functions, resources, template};

/// The throttle of the paths that strangers can flood, by their beginnings.
const THROTTLED: [(&str, &str); 8] = [
    ("/api/send-otp", "SendOtp"),
    ("/api/customer/authenticate", "Authenticate"),
    ("/api/refresh-token", "Refresh"),
    ("/docs", "Docs"),
    ("/openapi.json", "Docs"),
    ("/openapi-3.0.json", "Docs"),
    ("/llms", "Docs"),
    ("/mock", "Docs"),
];

/// The variables that hold a secret, with the functions that need it.
const SECRETS: [(&str, &[&str]); 5] = [
    ("TOKEN_SECRET", &["auth", "customer"]),
    ("HASH_SECRET", &["auth", "customer", "notifier"]),
    ("LEGACY_TOKEN_KEY", &["auth"]),
    ("TEST_NUMBERS", &["auth", "customer"]),
    ("CURSOR_SECRET", &["auth", "cleanup", "customer", "fcm", "location", "notifier", "wallet"]),
];

#[test]
fn routes_that_strangers_can_flood_have_throttles_of_their_own() {
    let template = template();
    let settings = &template.document()["Resources"]["Api"]["Properties"]["RouteSettings"];
    let settings = settings.as_object().expect("the Api has RouteSettings");
    let keys: BTreeSet<String> = deployment()
        .functions
        .iter()
        .flat_map(|function| function.routes.iter().map(ToString::to_string))
        .collect();
    let mut problems: Vec<String> = settings
        .keys()
        .filter(|key| !keys.contains(*key))
        .map(|key| format!("RouteSettings of Api names {key}, which is no route key: take it out"))
        .collect();
    for key in &keys {
        let path = key.split_once(' ').map_or("", |(_, path)| path);
        let Some((_, throttle)) = THROTTLED.iter().find(|(start, _)| path.starts_with(start))
        else {
            continue;
        };
        let wanted = json!({
            "ThrottlingRateLimit": {"Ref": format!("Throttle{throttle}Rate")},
            "ThrottlingBurstLimit": {"Ref": format!("Throttle{throttle}Burst")},
        });
        let given = settings.get(key).unwrap_or(&Value::Null);
        let given = given["Fn::If"].get(1).unwrap_or(given);
        if *given != wanted {
            problems.push(format!("RouteSettings of Api must have for {key}: {wanted}"));
        }
    }
    assert_none(&problems);
}

#[test]
fn a_domain_of_your_own_is_the_only_way_in() {
    let template = template();
    let api = &template.document()["Resources"]["Api"]["Properties"];
    let closed = json!({"Fn::If": ["HasDomain", "true", "false"]});
    assert_eq!(api["DisableExecuteApiEndpoint"], closed);
}

#[test]
fn a_secret_is_in_no_function_that_does_not_need_it() {
    let mut given: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (_, group, function) in functions(&template()) {
        let variables = &function["Properties"]["Environment"]["Variables"];
        for (secret, _) in SECRETS {
            if variables.get(secret).is_some_and(|value| *value != "") {
                given.entry(secret).or_default().push(group.clone());
            }
        }
    }
    let mut problems = Vec::new();
    for (secret, needed) in SECRETS {
        let groups = given.remove(secret).unwrap_or_default();
        let surplus = groups.iter().filter(|group| !needed.contains(&group.as_str()));
        problems.extend(surplus.map(|group| {
            format!(
                "template.yaml gives {secret} to functions/{group}: take it out, or name the \
                 function in SECRETS of tests/contract/hardening.rs and say why in the commit"
            )
        }));
    }
    assert_none(&problems);
}

#[test]
fn a_key_of_your_own_encrypts_everything_and_every_function_may_use_it() {
    let template = template();
    let document = template.document();
    let key = json!({"Fn::If": ["HasKey", {"Ref": "KmsKeyArn"}, {"Ref": "AWS::NoValue"}]});
    let mut problems = Vec::new();
    if document["Globals"]["Function"]["KmsKeyArn"] != key {
        problems.push("Globals.Function.KmsKeyArn must be the parameter KmsKeyArn".to_owned());
    }
    for kind in ["AWS::SNS::Topic", "AWS::SQS::Queue"] {
        let without = resources(&template, kind).into_iter();
        let of_sns = json!({"Fn::If": ["HasKey", {"Ref": "KmsKeyArn"}, "alias/aws/sns"]});
        let without = without.filter(|(id, one)| {
            let expected = if *id == "CodeTopic" { &of_sns } else { &key };
            one["Properties"]["KmsMasterKeyId"] != *expected
        });
        problems.extend(without.map(|(id, _)| {
            format!("{id} must have `KmsMasterKeyId: !If [HasKey, !Ref KmsKeyArn, …]`")
        }));
    }
    for (id, table) in resources(&template, "AWS::DynamoDB::Table") {
        let encrypted = &table["Properties"]["SSESpecification"]["Fn::If"][1];
        if encrypted["KMSMasterKeyId"] != json!({"Ref": "KmsKeyArn"}) {
            problems.push(format!("{id} must name KmsKeyArn in its SSESpecification"));
        }
    }
    let roles = document["Resources"]["KeyPolicy"]["Properties"]["Roles"].to_string();
    let without = functions(&template).into_iter();
    let without = without.filter(|(id, _, _)| !roles.contains(&format!("\"{id}Role\"")));
    problems.extend(without.map(|(id, _, _)| {
        format!("{id} cannot decrypt its variables: add `!Ref {id}Role` to the Roles of KeyPolicy")
    }));
    assert_none(&problems);
}

#[test]
fn the_topic_says_who_may_publish_and_refuses_what_is_not_encrypted() {
    let template = template();
    let policies = resources(&template, "AWS::SNS::TopicPolicy");
    for (topic, _) in resources(&template, "AWS::SNS::Topic") {
        let of_topic = policies
            .iter()
            .find(|(_, policy)| policy["Properties"]["Topics"][0] == json!({"Ref": topic}))
            .unwrap_or_else(|| panic!("{topic} needs an AWS::SNS::TopicPolicy"));
        let statements = &of_topic.1["Properties"]["PolicyDocument"]["Statement"];
        let statements = statements.as_array().expect("statements");
        let allowed = statements.iter().filter(|one| one["Effect"] == "Allow");
        for statement in allowed {
            assert!(statement["Principal"]["AWS"].is_object(), "{topic} names its publishers");
        }
        let refuses = statements.iter().any(|one| {
            one["Effect"] == "Deny"
                && one["Condition"] == json!({"Bool": {"aws:SecureTransport": "false"}})
        });
        assert!(refuses, "{topic} must refuse calls without TLS: deny aws:SecureTransport false");
    }
}

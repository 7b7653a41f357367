//! The variables that `Config` reads, those that template.yaml sets, and the parameters behind
//! them.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use serde_json::Value;
use shared::config::Config;

use crate::repository::{assert_none, deployment, deployment_with, functions, template};

/// What Lambda itself sets in every function.
const SET_BY_LAMBDA: [&str; 4] =
    ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];
/// What nobody sets in a deployed function: the SDKs' own names for other addresses, which the
/// launcher and `sam local` need.
const SET_LOCALLY: [&str; 2] = ["AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SNS"];
/// The secrets that only some functions may have, and which. All other variables are every
/// function's.
const ONLY_FOR: [(&str, &[&str]); 6] = [
    ("TOKEN_SECRET", &["auth", "customer"]),
    ("HASH_SECRET", &["auth", "customer", "notifier"]),
    ("PLATFORM_APPLICATION_ARN", &["notifier"]),
    ("NOTIFICATIONS_TOPIC_ARN", &["notifier"]),
    ("ENABLE_MOCK", &["docs"]),
    ("MOCK_DELAY_SECONDS", &["docs"]),
];

#[test]
fn every_variable_that_is_read_is_set_and_every_one_set_is_read() {
    let set: BTreeSet<String> = deployment()
        .functions
        .into_iter()
        .flat_map(|function| function.environment.into_keys())
        .collect();
    let read = variables_read();
    let by_others: BTreeSet<&str> = SET_BY_LAMBDA.into_iter().chain(SET_LOCALLY).collect();
    let unset =
        read.iter().filter(|name| !set.contains(*name) && !by_others.contains(name.as_str()));
    let unread = set.iter().filter(|name| !read.contains(*name));
    let stale = by_others.iter().filter(|name| !read.contains(**name));
    let problems: Vec<String> = unset
        .map(|name| {
            format!(
                "Config reads {name}, but template.yaml does not set it: add it under \
                Globals.Function.Environment.Variables"
            )
        })
        .chain(unread.map(|name| {
            format!(
                "template.yaml sets {name}, but Config never reads it: read it in \
                shared/src/config.rs or take it out"
            )
        }))
        .chain(stale.map(|name| {
            format!(
                "{name} is listed in tests/contract/variables.rs, but \
            Config never reads it"
            )
        }))
        .collect();
    assert_none(&problems);
}

#[test]
fn a_secret_is_given_only_to_the_functions_that_need_it() {
    let template = template();
    let own = |function: &Value, name: &str| {
        !function["Properties"]["Environment"]["Variables"][name].is_null()
    };
    let mut given: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (_, group, function) in functions(&template) {
        for name in function["Properties"]["Environment"]["Variables"]
            .as_object()
            .into_iter()
            .flat_map(|all| all.keys())
        {
            given.entry(name.clone()).or_default().insert(group.clone());
        }
    }
    let mut problems = Vec::new();
    for (name, groups) in ONLY_FOR {
        if !template.document()["Globals"]["Function"]["Environment"]["Variables"][name].is_null() {
            problems.push(format!(
                "{name} stands in Globals of template.yaml: it may reach {} alone",
                groups.join(", ")
            ));
        }
        for (id, group, function) in functions(&template) {
            match (groups.contains(&group.as_str()), own(&function, name)) {
                (true, false) => problems.push(format!(
                    "{id} lacks {name}: add it to its \
                    Environment.Variables in template.yaml"
                )),
                (false, true) => problems.push(format!(
                    "{id} is given {name}, which functions/{group} does not need: take it out of \
                     template.yaml, or say in ONLY_FOR of tests/contract/variables.rs that it \
                     does"
                )),
                _ => {}
            }
        }
    }
    let unknown = given.iter().filter(|(name, _)| !ONLY_FOR.iter().any(|(known, _)| known == name));
    problems.extend(unknown.map(|(name, groups)| {
        format!(
            "{name} is set for {} alone: move it to Globals in template.yaml, or list it in \
             ONLY_FOR of tests/contract/variables.rs",
            groups.iter().cloned().collect::<Vec<_>>().join(", ")
        )
    }));
    assert_none(&problems);
}

#[test]
fn every_variable_is_set_from_the_parameter_of_its_name() {
    let template = template();
    let variables = template.document()["Globals"]["Function"]["Environment"]["Variables"]
        .as_object()
        .expect("there are variables");
    let declared =
        |name: &str| template.parameters().iter().any(|parameter| parameter.name == name);
    let mut problems = Vec::new();
    for (variable, value) in variables {
        if let Some(parameter) = value["Ref"].as_str().filter(|name| declared(name)) {
            let own = camel_case(variable);
            if parameter != own {
                problems.push(format!(
                    "template.yaml sets {variable} from the parameter \
                    {parameter}, where {own} is expected"
                ));
            }
        }
    }
    assert_none(&problems);
}

#[test]
fn every_parameter_of_the_template_is_used() {
    let template = template();
    let mut used = BTreeSet::new();
    for (section, content) in template.document().as_object().expect("the template is a mapping") {
        if section != "Parameters" {
            collect_references(content, &mut used);
        }
    }
    let unused = template.parameters().iter().filter(|parameter| !used.contains(&parameter.name));
    let problems: Vec<String> = unused
        .map(|parameter| {
            format!(
                "nothing in template.yaml refers to the parameter {0}: use it with `!Ref {0}` \
                or take it out",
                parameter.name
            )
        })
        .collect();
    assert_none(&problems);
}

/// A deploy takes these values, so a function must not die of them at its start.
#[test]
fn config_accepts_the_extreme_values_of_every_parameter() {
    let template = template();
    let mut problems = Vec::new();
    for (name, declaration) in
        template.document()["Parameters"].as_object().expect("there are parameters")
    {
        let listed = declaration["AllowedValues"].as_array().into_iter().flatten();
        for value in [&declaration["MinValue"], &declaration["MaxValue"]]
            .into_iter()
            .chain(listed)
            .filter_map(Value::as_str)
        {
            for function in deployment_with(&[(name, value)]).functions {
                let mut variables = function.environment;
                variables.extend(
                    SET_BY_LAMBDA.map(|name| (name.to_owned(), "set by Lambda".to_owned())),
                );
                if let Err(error) = Config::from_variables(&variables) {
                    problems.push(format!(
                        "template.yaml admits {name}={value}, but {} then does not start: {error}",
                        function.logical_id
                    ));
                }
            }
        }
    }
    assert_none(&problems);
}

/// The names that `Config` asks for, where each that the template or Lambda sets has a value.
fn variables_read() -> BTreeSet<String> {
    let mut variables: HashMap<String, String> = HashMap::new();
    for function in deployment().functions {
        variables.extend(function.environment);
    }
    variables.extend(SET_BY_LAMBDA.map(|name| (name.to_owned(), "set by Lambda".to_owned())));
    let read = RefCell::new(BTreeSet::new());
    let config = Config::from_lookup(|name| {
        read.borrow_mut().insert(name.to_owned());
        variables.get(name).cloned()
    });
    if let Err(error) = config {
        panic!(
            "with the defaults of template.yaml, {error}: set it under \
             Globals.Function.Environment.Variables there"
        );
    }
    read.into_inner()
}

/// `CODE_SECONDS` as `CodeSeconds`.
fn camel_case(variable: &str) -> String {
    let word = |word: &str| word[..1].to_owned() + &word[1..].to_lowercase();
    variable.split('_').map(word).collect()
}

/// The names in `{"Ref": name}` and in the `${name}` of `{"Fn::Sub": …}`.
fn collect_references(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(name)) = members.get("Ref") {
                names.insert(name.clone());
            }
            members.values().for_each(|member| collect_references(member, names));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_references(item, names)),
        Value::String(text) => {
            let substituted = text.split("${").skip(1).filter_map(|rest| rest.split_once('}'));
            names.extend(substituted.map(|(name, _)| name.to_owned()));
        }
        _ => {}
    }
}

//! The variables that each function reads and those that template.yaml gives it, and the parameters
//! behind them.

use std::{cell::RefCell, collections::BTreeSet};

use local::{functions, template::FunctionDefinition};
use serde_json::Value;
use shared::settings::Settings;

use crate::repository::{assert_none, deployment, deployment_with, functions, template};

/// What Lambda itself sets in every function, and what only a benchmark or a proxy sets.
const NOT_OF_THE_TEMPLATE: [&str; 5] = [
    "AWS_REGION",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_CA_BUNDLE",
];

/// What template.yaml gives to the C library, which no settings of ours read.
const OF_THE_C_LIBRARY: &str = "GLIBC_TUNABLES";

#[test]
fn each_function_is_given_what_it_reads_and_nothing_else() {
    let mut problems = Vec::new();
    for function in deployment().functions {
        let FunctionDefinition { logical_id, group, environment, .. } = &function;
        let read = variables_read(&function);
        let mut given: BTreeSet<String> = environment.keys().cloned().collect();
        if !given.remove(OF_THE_C_LIBRARY) {
            problems.push(format!("template.yaml does not tune the C library of {logical_id}"));
        }
        problems.extend(read.difference(&given).map(|name| {
            format!(
                "functions/{group} reads {name}, but template.yaml does not give it to \
                 {logical_id}: add it under Environment.Variables of {logical_id}"
            )
        }));
        problems.extend(given.difference(&read).map(|name| {
            format!(
                "template.yaml gives {name} to {logical_id}, but functions/{group} does not read \
                 it: take it out, or name the section of shared/src/settings.rs that has it \
                 among those that the group needs"
            )
        }));
    }
    assert_none(&problems);
}

#[test]
fn a_function_does_not_start_without_a_variable_that_it_must_have() {
    for function in deployment().functions {
        for name in variables_read(&function) {
            let without = |asked: &str| value(&function, asked).filter(|_| asked != name);
            let settings = Settings::from_lookup(without, &functions::sections(&function.group));
            match settings {
                Err(error) => assert_eq!(error.variable, name),
                // An optional one, which may be empty in the template as well.
                Ok(_) => assert!(is_optional(&name), "{name} is missing, and nobody notices"),
            }
        }
    }
}

/// Variables that a function starts without.
fn is_optional(name: &str) -> bool {
    const OPTIONAL: [&str; 23] = [
        "APP_HASHES",
        "AWS_CA_BUNDLE",
        "AWS_ENDPOINT_URL_DYNAMODB",
        "AWS_ENDPOINT_URL_SNS",
        "AWS_SESSION_TOKEN",
        "CODE_COUNTRIES",
        "CODE_TOPIC_ARN",
        "CODE_TOPIC_COUNTRIES",
        "DEAD_LETTERS_TOPIC_ARN",
        "EDGE_SECRET",
        "LEGACY_TOKENS_UNTIL",
        "LEGACY_TOKEN_KEY",
        "NOTIFICATIONS_TOPIC_ARN",
        "OPERATOR_PUBLIC_KEY",
        "PLATFORM_APPLICATION_ARN",
        "SMS_ENTITY_ID",
        "SMS_MAX_PRICE",
        "SMS_NOTICE_TEMPLATE_ID",
        "SMS_ORIGINATION_NUMBER",
        "SMS_SENDER_ID",
        "SMS_TEMPLATE_ID",
        "TEST_NUMBERS",
        "WORLDVIEW",
    ];
    OPTIONAL.contains(&name)
}

#[test]
fn every_variable_is_set_from_the_parameter_of_its_name() {
    let template = template();
    let functions = functions(&template);
    let own = functions.iter().map(|(_, _, function)| &function["Properties"]);
    let declared =
        |name: &str| template.parameters().iter().any(|parameter| parameter.name == name);
    let mut problems = BTreeSet::new();
    for properties in own.chain([&template.document()["Globals"]["Function"]]) {
        let variables = properties["Environment"]["Variables"].as_object();
        for (variable, value) in variables.into_iter().flatten() {
            if let Some(parameter) = value["Ref"].as_str().filter(|name| declared(name)) {
                let own = camel_case(variable);
                if parameter != own {
                    problems.insert(format!(
                        "template.yaml sets {variable} from the parameter {parameter}, where \
                         {own} is expected"
                    ));
                }
            }
        }
    }
    assert_none(&problems.into_iter().collect::<Vec<_>>());
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
                "nothing in template.yaml refers to the parameter {0}: use it with `!Ref {0}` or \
                 take it out",
                parameter.name
            )
        })
        .collect();
    assert_none(&problems);
}

/// A deploy accepts these values, so every function must start with them.
#[test]
fn each_function_starts_with_every_extreme_value_that_a_parameter_admits() {
    let template = template();
    let mut problems = Vec::new();
    for (name, declaration) in
        template.document()["Parameters"].as_object().expect("there are parameters")
    {
        let listed = declaration["AllowedValues"].as_array().into_iter().flatten();
        for extreme in [&declaration["MinValue"], &declaration["MaxValue"]]
            .into_iter()
            .chain(listed)
            .filter_map(Value::as_str)
        {
            for function in deployment_with(&[(name, extreme)]).functions {
                let needs = functions::sections(&function.group);
                let settings = Settings::from_lookup(|name| value(&function, name), &needs);
                if let Err(error) = settings {
                    problems.push(format!(
                        "template.yaml admits {name}={extreme}, but {} then does not start: \
                         {error}",
                        function.logical_id
                    ));
                }
            }
        }
    }
    assert_none(&problems);
}

/// The names that a function asks for, apart from those that Lambda sets, where each has the value
/// of the template.
fn variables_read(function: &FunctionDefinition) -> BTreeSet<String> {
    let read = RefCell::new(BTreeSet::new());
    let lookup = |name: &str| {
        read.borrow_mut().insert(name.to_owned());
        value(function, name)
    };
    if let Err(error) = Settings::from_lookup(lookup, &functions::sections(&function.group)) {
        panic!("{} does not start with the defaults of template.yaml: {error}", function.logical_id)
    }
    let mut read = read.into_inner();
    read.retain(|name| !NOT_OF_THE_TEMPLATE.contains(&name.as_str()));
    read
}

/// The value of a variable in a deployed function.
fn value(function: &FunctionDefinition, name: &str) -> Option<String> {
    let given = function.environment.get(name).cloned();
    given.or_else(|| NOT_OF_THE_TEMPLATE.contains(&name).then(|| "set by Lambda".to_owned()))
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

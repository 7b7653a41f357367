//! The packages of functions/ and the places that list them.

use std::{collections::BTreeSet, fs};

use local::functions;

use crate::repository::{assert_none, deployment, functions, packages, root, template};

#[test]
fn every_package_is_a_function_of_the_template() {
    let template = template();
    let deployed: Vec<String> =
        functions(&template).into_iter().map(|(_, group, _)| group).collect();
    let missing = packages().into_iter().filter(|package| !deployed.contains(package));
    let problems: Vec<String> = missing
        .map(|package| {
            format!(
                "template.yaml does not deploy functions/{package}: add a function with \
                `CodeUri: functions/{package}`, as for the other groups"
            )
        })
        .collect();
    assert_none(&problems);
}

#[test]
fn every_function_of_the_template_is_built_from_the_package_of_its_name() {
    let packages = packages();
    let mut problems = Vec::new();
    for (id, group, function) in functions(&template()) {
        if !packages.contains(&group) {
            problems.push(format!(
                "{id} in template.yaml has the CodeUri functions/{group}, but that \
                package does not exist"
            ));
        }
        let binary = &function["Metadata"]["BuildProperties"]["Binary"];
        if *binary != *group {
            problems.push(format!(
                "{id} in template.yaml is built from the binary {binary}: its Metadata must say \
                 `Binary: {group}`"
            ));
        }
    }
    assert_none(&problems);
}

#[test]
fn every_package_is_in_the_launcher() {
    let served = |package: &str| functions::names().any(|name| name == package);
    let missing = packages().into_iter().filter(|package| !served(package));
    let problems: Vec<String> = missing
        .map(|package| {
            format!(
                "the launcher does not serve functions/{package}: add it to the dependencies in \
                 functions/groups/Cargo.toml, or if it has no routes to CONSUMERS in \
                 functions/local/src/functions.rs"
            )
        })
        .collect();
    assert_none(&problems);
}

#[test]
fn every_group_logs_under_the_name_of_its_crate() {
    let wrong =
        functions::groups().filter(|(name, routes)| routes().group() != name.replace('-', "_"));
    let problems: Vec<String> = wrong
        .map(|(name, _)| {
            format!(
                "the log of functions/{name} would ignore LogLevel: start its routes with \
                `Routes::of(env!(\"CARGO_CRATE_NAME\"))`"
            )
        })
        .collect();
    assert_none(&problems);
}

#[test]
fn every_consumer_logs_under_the_name_of_its_crate() {
    let wrong = functions::CONSUMERS
        .iter()
        .filter(|(name, consumer)| consumer().name != name.replace('-', "_"));
    let problems: Vec<String> = wrong
        .map(|(name, _)| {
            format!(
                "the log of functions/{name} would ignore LogLevel: name its consumer after its \
                crate"
            )
        })
        .collect();
    assert_none(&problems);
}

/// The tests that run the binaries, and `tests/sam-local`, use the events of each package.
#[test]
fn every_folder_of_events_has_a_package() {
    let entries = fs::read_dir(root().join("events")).expect("there is a folder events").flatten();
    let folders: BTreeSet<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    let mut packages: BTreeSet<String> = packages().into_iter().collect();
    // The example of a sender of codes is a function of nobody's: tests/api/auth/code_topic.rs.
    packages.insert("code-subscriber".to_owned());
    let problems: Vec<String> = folders
        .difference(&packages)
        .map(|name| format!("events/{name} has the events of no package: rename or remove it"))
        .collect();
    assert_none(&problems);
}

#[test]
fn the_queue_of_a_consumer_is_configured_as_aws_recommends() {
    let deployment = deployment();
    let mut problems = Vec::new();
    for (function, queue) in deployment
        .functions
        .iter()
        .filter_map(|function| Some((function, function.queue.as_ref()?)))
    {
        let id = &function.logical_id;
        if queue.visibility_timeout < function.timeout * 6 {
            problems.push(format!(
                "VisibilityTimeout of {} must be at least six times the Timeout of {id}",
                queue.id
            ));
        }
        if !queue.reports_failures {
            problems.push(format!(
                "{id} must have the FunctionResponseTypes [ReportBatchItemFailures]"
            ));
        }
        if queue.topic.is_none() {
            problems.push(format!("no AWS::SNS::Subscription in template.yaml feeds {}", queue.id));
        }
        if function.environment.get("NOTIFICATIONS_TOPIC_ARN") != queue.topic.as_ref() {
            problems
                .push(format!("NOTIFICATIONS_TOPIC_ARN of {id} must be the topic of its queue"));
        }
        let dead_letters = function.environment.get("DEAD_LETTERS_TOPIC_ARN");
        if dead_letters.is_none() || dead_letters != queue.dead_letters_topic.as_ref() {
            problems.push(format!(
                "DEAD_LETTERS_TOPIC_ARN of {id} must be the topic of its dead-letter queue"
            ));
        }
    }
    assert_none(&problems);
}

#[test]
fn a_consumer_has_exactly_one_source_of_events_and_no_route() {
    let deployment = deployment();
    let mut problems = Vec::new();
    for function in &deployment.functions {
        let id = &function.logical_id;
        let is_consumer = functions::consumer(&function.group).is_some();
        let fed = usize::from(function.queue.is_some()) + usize::from(function.schedule.is_some());
        if is_consumer && fed != 1 {
            problems.push(format!(
                "{id} is a consumer: it must have either an SQS event or a Schedule event"
            ));
        }
        if !is_consumer && fed > 0 {
            problems
                .push(format!("{id} serves requests, so it must have no SQS or Schedule event"));
        }
        if is_consumer && !function.routes.is_empty() {
            problems.push(format!("{id} is a consumer, so it must have no route"));
        }
    }
    assert_none(&problems);
}

#[test]
fn every_function_is_linked_in_the_order_of_its_use() {
    let unordered = packages().into_iter().filter(|package| {
        let folder = root().join("functions").join(package);
        let has = |file: &str, text: &str| {
            fs::read_to_string(folder.join(file)).is_ok_and(|file| file.contains(text))
        };
        let is_script = has("Cargo.toml", "build = \"../../shared/link/order.rs\"");
        !is_script && !has("build/main.rs", "link::main();")
    });
    let problems: Vec<String> = unordered
        .map(|package| {
            format!(
                "functions/{package}/Cargo.toml must say build = \"../../shared/link/order.rs\", \
                 or its own build script call it, as that of functions/docs does"
            )
        })
        .collect();
    assert_none(&problems);
}

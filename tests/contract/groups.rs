//! The packages of functions/ and the places where each is named.

use std::{collections::BTreeSet, fs};

use local::groups;

use crate::repository::{assert_none, deployment, functions, packages, root, template};

#[test]
fn every_package_is_a_function_of_the_template() {
    let template = template();
    let deployed: Vec<String> =
        functions(&template).into_iter().map(|(_, group, _)| group).collect();
    let missing = packages().into_iter().filter(|package| !deployed.contains(package));
    let problems: Vec<String> = missing
        .map(|package| {
            format!("template.yaml does not deploy functions/{package}: add a function with `CodeUri: functions/{package}`")
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
            problems.push(format!("{id} in template.yaml has the CodeUri functions/{group}, but there is no such package"));
        }
        let binary = &function["Metadata"]["BuildProperties"]["Binary"];
        if *binary != *group {
            problems.push(format!(
                "{id} in template.yaml is built from the binary {binary}: its Metadata must say `Binary: {group}`"
            ));
        }
    }
    assert_none(&problems);
}

#[test]
fn every_package_is_in_the_launcher() {
    let served = |package: &str| groups::names().any(|name| name == package);
    let missing = packages().into_iter().filter(|package| !served(package));
    let problems: Vec<String> = missing
        .map(|package| {
            format!(
                "the launcher does not serve functions/{package}: add it to GROUPS or CONSUMERS in functions/local/src/groups.rs"
            )
        })
        .collect();
    assert_none(&problems);
}

#[test]
fn every_package_names_its_own_crate_to_the_log() {
    let wrong =
        groups::GROUPS.iter().filter(|(name, routes)| routes().group() != name.replace('-', "_"));
    let problems: Vec<String> = wrong
        .map(|(name, _)| {
            format!("lines of functions/{name} would not follow LogLevel: its routes must begin with `Routes::of(env!(\"CARGO_CRATE_NAME\"))`")
        })
        .collect();
    assert_none(&problems);
}

#[test]
fn every_consumer_names_its_own_crate_to_the_log() {
    let wrong = groups::CONSUMERS
        .iter()
        .filter(|(name, consumer)| consumer().name != name.replace('-', "_"));
    let problems: Vec<String> = wrong
        .map(|(name, _)| {
            format!("lines of functions/{name} would not follow LogLevel: its consumer must have the name of its crate")
        })
        .collect();
    assert_none(&problems);
}

/// The tests with the functions' own binaries, and `tests/sam-local`, take the events of each
/// package; so that they take all there are.
#[test]
fn every_folder_of_events_is_that_of_a_package_and_every_package_has_one() {
    let entries = fs::read_dir(root().join("events")).expect("there is a folder events").flatten();
    let folders: BTreeSet<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    let packages: BTreeSet<String> = packages().into_iter().collect();
    let problems: Vec<String> = folders
        .symmetric_difference(&packages)
        .map(|name| {
            format!("functions/{name} and events/{name} must both be there, or none of them")
        })
        .collect();
    assert_none(&problems);
}

#[test]
fn the_queue_of_a_consumer_is_as_aws_advises() {
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
                "{} must hide a record for six times the time-out of {id} at least",
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
                .push(format!("{id} publishes pages to another topic than the one that feeds it"));
        }
    }
    assert_none(&problems);
}

#[test]
fn a_consumer_is_fed_by_a_queue_or_a_schedule_and_by_nobody_else() {
    let deployment = deployment();
    let mut problems = Vec::new();
    for function in &deployment.functions {
        let id = &function.logical_id;
        let is_consumer = groups::consumer(&function.group).is_some();
        let fed = usize::from(function.queue.is_some()) + usize::from(function.schedule.is_some());
        if is_consumer && fed != 1 {
            problems.push(format!(
                "{id} is a consumer: it must have either an SQS event or a Schedule event"
            ));
        }
        if !is_consumer && fed > 0 {
            problems.push(format!("{id} serves requests and is fed besides"));
        }
        if is_consumer && !function.routes.is_empty() {
            problems.push(format!("{id} is a consumer and has a route"));
        }
    }
    assert_none(&problems);
}

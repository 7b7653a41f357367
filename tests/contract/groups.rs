//! The packages of functions/ and the places where each is named.

use local::groups;

use crate::repository::{assert_none, functions, packages, template};

#[test]
fn every_package_is_a_function_of_the_template() {
    let template = template();
    let deployed: Vec<String> = functions(&template).into_iter().map(|(_, group, _)| group).collect();
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
    let served = |package: &str| groups::GROUPS.iter().any(|(name, _)| *name == package);
    let missing = packages().into_iter().filter(|package| !served(package));
    let problems: Vec<String> = missing
        .map(|package| {
            format!("the launcher does not serve functions/{package}: add it to GROUPS in functions/local/src/groups.rs")
        })
        .collect();
    assert_none(&problems);
}

#[test]
fn every_package_names_its_own_crate_to_the_log() {
    let wrong = groups::GROUPS.iter().filter(|(name, routes)| routes().group() != name.replace('-', "_"));
    let problems: Vec<String> = wrong
        .map(|(name, _)| {
            format!("lines of functions/{name} would not follow LogLevel: its routes must begin with `Routes::of(env!(\"CARGO_CRATE_NAME\"))`")
        })
        .collect();
    assert_none(&problems);
}

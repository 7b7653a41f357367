//! The packages of functions/ and the places where each is named.

use local::groups;

use crate::repository::{assert_none, functions, packages, root, template};

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
fn the_log_level_parameter_reaches_every_package() {
    let crates: Vec<String> = packages().iter().map(|package| package.replace('-', "_")).collect();
    let listed = shared::runtime::OWN_CRATES;
    let missing = crates.iter().filter(|name| !listed.contains(&name.as_str()));
    let stale = listed.iter().filter(|name| **name != "shared" && !crates.iter().any(|known| known == *name));
    let problems: Vec<String> = missing
        .map(|name| format!("lines of {name} would be logged from warn on only: add it to OWN_CRATES in shared/src/runtime.rs"))
        .chain(
            stale.map(|name| {
                format!("OWN_CRATES in shared/src/runtime.rs lists {name}, but there is no such package in functions/")
            }),
        )
        .collect();
    assert_none(&problems);
}

#[test]
fn every_package_has_a_sample_event() {
    let has_event = |package: &str| {
        let entries = std::fs::read_dir(root().join("events").join(package)).into_iter().flatten().flatten();
        entries.into_iter().any(|entry| entry.path().extension().is_some_and(|kind| kind == "json"))
    };
    let missing = packages().into_iter().filter(|package| !has_event(package));
    let problems: Vec<String> = missing
        .map(|package| format!("functions/{package} has no event: add events/{package}/<operation>.json as AWS would send it"))
        .collect();
    assert_none(&problems);
}

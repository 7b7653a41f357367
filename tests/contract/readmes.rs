//! What the READMEs must name, and how long the first of them may be.

use std::{collections::BTreeSet, fs};

use serde_json::Map;

use crate::repository::{assert_none, packages, resources, root, template};

#[test]
fn the_readme_of_the_functions_names_every_package_parameter_output_and_alarm() {
    let readme = read("functions/README.md");
    let template = template();
    let document = template.document();
    let named = |part: &str| document[part].as_object().into_iter().flat_map(Map::keys).cloned();
    let alarms = resources(&template, "AWS::CloudWatch::Alarm");
    let wanted = named("Parameters")
        .chain(named("Outputs"))
        .chain(alarms.into_iter().map(|(id, _)| id))
        .chain(packages());
    let missing = wanted.filter(|name| !readme.contains(&format!("`{name}`")));
    let problems: Vec<String> = missing
        .map(|name| format!("functions/README.md does not name `{name}`: add it where it belongs"))
        .collect();
    assert_none(&problems);
}

#[test]
fn the_readme_of_the_tests_names_every_contract_test() {
    let readme = read("tests/README.md");
    let not_tests = BTreeSet::from(["main.rs", "repository.rs", "recorder.rs", "traffic.rs"]);
    let files = fs::read_dir(root().join("tests/contract")).expect("there is tests/contract");
    let names = files.map(|file| {
        let name = file.expect("the folder can be read").file_name();
        name.into_string().expect("a name in ASCII")
    });
    let missing = names
        .filter(|name| root().join("tests/contract").join(name).is_file())
        .filter(|name| !not_tests.contains(name.as_str()))
        .filter(|name| !readme.contains(&format!("`{name}`")));
    let problems: Vec<String> = missing
        .map(|name| format!("tests/README.md does not say what tests/contract/{name} compares"))
        .collect();
    assert_none(&problems);
}

#[test]
fn the_readme_of_the_repository_is_short() {
    let readme = read("README.md");
    let (lines, words) = (readme.lines().count(), readme.split_whitespace().count());
    assert!(
        lines <= 130 && words <= 1_500,
        "README.md has {lines} lines and {words} words, and may have 130 and 1,500: move details \
         to the README.md of functions, shared or tests"
    );
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

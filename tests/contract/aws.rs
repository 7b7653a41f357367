//! The list of what AWS does in `tests/aws.md`, and the tests, lines of `tests/smoke` and documents
//! that it names.

use std::{collections::BTreeSet, fs};

use crate::{
    asvs::tests,
    repository::{assert_none, root},
    smoke::script,
};

/// Where documents of AWS are, its roots, and what users report.
const SOURCES: [&str; 3] =
    ["https://docs.aws.amazon.com/", "https://www.amazontrust.com/", "https://github.com/"];

/// Nothing to be seen.
const NOTHING: &str = "—";

/// One behaviour.
struct Row {
    behaviour: String,
    source: String,
    here: String,
    on_a_stack: String,
}

#[test]
fn every_behaviour_has_a_source_and_is_shown_somewhere() {
    let rows = rows();
    assert!(rows.len() >= 50, "tests/aws.md has {} rows", rows.len());
    let mut problems = Vec::new();
    for Row { behaviour, source, here, on_a_stack } in &rows {
        let has_document = source.contains("][");
        if !has_document && !source.contains("Not documented") {
            problems.push(format!("tests/aws.md, {behaviour}: name a source, or say that none is"));
        }
        if here == NOTHING && on_a_stack == NOTHING {
            problems.push(format!("tests/aws.md, {behaviour}: say what shows it"));
        }
    }
    assert_none(&problems);
}

#[test]
fn every_test_and_check_that_the_list_of_behaviours_names_exists() {
    let (tests, checks, handbook) = (tests(), checks(), handbook());
    let mut problems = Vec::new();
    for Row { behaviour, here, on_a_stack, .. } in rows() {
        let named = quoted(&here, '`').into_iter().chain(quoted(&on_a_stack, '`'));
        let is_sentence = |name: &str| name.matches('_').count() > 2;
        let is_path = |name: &str| name.starts_with(".ci/") || name.starts_with("tests/");
        problems.extend(named.filter_map(|name| {
            let is_there = if is_path(&name) {
                root().join(&name).exists()
            } else {
                !is_sentence(&name) || tests.contains(&name)
            };
            (!is_there).then(|| format!("tests/aws.md, {behaviour}: there is no {name}"))
        }));
        let lines = quoted(&on_a_stack, '"').into_iter();
        let missing = lines.filter(|line| !checks.contains(line) && !handbook.contains(line));
        problems.extend(missing.map(|line| {
            format!(
                "tests/aws.md, {behaviour}: neither a check of tests/smoke nor a task of \
                 functions/README.md is called {line:?}"
            )
        }));
    }
    assert_none(&problems);
}

#[test]
fn every_source_is_listed_and_used() {
    let list = list();
    let defined: BTreeSet<String> = definitions(&list).map(|(name, _)| name.to_owned()).collect();
    let cited: BTreeSet<String> = rows()
        .iter()
        .flat_map(|row| row.source.split("][").skip(1))
        .filter_map(|after| after.split_once(']').map(|(name, _)| name.to_owned()))
        .collect();
    let mut problems = Vec::new();
    problems.extend(
        cited
            .difference(&defined)
            .map(|name| format!("tests/aws.md cites [{name}], which is not listed at its end")),
    );
    problems.extend(
        defined
            .difference(&cited)
            .map(|name| format!("tests/aws.md lists [{name}], which no row cites")),
    );
    let elsewhere = definitions(&list)
        .filter(|(_, address)| !SOURCES.iter().any(|source| address.starts_with(source)));
    problems.extend(elsewhere.map(|(name, address)| {
        format!("tests/aws.md, [{name}]: {address} is no document of AWS and no issue")
    }));
    assert_none(&problems);
}

fn list() -> String {
    fs::read_to_string(root().join("tests/aws.md")).expect("there is tests/aws.md")
}

/// The rows of all tables.
fn rows() -> Vec<Row> {
    let list = list();
    let lines = list.lines().filter(|line| line.starts_with("| "));
    let lines = lines.filter(|line| !line.starts_with("| Behaviour") && !line.starts_with("| ---"));
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        match cells.as_slice() {
            [behaviour, source, here, on_a_stack] => Row {
                behaviour: (*behaviour).to_owned(),
                source: (*source).to_owned(),
                here: (*here).to_owned(),
                on_a_stack: (*on_a_stack).to_owned(),
            },
            other => panic!("a row of tests/aws.md has four cells: {other:?}"),
        }
    };
    lines.map(row).collect()
}

/// The names and addresses of the sources.
fn definitions(list: &str) -> impl Iterator<Item = (&str, &str)> {
    list.lines().filter_map(|line| line.strip_prefix('[')?.split_once("]: "))
}

/// What `tests/smoke` prints for each of its checks.
fn checks() -> BTreeSet<String> {
    let files = script();
    let lines = files.iter().flat_map(|file| file.lines());
    let texts = lines.filter_map(|line| {
        let (_, after) = line.split_once("check ")?;
        let quote = after.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
        after[1..].split_once(quote).map(|(text, _)| text.to_owned())
    });
    texts.collect()
}

/// The tasks of the handbook in functions/README.md.
fn handbook() -> BTreeSet<String> {
    let readme = fs::read_to_string(root().join("functions/README.md")).expect("a README");
    let rows = readme.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(" |"));
    rows.map(|(task, _)| task.to_owned()).collect()
}

/// The parts of a text between a pair of marks.
fn quoted(text: &str, mark: char) -> Vec<String> {
    text.split(mark).skip(1).step_by(2).map(str::to_owned).collect()
}

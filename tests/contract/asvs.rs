//! The list of ASVS requirements in `tests/asvs.md`, and the tests that it names.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use syn::{
    Attribute, ItemFn, Macro,
    visit::{self, Visit},
};

use crate::repository::{assert_none, root};

/// The sections of ASVS 5.0 with how many requirements of levels 1 and 2 each has, which are its
/// first ones. Sections that are not here have none.
const SECTIONS: [(&str, usize); 75] = [
    ("V1.1", 2),
    ("V1.2", 9),
    ("V1.3", 11),
    ("V1.4", 3),
    ("V1.5", 2),
    ("V2.1", 3),
    ("V2.2", 3),
    ("V2.3", 4),
    ("V2.4", 1),
    ("V3.2", 2),
    ("V3.3", 4),
    ("V3.4", 6),
    ("V3.5", 5),
    ("V3.7", 2),
    ("V4.1", 3),
    ("V4.2", 1),
    ("V4.3", 2),
    ("V4.4", 4),
    ("V5.1", 1),
    ("V5.2", 3),
    ("V5.3", 2),
    ("V5.4", 3),
    ("V6.1", 3),
    ("V6.2", 12),
    ("V6.3", 4),
    ("V6.4", 4),
    ("V6.5", 5),
    ("V6.6", 3),
    ("V6.8", 4),
    ("V7.1", 3),
    ("V7.2", 4),
    ("V7.3", 2),
    ("V7.4", 5),
    ("V7.5", 2),
    ("V7.6", 2),
    ("V8.1", 2),
    ("V8.2", 3),
    ("V8.3", 1),
    ("V8.4", 1),
    ("V9.1", 3),
    ("V9.2", 4),
    ("V10.1", 2),
    ("V10.2", 2),
    ("V10.3", 4),
    ("V10.4", 11),
    ("V10.5", 5),
    ("V10.6", 2),
    ("V10.7", 3),
    ("V11.1", 2),
    ("V11.2", 3),
    ("V11.3", 3),
    ("V11.4", 4),
    ("V11.5", 1),
    ("V11.6", 1),
    ("V12.1", 3),
    ("V12.2", 2),
    ("V12.3", 4),
    ("V13.1", 1),
    ("V13.2", 5),
    ("V13.3", 2),
    ("V13.4", 5),
    ("V14.1", 2),
    ("V14.2", 4),
    ("V14.3", 3),
    ("V15.1", 3),
    ("V15.2", 3),
    ("V15.3", 7),
    ("V16.1", 1),
    ("V16.2", 5),
    ("V16.3", 4),
    ("V16.4", 3),
    ("V16.5", 3),
    ("V17.1", 1),
    ("V17.2", 4),
    ("V17.3", 2),
];

/// Statuses, in the order of the counts.
const STATUSES: [&str; 5] = ["test", "document", "service", "n/a", "open"];

/// One row: the requirements, their status, and the text behind it.
struct Row {
    requirements: Vec<String>,
    status: String,
    text: String,
}

#[test]
fn every_requirement_of_levels_1_and_2_is_listed_once() {
    let mut listed: BTreeMap<String, usize> = BTreeMap::new();
    for requirement in rows().iter().flat_map(|row| &row.requirements) {
        *listed.entry(requirement.clone()).or_default() += 1;
    }
    let mut problems = Vec::new();
    for (section, most) in SECTIONS {
        for number in 1..=most {
            let requirement = format!("{section}.{number}");
            match listed.remove(&requirement) {
                Some(1) => {}
                Some(_) => problems.push(format!("tests/asvs.md lists {requirement} twice")),
                None => problems.push(format!("tests/asvs.md lacks {requirement}: add a row")),
            }
        }
    }
    let unknown = listed.into_keys();
    problems.extend(unknown.map(|requirement| {
        format!("tests/asvs.md lists {requirement}, which levels 1 and 2 do not have")
    }));
    assert_none(&problems);
}

#[test]
fn every_test_that_the_list_names_exists() {
    let tests = tests();
    assert!(tests.len() > 300, "{} tests were found", tests.len());
    let mut problems = Vec::new();
    for Row { requirements, status, text } in rows() {
        let at = &requirements[0];
        if !STATUSES.contains(&status.as_str()) {
            problems.push(format!("tests/asvs.md, {at}: {status} is no status"));
        }
        if text.is_empty() {
            problems.push(format!("tests/asvs.md, {at}: say what shows it, or why not"));
        }
        let named: Vec<&str> = text.split('`').skip(1).step_by(2).collect();
        let is_sentence = |name: &&&str| name.matches('_').count() > 2;
        let missing = named
            .iter()
            .filter(|name| status == "test" || is_sentence(name))
            .filter(|name| !tests.contains(**name));
        problems.extend(missing.map(|name| {
            format!(
                "tests/asvs.md, {at}: there is no test {name}; name the one that shows this \
                 requirement now, or give the row another status"
            )
        }));
        if status == "test" && named.is_empty() {
            problems.push(format!("tests/asvs.md, {at}: name a test in backquotes"));
        }
    }
    assert_none(&problems);
}

#[test]
fn the_counts_are_those_of_the_list() {
    let rows = rows();
    let count = |status: &str| -> usize {
        let of_it = rows.iter().filter(|row| status == "all" || row.status == status);
        of_it.map(|row| row.requirements.len()).sum()
    };
    let counts = STATUSES.iter().chain(&["all"]);
    let counts: Vec<String> =
        counts.map(|status| format!("| {status} | {} |\n", count(status))).collect();
    let head = "| Status | Requirements |\n| --- | --- |\n";
    let expected = format!("## Counts\n\n{head}{}", counts.concat());
    assert!(list().ends_with(&expected), "tests/asvs.md must end with:\n{expected}");
}

fn list() -> String {
    fs::read_to_string(root().join("tests/asvs.md")).expect("there is tests/asvs.md")
}

/// The rows of the list, which begin with a requirement.
fn rows() -> Vec<Row> {
    let list = list();
    let cells = list.lines().filter(|line| line.starts_with("| V"));
    let cells = cells.map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect());
    let row = |cells: Vec<&str>| match cells.as_slice() {
        [requirements, _, status, text] => Row {
            requirements: requirements_of(requirements),
            status: (*status).to_owned(),
            text: (*text).to_owned(),
        },
        other => panic!("a row of tests/asvs.md has four cells: {other:?}"),
    };
    cells.map(row).collect()
}

/// The requirements of `V1.2.5` or of `V1.2.5-V1.2.8`.
fn requirements_of(range: &str) -> Vec<String> {
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    let parts = |requirement: &str| {
        let (section, number) = requirement.rsplit_once('.').expect("a requirement is V1.2.3");
        (section.to_owned(), number.parse::<usize>().expect("a number"))
    };
    let ((section, from), (_, to)) = (parts(first), parts(last));
    (from..=to).map(|number| format!("{section}.{number}")).collect()
}

/// The names of all tests in the workspace.
pub fn tests() -> BTreeSet<String> {
    let mut names = Names::default();
    for folder in ["functions", "shared", "tests"] {
        for file in sources(&root().join(folder)) {
            let text = fs::read_to_string(&file).expect("a source can be read");
            names.visit_file(&syn::parse_file(&text).expect("it compiles"));
        }
    }
    names.0
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder can be read");
    let paths = entries.map(|entry| entry.expect("an entry can be read").path());
    let (folders, files): (Vec<_>, Vec<_>) = paths.partition(|path| path.is_dir());
    let here = files.into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "rs"));
    here.chain(folders.iter().flat_map(|folder| sources(folder))).collect()
}

#[derive(Default)]
struct Names(BTreeSet<String>);

impl<'ast> Visit<'ast> for Names {
    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        if function.attrs.iter().any(is_test) {
            self.0.insert(function.sig.ident.to_string());
        }
    }

    /// `proptest!` has its tests as tokens, from which this takes what follows `fn`.
    fn visit_macro(&mut self, call: &'ast Macro) {
        if call.path.segments.last().is_some_and(|name| name.ident == "proptest") {
            let words: Vec<String> =
                call.tokens.clone().into_iter().map(|token| token.to_string()).collect();
            let named = words.windows(2).filter(|pair| pair[0] == "fn");
            self.0.extend(named.map(|pair| pair[1].clone()));
        }
        visit::visit_macro(self, call);
    }
}

fn is_test(attribute: &Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|name| name.ident == "test")
}

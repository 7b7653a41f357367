//! What IAM lets each function do: template.yaml, the matrix in shared/src/store/keys.rs, and the
//! calls that the code really makes.
//!
//! IAM is not there when the tests run, so a missing permission would show itself only after a
//! deploy; here the calls are compared instead.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use serde_json::{Value, json};

use crate::{
    repository::{assert_none, functions, packages, root, template},
    traffic,
};

/// Group and prefix of the partition key, such as `auth` and `AUTH#`, or a kind of thing in SNS,
/// with the actions that are needed there.
pub type Matrix = BTreeMap<(String, String), BTreeSet<String>>;

/// A query of the index of what is due, which is a resource of its own.
pub const OF_THE_INDEX: &str = "dynamodb:Query of the index due";

const WORDS: [(&str, &str); 8] = [
    ("get", "dynamodb:GetItem"),
    ("put", "dynamodb:PutItem"),
    ("update", "dynamodb:UpdateItem"),
    ("delete", "dynamodb:DeleteItem"),
    ("query", "dynamodb:Query"),
    ("check", "dynamodb:ConditionCheckItem"),
    ("batch get", "dynamodb:BatchGetItem"),
    ("due", OF_THE_INDEX),
];

#[test]
fn no_policy_has_a_wildcard_action_or_a_scan() {
    let mut problems = Vec::new();
    for statement in statements() {
        let at = &statement.at;
        if statement.content["Effect"] != "Allow" {
            problems
                .push(format!("{at} must have the Effect Allow; what is not allowed is denied"));
        }
        if statement.actions.is_empty() {
            problems.push(format!("{at} names no Action: a policy here lists what it allows"));
        }
        for action in &statement.actions {
            if action.contains('*') {
                problems.push(format!("{at} allows {action}: name the actions one by one"));
            }
            if action == "dynamodb:Scan" {
                problems.push(format!(
                    "{at} allows {action}: a Scan reads everybody's data, and \
                    its cost grows with it"
                ));
            }
        }
        if texts(&statement.content["Resource"]).iter().any(|resource| resource == "*") {
            problems.push(format!(
                "{at} allows {} on everything: name the resource",
                statement.actions.join(", ")
            ));
        }
    }
    assert_none(&problems);
}

#[test]
fn every_policy_is_written_out_in_the_template() {
    let mut problems = Vec::new();
    for (id, _, function) in functions(&template()) {
        for policy in function["Properties"]["Policies"].as_array().into_iter().flatten() {
            if policy["Statement"].as_array().is_none() {
                problems.push(format!(
                    "{id} has the policy {policy}, which allows more than is written here: write \
                     its statements out"
                ));
            }
        }
    }
    assert_none(&problems);
}

#[test]
fn every_permission_on_the_table_is_limited_to_partitions() {
    let mut problems = Vec::new();
    for statement in statements().iter().filter(|statement| statement.is_of_the_table()) {
        let at = &statement.at;
        let condition = &statement.content["Condition"];
        if statement.prefixes.is_empty() {
            problems.push(format!(
                "{at} has no condition on the partition: add ForAllValues:StringLike \
                    with dynamodb:LeadingKeys"
            ));
        }
        if condition["Null"] != json!({"dynamodb:LeadingKeys": "false"}) {
            problems.push(format!(
                "{at} lets calls without keys pass: add `\"Null\": {{ \
                dynamodb:LeadingKeys: \"false\" }}`"
            ));
        }
        let is_the_table = |resource: &Value| {
            resource == &json!({"Fn::GetAtt": "Table.Arn"}) || resource["Fn::Sub"].is_string()
        };
        let resource = &statement.content["Resource"];
        if !resource
            .as_array()
            .map_or_else(|| is_the_table(resource), |all| all.iter().all(is_the_table))
        {
            problems.push(format!(
                "{at} is not for the one table: its Resource must be `!GetAtt \
                Table.Arn` or an index of it"
            ));
        }
    }
    assert_none(&problems);
}

/// A transaction's parts stand in one statement, which then allows each action on each of its
/// prefixes: the union of their cells.
#[test]
fn the_policies_are_what_the_matrix_of_the_keys_says() {
    let matrix = matrix();
    let mut problems = Vec::new();
    let mut granted = BTreeSet::new();
    for statement in statements().iter().filter(|statement| statement.is_of_the_table()) {
        let cells: Vec<(String, String)> = statement
            .prefixes
            .iter()
            .map(|prefix| (statement.group.clone(), prefix.clone()))
            .collect();
        let of_the_same =
            |action: &&String| (*action == OF_THE_INDEX) == statement.is_of_the_index();
        let needed: BTreeSet<&String> = cells
            .iter()
            .filter_map(|cell| matrix.get(cell))
            .flatten()
            .filter(of_the_same)
            .collect();
        let allowed: BTreeSet<&String> = statement.actions.iter().collect();
        let prefixes = statement.prefixes.join(", ");
        problems.extend(needed.difference(&allowed).map(|action| {
            format!(
                "{} does not allow {action} on {prefixes}, which the matrix in \
                shared/src/store/keys.rs names",
                statement.at
            )
        }));
        problems.extend(allowed.difference(&needed).map(|action| {
            format!(
                "{} allows {action} on {prefixes}, which the matrix in \
                shared/src/store/keys.rs does not name",
                statement.at
            )
        }));
        problems.extend(cells.iter().filter(|cell| !matrix.contains_key(*cell)).map(
            |(group, prefix)| {
                format!(
                    "{} reaches {prefix}, where the matrix in shared/src/store/keys.rs gives \
                {group} nothing",
                    statement.at
                )
            },
        ));
        granted.extend(cells);
    }
    problems.extend(matrix.keys().filter(|cell| !granted.contains(*cell)).map(
        |(group, prefix)| {
            format!(
                "no policy of functions/{group} in template.yaml reaches {prefix}, which the \
            matrix in shared/src/store/keys.rs gives it"
            )
        },
    ));
    assert_none(&problems);
}

#[test]
fn the_matrix_of_the_keys_has_no_line_for_what_is_no_package() {
    let groups: BTreeSet<String> =
        rows().into_iter().skip(1).filter_map(|row| row.first().cloned()).collect();
    let packages: BTreeSet<String> = packages().into_iter().collect();
    let stale = groups.difference(&packages);
    let problems: Vec<String> = stale
        .map(|group| {
            format!("shared/src/store/keys.rs has a line for {group}, which is no package")
        })
        .collect();
    assert_none(&problems);
}

#[tokio::test]
async fn the_matrix_of_the_keys_is_what_the_functions_do() {
    let matrix = matrix();
    let done = &traffic::of_all_operations().await.calls;
    let mut problems = Vec::new();
    for (cell @ (group, prefix), actions) in
        done.iter().filter(|((_, prefix), _)| prefix.ends_with('#'))
    {
        let named = matrix.get(cell).cloned().unwrap_or_default();
        problems.extend(actions.difference(&named).map(|action| {
            format!(
                "functions/{group} does {action} on {prefix}: name it in the matrix of \
                shared/src/store/keys.rs and in template.yaml"
            )
        }));
    }
    for (cell @ (group, prefix), actions) in &matrix {
        let seen = done.get(cell).cloned().unwrap_or_default();
        problems.extend(actions.difference(&seen).map(|action| {
            format!(
                "functions/{group} was never seen to do {action} on {prefix}: take it out of the \
                 matrix in shared/src/store/keys.rs and of template.yaml, or let \
                 tests/contract/traffic.rs do what needs it"
            )
        }));
    }
    assert_none(&problems);
}

/// One statement of one function's policies.
pub struct Statement {
    /// Its place, for a problem's line.
    pub at: String,
    /// The package of its function.
    pub group: String,
    /// What it allows.
    pub actions: Vec<String>,
    prefixes: Vec<String>,
    /// As the template writes it.
    pub content: Value,
}

impl Statement {
    fn is_of_the_index(&self) -> bool {
        self.actions.iter().any(|action| action == OF_THE_INDEX)
    }

    fn is_of_the_table(&self) -> bool {
        self.actions.iter().any(|action| action.starts_with("dynamodb:"))
    }
}

/// The statements of all functions.
pub fn statements() -> Vec<Statement> {
    let mut statements = Vec::new();
    for (id, group, function) in functions(&template()) {
        for policy in function["Properties"]["Policies"].as_array().into_iter().flatten() {
            for content in policy["Statement"].as_array().into_iter().flatten() {
                let of_the_index =
                    content["Resource"] == json!({"Fn::Sub": "${Table.Arn}/index/due"});
                let named = |action: String| match action.as_str() {
                    "dynamodb:Query" if of_the_index => OF_THE_INDEX.to_owned(),
                    _ => action,
                };
                let keys =
                    texts(&content["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]);
                statements.push(Statement {
                    at: format!(
                        "{id}'s statement {}",
                        content["Sid"].as_str().unwrap_or("without a Sid")
                    ),
                    group: group.clone(),
                    actions: texts(&content["Action"]).into_iter().map(named).collect(),
                    prefixes: keys.iter().map(|key| key.trim_end_matches('*').to_owned()).collect(),
                    content: content.clone(),
                });
            }
        }
    }
    statements
}

/// A text, or the texts of a list.
fn texts(value: &Value) -> Vec<String> {
    let list = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The cells of the matrix that are not empty.
fn matrix() -> Matrix {
    let rows = rows();
    let (head, groups) =
        rows.split_first().expect("the matrix in shared/src/store/keys.rs has a head");
    let mut matrix = Matrix::new();
    for row in groups {
        for (prefix, cell) in head.iter().zip(row).skip(1).filter(|(_, cell)| !cell.is_empty()) {
            let action = |word: &str| {
                let known = WORDS.iter().find(|(known, _)| *known == word);
                known
                    .unwrap_or_else(|| {
                        panic!(
                            "the matrix in shared/src/store/keys.rs has the unknown word {word:?}"
                        )
                    })
                    .1
                    .to_owned()
            };
            let actions = cell.split(',').map(|word| action(word.trim())).collect();
            matrix.insert((row[0].clone(), prefix.trim_matches('`').to_owned()), actions);
        }
    }
    matrix
}

/// The table under "Who may do what": its head, then one row a group.
fn rows() -> Vec<Vec<String>> {
    let keys = fs::read_to_string(root().join("shared/src/store/keys.rs"))
        .expect("shared/src/store/keys.rs can be read");
    let (_, after) = keys
        .split_once("# Who may do what")
        .expect("shared/src/store/keys.rs has a section \"Who may do what\"");
    let lines = after
        .lines()
        .skip(1)
        .map(|line| line.trim_start_matches("//!").trim())
        .skip_while(|line| !line.starts_with('|'));
    let table =
        lines.take_while(|line| line.starts_with('|')).filter(|line| !line.starts_with("| ---"));
    table
        .map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect())
        .collect()
}

//! What IAM lets each function do: template.yaml, the grants of the domains, and the calls that the
//! code really makes.
//!
//! IAM is not there when the tests run, so a missing permission would show itself only after a
//! deploy; here the calls are compared instead.

use std::collections::{BTreeMap, BTreeSet};

use local::grants::{OF_THE_INDEX, grants, parts};
use serde_json::{Value, json};
use shared::{DOMAINS, domain::Domain};

use crate::{
    repository::{assert_none, functions, packages, template},
    traffic,
};

/// The logical id of the erasure journal, which is also its name in the tests.
pub const JOURNAL: &str = "ErasureJournal";

/// As [`local::grants::Grants`], and for SNS by group and kind of resource.
pub type Matrix = BTreeMap<(String, String), BTreeSet<String>>;

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
        if ![of_the_table(""), of_the_table("/index/due")].contains(&statement.content["Resource"])
        {
            problems.push(format!(
                "{at} is not for the one table: its Resource must be the table or its index, where \
                 MakesTable of the stack and otherwise of ExistingTableName"
            ));
        }
    }
    assert_none(&problems);
}

/// A transaction's parts are in one statement, which then allows each action on each of its
/// prefixes: the union of their grants. An action that is limited, to the index or to some
/// attributes, has a statement of its own.
#[test]
fn the_policies_are_what_the_domains_grant() {
    let grants = grants();
    let mut problems = Vec::new();
    let mut granted = BTreeSet::new();
    let statements = statements();
    for statement in statements.iter().filter(|statement| statement.is_of_the_table()) {
        let Statement { at, group, .. } = statement;
        let cells: Vec<(String, String)> =
            statement.prefixes.iter().map(|prefix| (group.clone(), prefix.clone())).collect();
        let limit = statement.actions.first().map_or("", |action| parts(action).1);
        let of_the_same = |action: &&String| parts(action).1 == limit;
        let needed: BTreeSet<&String> = cells
            .iter()
            .filter_map(|cell| grants.get(cell))
            .flatten()
            .filter(of_the_same)
            .collect();
        let allowed: BTreeSet<&String> = statement.actions.iter().collect();
        let prefixes = statement.prefixes.join(", ");
        let declared: BTreeSet<String> =
            statement.prefixes.iter().map(|prefix| declaration(prefix)).collect();
        let declared = declared.into_iter().collect::<Vec<_>>().join(" and ");
        problems.extend(needed.difference(&allowed).map(|action| {
            format!("{at} does not allow {action} on {prefixes}, which {declared} grants {group}")
        }));
        problems.extend(allowed.difference(&needed).map(|action| {
            format!(
                "{at} allows {action} on {prefixes}, which {declared} does not grant {group}: add \
                 it there, or run `cargo run -- generate`"
            )
        }));
        problems.extend(cells.iter().filter(|cell| !grants.contains_key(*cell)).map(
            |(group, prefix)| {
                format!(
                    "{at} reaches {prefix}, where {} grants {group} nothing",
                    declaration(prefix)
                )
            },
        ));
        granted.extend(cells.into_iter().map(|cell| (cell, limit)));
    }
    for (cell @ (group, prefix), actions) in &grants {
        let missing = actions.iter().filter(|action| {
            !granted.iter().any(|(reached, limit)| reached == cell && *limit == parts(action).1)
        });
        problems.extend(missing.map(|action| {
            format!(
                "no policy of functions/{group} in template.yaml allows {action} on {prefix}, \
                 which {} grants it: run `cargo run -- generate`",
                declaration(prefix)
            )
        }));
    }
    assert_none(&problems);
}

/// A deletion is journaled by the function that deletes, and no function reads or changes entries.
#[tokio::test]
async fn the_erasure_journal_is_only_written_and_only_by_deletions() {
    let statements = statements();
    let of_the_journal = statements.iter().filter(|statement| statement.is_of_the_journal());
    let allowed: Vec<(&str, &[String])> = of_the_journal
        .map(|statement| (statement.group.as_str(), statement.actions.as_slice()))
        .collect();
    assert_eq!(allowed, [("customer", &["dynamodb:PutItem".to_owned()][..])]);
    let calls = &traffic::of_all_operations().await.seen.calls;
    let done: Vec<_> = calls.iter().filter(|((_, place), _)| place == JOURNAL).collect();
    let cell = ("customer".to_owned(), JOURNAL.to_owned());
    assert_eq!(done, [(&cell, &BTreeSet::from(["dynamodb:PutItem".to_owned()]))]);
}

#[tokio::test]
async fn the_partitions_of_a_transaction_are_in_one_statement() {
    let seen = &traffic::of_all_operations().await.seen;
    let statements = statements();
    let is_in_one = |group: &str, prefixes: &BTreeSet<String>| {
        let of_group = statements.iter().filter(|statement| statement.group == group);
        of_group.map(|one| &one.prefixes).any(|all| prefixes.iter().all(|one| all.contains(one)))
    };
    let apart = seen.transactions.iter().filter(|(group, prefixes)| !is_in_one(group, prefixes));
    let problems: Vec<String> = apart
        .map(|(group, prefixes)| {
            format!(
                "a transaction of functions/{group} writes to {}: name them in one statement of \
                 its policies in template.yaml",
                prefixes.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
            )
        })
        .collect();
    assert_none(&problems);
}

#[test]
fn only_packages_are_granted_anything() {
    let packages: BTreeSet<String> = packages().into_iter().collect();
    let stale = grants().into_keys().filter(|(group, _)| !packages.contains(group));
    let problems: Vec<String> = stale
        .map(|(group, prefix)| {
            format!("{} has a grant for {group}, which is no package", declaration(&prefix))
        })
        .collect();
    assert_none(&problems);
}

#[tokio::test]
async fn the_domains_grant_what_the_functions_do() {
    let grants: Matrix =
        grants().into_iter().map(|(cell, actions)| (cell, seen(actions))).collect();
    let done = &traffic::of_all_operations().await.seen.calls;
    let mut problems = Vec::new();
    for (cell @ (group, prefix), actions) in
        done.iter().filter(|((_, prefix), _)| prefix.ends_with('#'))
    {
        let named = grants.get(cell).cloned().unwrap_or_default();
        problems.extend(actions.difference(&named).map(|action| {
            format!(
                "functions/{group} does {action} on {prefix}: grant it in {} and allow it in \
                 template.yaml",
                declaration(prefix)
            )
        }));
    }
    for (cell @ (group, prefix), actions) in &grants {
        let seen = done.get(cell).cloned().unwrap_or_default();
        problems.extend(actions.difference(&seen).map(|action| {
            format!(
                "functions/{group} was never seen to do {action} on {prefix}: take it out of {} \
                 and of template.yaml, or let tests/contract/traffic.rs do what needs it",
                declaration(prefix)
            )
        }));
    }
    assert_none(&problems);
}

/// The actions as a call shows them, which does not tell what else is limited but the index.
fn seen(actions: BTreeSet<String>) -> BTreeSet<String> {
    let name = |action: String| match action.as_str() {
        OF_THE_INDEX => action,
        _ => parts(&action).0.to_owned(),
    };
    actions.into_iter().map(name).collect()
}

/// Where the grants of a prefix are declared, for a problem's line.
fn declaration(prefix: &str) -> String {
    let has = |domain: &&Domain| domain.prefixes.iter().any(|known| known.name == prefix);
    let folder = DOMAINS.iter().find(has).map_or("<domain>", |domain| domain.name);
    format!("DOMAIN in shared/src/{folder}/mod.rs")
}

/// One statement of one function's policies.
#[derive(Debug)]
pub struct Statement {
    /// Its place, for a problem's line.
    pub at: String,
    /// The package of its function.
    pub group: String,
    /// What it allows.
    pub actions: Vec<String>,
    /// The prefixes of the partitions that it is limited to.
    pub prefixes: Vec<String>,
    /// As the template writes it.
    pub content: Value,
}

impl Statement {
    /// Its function and its Sid, such as `auth/Sessions`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.group, self.content["Sid"].as_str().unwrap_or_default())
    }

    fn is_of_the_table(&self) -> bool {
        let is_of_dynamodb = self.actions.iter().any(|action| action.starts_with("dynamodb:"));
        is_of_dynamodb && !self.is_of_the_journal()
    }

    fn is_of_the_journal(&self) -> bool {
        self.content["Resource"].to_string().contains(JOURNAL)
    }
}

/// The statements of all functions.
pub fn statements() -> Vec<Statement> {
    let mut statements = Vec::new();
    for (id, group, function) in functions(&template()) {
        for policy in function["Properties"]["Policies"].as_array().into_iter().flatten() {
            for content in policy["Statement"].as_array().into_iter().flatten() {
                let of_the_index = content["Resource"] == of_the_table("/index/due");
                let condition = &content["Condition"];
                let attributes =
                    texts(&condition["ForAllValues:StringEquals"]["dynamodb:Attributes"]);
                let named = |action: String| match attributes.as_slice() {
                    [] if of_the_index && action == "dynamodb:Query" => OF_THE_INDEX.to_owned(),
                    [pk, sk, limit @ ..] if pk == "pk" && sk == "sk" => {
                        format!("{action} of {}", limit.join(", "))
                    }
                    _ => action,
                };
                let keys = texts(&condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]);
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

/// The table of the stack or the one that exists already, or what is under it.
fn of_the_table(below: &str) -> Value {
    let own = match below {
        "" => json!({"Fn::GetAtt": "Table.Arn"}),
        below => json!({"Fn::Sub": format!("${{Table.Arn}}{below}")}),
    };
    let existing = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/";
    let existing = format!("{existing}${{ExistingTableName}}{below}");
    json!({"Fn::If": ["MakesTable", own, {"Fn::Sub": existing}]})
}

/// A text, or the texts of a list.
fn texts(value: &Value) -> Vec<String> {
    let list = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

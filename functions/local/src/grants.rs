//! What the domains grant each function on the partitions of the table, in the words of IAM.

use std::collections::{BTreeMap, BTreeSet};

use shared::{
    DOMAINS,
    domain::{API_GROUPS, Action, CALLER_GROUPS, Prefix, WRITER_GROUPS},
    http::routes::Routes,
    settings::Section,
};

use crate::functions;

/// The actions by package and by prefix of the partition key, such as `auth` and `AUTH#`.
pub type Grants = BTreeMap<(String, String), BTreeSet<String>>;

/// A query of the index of what is due, which is a resource of its own.
pub const OF_THE_INDEX: &str = "dynamodb:Query of the index due";

/// All grants.
pub fn grants() -> Grants {
    let mut all = Grants::new();
    for prefix in DOMAINS.iter().flat_map(|domain| domain.prefixes) {
        for (grantee, actions) in prefix.grants {
            for function in functions_of(grantee, prefix) {
                let actions = actions.iter().map(|action| iam(*action));
                all.entry((function, prefix.name.to_owned())).or_default().extend(actions);
            }
        }
    }
    all
}

/// The packages that a grant is for.
fn functions_of(grantee: &str, prefix: &Prefix) -> Vec<String> {
    let is_of_the_class: fn(&Routes) -> bool = match grantee {
        API_GROUPS => |routes| routes.paths().iter().any(|path| path.starts_with("/api/")),
        CALLER_GROUPS => |routes| routes.sections().contains(&Section::TOKENS),
        WRITER_GROUPS => |routes| routes.sections().contains(&Section::WRITES),
        function => return vec![function.to_owned()],
    };
    let is_named = |group: &str| prefix.grants.iter().any(|(named, _)| *named == group);
    functions::groups()
        .filter(|(group, routes)| !is_named(group) && is_of_the_class(&routes()))
        .map(|(group, _)| group.to_owned())
        .collect()
}

/// IAM's name of an action, with what it is limited to: [`OF_THE_INDEX`], or `dynamodb:UpdateItem
/// of sessions` for some attributes.
fn iam(action: Action) -> String {
    let name = match action {
        Action::UpdateOnly(attributes) => {
            return format!("dynamodb:UpdateItem of {}", attributes.join(", "));
        }
        Action::Get => "dynamodb:GetItem",
        Action::Put => "dynamodb:PutItem",
        Action::Update => "dynamodb:UpdateItem",
        Action::Delete => "dynamodb:DeleteItem",
        Action::Query => "dynamodb:Query",
        Action::QueryIndex => OF_THE_INDEX,
        Action::Check => "dynamodb:ConditionCheckItem",
        Action::BatchGet => "dynamodb:BatchGetItem",
    };
    name.to_owned()
}

/// The action itself, and what it is limited to.
pub fn parts(action: &str) -> (&str, &str) {
    action.split_once(" of ").unwrap_or((action, ""))
}

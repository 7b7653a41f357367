//! The lists of endpoint groups that the launcher and the tests serve, and of consumers that no
//! request reaches.
//!
//! Invariant: each stands here and as a function of `template.yaml`; [`check`] says which side
//! lacks one.

use std::fmt;

use shared::{http::routes::Routes, runtime::Consumer, settings::Section};

use crate::template::FunctionDefinition;

/// A package's name and its routes.
pub type Group = (&'static str, fn() -> Routes);

/// Each package under `functions/` that serves HTTP.
pub const GROUPS: &[Group] = &[
    ("app-info", app_info::routes),
    ("auth", auth::routes),
    ("customer", customer::routes),
    ("docs", docs::routes),
    ("fcm", fcm::routes),
    ("location", location::routes),
    ("petstore", petstore::routes),
    ("wallet", wallet::routes),
];

/// A package's name and what handles its events.
pub type ConsumerOf = (&'static str, fn() -> Consumer);

/// Each package under `functions/` that a queue or a schedule feeds.
pub const CONSUMERS: &[ConsumerOf] =
    &[("cleanup", cleanup::consumer), ("notifier", notifier::consumer)];

/// A group or a consumer that only one side knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupMismatch {
    /// The template has a function that is neither in [`GROUPS`] nor in [`CONSUMERS`].
    NotServed(String),
    /// One of [`GROUPS`] or [`CONSUMERS`] has no function in the template.
    NotDeployed(String),
}

impl fmt::Display for GroupMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotServed(group) => {
                write!(
                    f,
                    "template.yaml has a function of functions/{group}, but neither GROUPS nor CONSUMERS in functions/local lists it"
                )
            }
            Self::NotDeployed(group) => {
                write!(
                    f,
                    "functions/local lists {group}, but template.yaml has no function of functions/{group}"
                )
            }
        }
    }
}

impl std::error::Error for GroupMismatch {}

/// The crates of groups and consumers, as log lines name them.
pub fn crates() -> Vec<&'static str> {
    let groups = GROUPS.iter().map(|(_, routes)| routes().group());
    groups.chain(CONSUMERS.iter().map(|(_, consumer)| consumer().name)).collect()
}

/// The names of all packages that are deployed.
pub fn names() -> impl Iterator<Item = &'static str> {
    GROUPS.iter().map(|(name, _)| *name).chain(CONSUMERS.iter().map(|(name, _)| *name))
}

/// A consumer.
pub fn consumer(name: &str) -> Option<Consumer> {
    CONSUMERS.iter().find(|(known, _)| *known == name).map(|(_, consumer)| consumer())
}

/// The routes of a group.
pub fn routes(group: &str) -> Option<Routes> {
    GROUPS.iter().find(|(name, _)| *name == group).map(|(_, routes)| routes())
}

/// The settings that a group or a consumer reads.
pub fn sections(name: &str) -> Vec<Section> {
    let of_group = routes(name).map(|routes| routes.sections().to_vec());
    of_group.or_else(|| Some(consumer(name)?.needs.to_vec())).unwrap_or_default()
}

/// Fails for the first group that the template or the list lacks.
pub fn check(functions: &[FunctionDefinition]) -> Result<(), GroupMismatch> {
    let served = |group: &str| names().any(|name| name == group);
    let deployed = |group: &str| functions.iter().any(|function| function.group == group);
    if let Some(function) = functions.iter().find(|function| !served(&function.group)) {
        return Err(GroupMismatch::NotServed(function.group.clone()));
    }
    match names().find(|name| !deployed(name)) {
        Some(name) => Err(GroupMismatch::NotDeployed(name.to_owned())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::HashMap, time::Duration};

    use super::*;

    fn function(group: &str) -> FunctionDefinition {
        FunctionDefinition {
            logical_id: group.to_owned(),
            group: group.to_owned(),
            timeout: Duration::from_secs(1),
            environment: HashMap::new(),
            routes: Vec::new(),
            queue: None,
            schedule: None,
        }
    }

    #[test]
    fn a_group_that_one_side_lacks_is_named() {
        let mut functions: Vec<_> = names().map(function).collect();
        assert_eq!(check(&functions), Ok(()));
        functions.push(function("unknown"));
        assert_eq!(check(&functions), Err(GroupMismatch::NotServed("unknown".to_owned())));
        assert_eq!(
            check(&functions[1..2]),
            Err(GroupMismatch::NotDeployed(GROUPS[0].0.to_owned()))
        );
        let of_groups: Vec<_> = GROUPS.iter().map(|(group, _)| function(group)).collect();
        assert_eq!(check(&of_groups), Err(GroupMismatch::NotDeployed(CONSUMERS[0].0.to_owned())));
    }
}

//! The functions that the launcher and the tests run: groups, which serve HTTP, and consumers.
//!
//! Invariant: this list and `template.yaml` have the same functions; [`check`] names one that is
//! missing on either side.

use std::fmt;

use shared::{http::routes::Routes, runtime::Consumer, settings::Section};

/// Package name and routes.
pub type Group = (&'static str, fn() -> Routes);

/// Groups that tell about the operations of the others.
const ABOUT_THE_API: [Group; 2] = [("docs", docs::routes), ("mock", mock::routes)];

/// The packages under `functions/` that serve HTTP.
pub fn groups() -> impl Iterator<Item = Group> {
    let of_the_api = groups::GROUPS.iter().map(|group| (group.name, group.routes));
    of_the_api.chain(ABOUT_THE_API)
}

/// Package name and event handler.
pub type NamedConsumer = (&'static str, fn() -> Consumer);

/// The packages under `functions/` that a queue or a schedule invokes.
pub const CONSUMERS: &[NamedConsumer] =
    &[("cleanup", cleanup::consumer), ("notifier", notifier::consumer)];

/// A function that only one side has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupMismatch {
    /// In the template, but neither in [`groups()`] nor in [`CONSUMERS`].
    NotServed(String),
    /// In [`groups()`] or [`CONSUMERS`], but not in the template.
    NotDeployed(String),
}

impl fmt::Display for GroupMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotServed(group) => {
                write!(
                    f,
                    "template.yaml has a function for functions/{group}; add it to the \
                     dependencies of functions/groups, or if it has no routes to CONSUMERS in \
                     functions/local/src/functions.rs"
                )
            }
            Self::NotDeployed(group) => {
                write!(
                    f,
                    "functions/groups or functions/local/src/functions.rs lists {group}; add a \
                     function for functions/{group} to template.yaml"
                )
            }
        }
    }
}

impl std::error::Error for GroupMismatch {}

/// The crate names of groups and consumers, which are the targets of their log lines.
pub fn crates() -> Vec<&'static str> {
    let groups = groups().map(|(_, routes)| routes().group());
    groups.chain(CONSUMERS.iter().map(|(_, consumer)| consumer().name)).collect()
}

/// The package names of groups and consumers.
pub fn names() -> impl Iterator<Item = &'static str> {
    groups().map(|(name, _)| name).chain(CONSUMERS.iter().map(|(name, _)| *name))
}

pub fn consumer(name: &str) -> Option<Consumer> {
    CONSUMERS.iter().find(|(known, _)| *known == name).map(|(_, consumer)| consumer())
}

pub fn routes(group: &str) -> Option<Routes> {
    groups().find(|(name, _)| *name == group).map(|(_, routes)| routes())
}

/// The settings that a group or a consumer reads.
pub fn sections(name: &str) -> Vec<Section> {
    let of_group = routes(name).map(|routes| routes.sections().to_vec());
    of_group.or_else(|| Some(consumer(name)?.needs.to_vec())).unwrap_or_default()
}

/// Fails at the first function that the template or this list does not have.
///
/// `declared` are the packages of the template's functions, whatever their conditions.
pub fn check(declared: &[String]) -> Result<(), GroupMismatch> {
    let listed = |group: &str| names().any(|name| name == group);
    if let Some(group) = declared.iter().find(|group| !listed(group)) {
        return Err(GroupMismatch::NotServed(group.clone()));
    }
    match names().find(|name| !declared.iter().any(|group| group == name)) {
        Some(name) => Err(GroupMismatch::NotDeployed(name.to_owned())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_that_is_missing_on_one_side_is_named() {
        let mut functions: Vec<_> = names().map(str::to_owned).collect();
        assert_eq!(check(&functions), Ok(()));
        functions.push("unknown".to_owned());
        assert_eq!(check(&functions), Err(GroupMismatch::NotServed("unknown".to_owned())));
        assert_eq!(
            check(&functions[1..2]),
            Err(GroupMismatch::NotDeployed(groups::GROUPS[0].name.to_owned()))
        );
        let of_groups: Vec<_> = groups().map(|(group, _)| group.to_owned()).collect();
        assert_eq!(check(&of_groups), Err(GroupMismatch::NotDeployed(CONSUMERS[0].0.to_owned())));
    }
}

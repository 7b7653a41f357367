//! The one list of endpoint groups that the launcher and the tests serve.
//!
//! Invariant: each group stands here and as a function of `template.yaml`; [`check`] says which side lacks one.

use std::fmt;

use shared::http::routes::Routes;

use crate::template::FunctionDefinition;

/// A package's name and its routes.
pub type Group = (&'static str, fn() -> Routes);

/// Each package under `functions/` that serves HTTP.
pub const GROUPS: &[Group] =
    &[("app-info", app_info::routes), ("auth", auth::routes), ("customer", customer::routes), ("wallet", wallet::routes)];

/// A group that only one side knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupMismatch {
    /// The template has a function whose group is not in [`GROUPS`].
    NotServed(String),
    /// A group of [`GROUPS`] has no function in the template.
    NotDeployed(String),
}

impl fmt::Display for GroupMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotServed(group) => {
                write!(f, "template.yaml has a function of functions/{group}, but GROUPS in functions/local does not list it")
            }
            Self::NotDeployed(group) => {
                write!(f, "GROUPS in functions/local lists {group}, but template.yaml has no function of functions/{group}")
            }
        }
    }
}

impl std::error::Error for GroupMismatch {}

/// The groups' crates, as log lines name them.
pub fn crates() -> Vec<&'static str> {
    GROUPS.iter().map(|(_, routes)| routes().group()).collect()
}

/// The routes of a group.
pub fn routes(group: &str) -> Option<Routes> {
    GROUPS.iter().find(|(name, _)| *name == group).map(|(_, routes)| routes())
}

/// Fails for the first group that the template or the list lacks.
pub fn check(functions: &[FunctionDefinition]) -> Result<(), GroupMismatch> {
    let served = |group: &str| GROUPS.iter().any(|(name, _)| *name == group);
    let deployed = |group: &str| functions.iter().any(|function| function.group == group);
    if let Some(function) = functions.iter().find(|function| !served(&function.group)) {
        return Err(GroupMismatch::NotServed(function.group.clone()));
    }
    match GROUPS.iter().find(|(name, _)| !deployed(name)) {
        Some((name, _)) => Err(GroupMismatch::NotDeployed((*name).to_owned())),
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
        }
    }

    #[test]
    fn a_group_that_one_side_lacks_is_named() {
        let mut functions: Vec<_> = GROUPS.iter().map(|(group, _)| function(group)).collect();
        assert_eq!(check(&functions), Ok(()));
        functions.push(function("nowhere"));
        assert_eq!(check(&functions), Err(GroupMismatch::NotServed("nowhere".to_owned())));
        assert_eq!(check(&functions[1..2]), Err(GroupMismatch::NotDeployed(GROUPS[0].0.to_owned())));
    }
}

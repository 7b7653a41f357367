//! What is wrong with a message that is none.

use std::fmt;

/// What is wrong with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable(pub(crate) &'static str);

/// The first of the rules that does not hold.
pub(crate) fn check(rules: &[(bool, &'static str)]) -> Result<(), Unreadable> {
    match rules.iter().find(|(holds, _)| !holds) {
        Some((_, problem)) => Err(Unreadable(problem)),
        None => Ok(()),
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Unreadable {}

//! Where a value is in the template, for error messages.

use std::fmt;

use super::error::TemplateError;

/// A dotted path, such as `Resources.Table.Properties`.
#[derive(Debug, Clone)]
pub(super) struct Location(String);

impl Location {
    pub(super) fn new(root: &str) -> Self {
        Self(root.to_owned())
    }

    pub(super) fn child(&self, name: &str) -> Self {
        Self(format!("{}.{name}", self.0))
    }

    pub(super) fn must_be(&self, expected: &'static str) -> TemplateError {
        TemplateError::Unexpected { location: self.0.clone(), expected }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

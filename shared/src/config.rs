//! Reads configuration variables as typed values.
//!
//! Invariants: this is the only file that reads the environment; an empty variable counts as
//! absent; neither an error nor the `Debug` form of a secret shows a value.

use std::{collections::HashMap, fmt, hash::BuildHasher};

use jiff::SignedDuration;
use secrecy::SecretString;

/// The variables of one function.
pub struct Variables<'a>(&'a dyn Fn(&str) -> Option<String>);

/// A variable that is missing or malformed. Never holds the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The variable's name.
    pub variable: &'static str,
    /// A predicate such as `is not set`.
    pub problem: &'static str,
}

/// Looks up a variable of this process.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Looks up a variable in a map, as the launcher and the tests have them from the template.
pub fn lookup_in(
    variables: &HashMap<String, String, impl BuildHasher>,
) -> impl Fn(&str) -> Option<String> {
    |name| variables.get(name).cloned()
}

impl<'a> Variables<'a> {
    /// Reads each variable through `lookup`.
    pub fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self(lookup)
    }

    /// The value, or `None` where it is absent or empty.
    pub fn optional(&self, name: &'static str) -> Option<String> {
        (self.0)(name).filter(|value| !value.is_empty())
    }

    /// A value that must not be empty.
    pub fn text(&self, name: &'static str) -> Result<String, ConfigError> {
        self.optional(name).ok_or(ConfigError::missing(name))
    }

    /// Like [`Variables::optional`].
    pub fn optional_secret(&self, name: &'static str) -> Option<SecretString> {
        self.optional(name).map(SecretString::from)
    }

    /// Like [`Variables::text`].
    pub fn secret(&self, name: &'static str) -> Result<SecretString, ConfigError> {
        self.text(name).map(SecretString::from)
    }

    /// The entries between commas; none where the variable is absent.
    pub fn list(&self, name: &'static str) -> Vec<String> {
        let value = self.optional(name).unwrap_or_default();
        let entries = value.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        entries.map(str::to_owned).collect()
    }

    /// A whole number from 0 on.
    pub fn number(&self, name: &'static str) -> Result<u32, ConfigError> {
        let number = self.text(name)?.parse();
        number.map_err(|_| ConfigError { variable: name, problem: "is not a whole number" })
    }

    /// A whole number from 1 on.
    pub fn at_least_one(&self, name: &'static str) -> Result<u32, ConfigError> {
        match self.number(name)? {
            0 => Err(ConfigError { variable: name, problem: "is not at least 1" }),
            number => Ok(number),
        }
    }

    /// `true` or `false`.
    pub fn boolean(&self, name: &'static str) -> Result<bool, ConfigError> {
        let value = self.text(name)?.parse();
        value.map_err(|_| ConfigError { variable: name, problem: "is neither true nor false" })
    }

    /// A whole number of days, at least 1.
    pub fn days(&self, name: &'static str) -> Result<SignedDuration, ConfigError> {
        Ok(SignedDuration::from_hours(24 * i64::from(self.at_least_one(name)?)))
    }

    /// A whole number of seconds.
    pub fn seconds(&self, name: &'static str) -> Result<SignedDuration, ConfigError> {
        Ok(SignedDuration::from_secs(self.number(name)?.into()))
    }
}

impl ConfigError {
    fn missing(variable: &'static str) -> Self {
        Self { variable, problem: "is not set" }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the variable {} {}", self.variable, self.problem)
    }
}

impl std::error::Error for ConfigError {}

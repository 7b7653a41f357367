//! Traffic that is written down: the default profile, and a file that replaces parts of it.
//!
//! Invariant: a file can name only what the default profile has, so a misspelt key is an error and
//! not a figure without effect.

use std::{collections::BTreeMap, fmt};

use serde::Deserialize;
use toml::{Spanned, Table, Value};

use super::Prices;

const DEFAULT: &str = include_str!("profile.toml");
/// The section that a file replaces as a whole, since its figures are shares of one.
const SHARES: &str = "text_messages";

/// The figures of `profile.toml`, which says what each means.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    pub customers: Customers,
    /// By operation id, or by the name of a variant.
    pub requests: BTreeMap<String, f64>,
    pub notifications: Notifications,
    /// Shares by country.
    pub text_messages: BTreeMap<String, f64>,
    pub peak: Peak,
    pub functions: Functions,
    pub logs: Logs,
    pub metrics: Metrics,
    pub answers: Answers,
    pub storage: Storage,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Customers {
    pub registered: f64,
    pub with_devices: f64,
    pub devices: f64,
    pub openings: f64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notifications {
    pub to_one: f64,
    pub to_all: f64,
    pub to_all_hours: f64,
    pub opened: f64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Peak {
    pub second: f64,
    pub day: f64,
    pub unused: f64,
    pub sweep_months: f64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Functions {
    pub millis: f64,
    pub text_message_millis: f64,
    pub push_millis: f64,
    pub round_trip_millis: f64,
    pub cold_starts: f64,
    pub cold_start_millis: f64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logs {
    pub line: f64,
    pub platform: f64,
    pub access: f64,
    pub overhead: f64,
    pub kept: f64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metrics {
    pub count: f64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answers {
    pub bytes: f64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Storage {
    pub account_kb: f64,
    pub short_lived_kb: f64,
    pub notification_kb: f64,
    pub entry_kb: f64,
    pub entry_months: f64,
}

/// What is wrong with a profile, and where.
#[derive(Debug, PartialEq, Eq)]
pub struct ProfileError {
    /// From 1.
    line: usize,
    problem: String,
}

impl fmt::Display for ProfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem)
    }
}

/// Sections of keys and figures, each with its place in the text.
type Sections = BTreeMap<Spanned<String>, BTreeMap<Spanned<String>, Spanned<Value>>>;

impl Profile {
    /// The committed one.
    pub fn usual() -> Self {
        Self::from(default_figures())
    }

    /// The default profile with the figures of `text` in their place.
    pub fn replaced_by(text: &str) -> Result<Self, ProfileError> {
        let at =
            |offset: usize, problem: String| ProfileError { line: line_at(text, offset), problem };
        let sections: Sections = toml::from_str(text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            let line = text.lines().nth(line_at(text, offset) - 1).unwrap_or_default();
            at(offset, format!("`{}`: {}", line.trim(), error.message()))
        })?;
        let prices = Prices::list();
        let mut figures = default_figures();
        for (section, keys) in sections {
            let name = section.get_ref();
            let Some(Value::Table(known)) = figures.get_mut(name) else {
                return Err(at(section.span().start, format!("there is no section {name}")));
            };
            if name == SHARES {
                known.clear();
            }
            for (key, value) in keys {
                let full = format!("{name}.{}", key.get_ref());
                let is_known = match name.as_str() {
                    SHARES => prices.text_messages.contains_key(key.get_ref()),
                    _ => known.contains_key(key.get_ref()),
                };
                if !is_known {
                    let why = if name == SHARES { "has no price" } else { "is not a known key" };
                    return Err(at(key.span().start, format!("{full} {why}")));
                }
                let figure = figure(value.get_ref()).ok_or_else(|| {
                    at(value.span().start, format!("{full} must be a number of at least 0"))
                })?;
                known.insert(key.into_inner(), Value::Float(figure));
            }
            if name == SHARES && (sum(known) - 1.0).abs() > 0.001 {
                let problem = format!("the shares of {name} must add up to 1");
                return Err(at(section.span().start, problem));
            }
        }
        Ok(Self::from(figures))
    }

    fn from(figures: Table) -> Self {
        figures.try_into().expect("a unit test reads profile.toml")
    }

    /// Requests of an operation and month of one customer, variants among them.
    pub fn requests_of(&self, operation: &str) -> f64 {
        let named = self.requests.iter();
        named.filter(|(name, _)| super::Case::operation(name) == operation).map(|one| one.1).sum()
    }

    /// Requests of a customer and month.
    pub fn all_requests(&self) -> f64 {
        self.requests.values().sum()
    }
}

/// The line at a place in a text, from 1.
fn line_at(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

fn default_figures() -> Table {
    DEFAULT.parse().expect("a unit test reads profile.toml")
}

fn figure(value: &Value) -> Option<f64> {
    let figure = match value {
        Value::Float(figure) => *figure,
        Value::Integer(whole) => f64::from(i32::try_from(*whole).ok()?),
        _ => return None,
    };
    (figure.is_finite() && figure >= 0.0).then_some(figure)
}

fn sum(shares: &Table) -> f64 {
    shares.values().filter_map(Value::as_float).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::costs::{Case, Units};

    #[test]
    fn a_file_replaces_what_it_names_and_leaves_the_rest() {
        let text = "[requests]\nrevokeSession = 99\n\n[text_messages]\nGB = 0.75\nSA = 0.25\n";
        let (usual, other) = (Profile::usual(), Profile::replaced_by(text).unwrap());
        assert!((other.requests["revokeSession"] - 99.0).abs() < 1e-9);
        assert!((other.requests["sendOTP"] - usual.requests["sendOTP"]).abs() < 1e-9);
        assert_eq!(other.text_messages.keys().collect::<Vec<_>>(), ["GB", "SA"]);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, problem) in [
            ("[requests]\nsendOTPs = 1", "line 2: requests.sendOTPs is not a known key"),
            ("\n[request]\nsendOTP = 1", "line 2: there is no section request"),
            (
                "[requests]\n\nsendOTP = -1",
                "line 3: requests.sendOTP must be a number of at least 0",
            ),
            (
                "[requests]\nsendOTP = \"many\"",
                "line 2: requests.sendOTP must be a number of at least 0",
            ),
            ("[text_messages]\nUS = 0.5", "line 1: the shares of text_messages must add up to 1"),
            ("[text_messages]\nXX = 1.0", "line 2: text_messages.XX has no price"),
        ] {
            assert_eq!(Profile::replaced_by(text).unwrap_err().to_string(), problem);
        }
        for (text, line) in [("requests = 1", 1), ("[peak]\nday = ", 2), ("[peak]\na b", 2)] {
            let error = Profile::replaced_by(text).unwrap_err();
            assert_eq!(error.line, line, "{error}");
            assert!(error.to_string().contains(text.lines().last().unwrap().trim()), "{error}");
        }
    }

    #[test]
    fn every_operation_has_its_traffic_even_if_that_is_none() {
        let (profile, units) = (Profile::usual(), Units::counted());
        let missing = units.operations().keys().filter(|id| !profile.requests.contains_key(*id));
        assert_eq!(
            missing.collect::<Vec<_>>(),
            [""; 0],
            "add them to profile.toml, with 0 where an ordinary app does not ask for them"
        );
        let unknown = profile
            .requests
            .keys()
            .filter(|id| !units.operations().contains_key(Case::operation(id)));
        assert_eq!(unknown.collect::<Vec<_>>(), [""; 0], "they are no operations");
    }

    #[test]
    fn variants_count_with_their_operation() {
        let profile = Profile::usual();
        let log_ins = profile.requests["AuthenticateCustomer"] + profile.requests["later_log_in"];
        assert!((profile.requests_of("AuthenticateCustomer") - log_ins).abs() < 1e-9);
    }
}

//! Which models and fields of a dump are which of ours: the default, and a file that replaces parts
//! of it.
//!
//! Invariants: a file can name only sections and keys that the default has, `genders` apart, so a
//! misspelt key is an error and not a field that stays empty. A field that a file names has to be
//! in every row; one that the default names may be absent.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde_json::Map;
use shared::{phone::Phone, wallet::Currency};
use toml::{Spanned, Table, Value};

const DEFAULT: &str = include_str!("mapping.toml");
/// The section whose keys are free.
const GENDERS: &str = "genders";
/// Sections that are no model.
const WITHOUT_MODEL: [&str; 2] = ["phone", GENDERS];
/// The name of the field `user` where the primary key of a row is its user's.
pub const OWN_KEY: &str = "pk";
/// A country's own number in its national form, to try a country with.
const ANY_NUMBER: &str = "0";

/// `mapping.toml` says what each key means.
#[derive(Debug, Clone)]
pub struct Mapping {
    sections: BTreeMap<String, BTreeMap<String, String>>,
    /// Sections and keys of fields that a file names.
    named: BTreeSet<(String, String)>,
}

/// What is wrong with a mapping, and where.
#[derive(Debug, PartialEq, Eq)]
pub struct MappingError {
    /// From 1.
    line: usize,
    problem: String,
}

type Sections = BTreeMap<Spanned<String>, BTreeMap<Spanned<String>, Spanned<Value>>>;

impl Mapping {
    /// The stock models.
    pub fn stock() -> Self {
        let table: Table = DEFAULT.parse().expect("a unit test reads mapping.toml");
        let sections = table.try_into().expect("a unit test reads mapping.toml");
        Self { sections, named: BTreeSet::new() }
    }

    /// The stock models with the lines of `text` in their place.
    pub fn replaced_by(text: &str) -> Result<Self, MappingError> {
        let at = |offset: usize, problem: String| MappingError {
            line: text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1,
            problem,
        };
        let read: Sections = toml::from_str(text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            at(offset, error.message().to_owned())
        })?;
        let mut mapping = Self::stock();
        let mut models = Vec::new();
        for (section, keys) in read {
            let name = section.get_ref();
            let Some(known) = mapping.sections.get_mut(name) else {
                return Err(at(section.span().start, format!("there is no section {name}")));
            };
            for (key, value) in keys {
                let full = format!("{name}.{}", key.get_ref());
                if name != GENDERS && !known.contains_key(key.get_ref()) {
                    return Err(at(key.span().start, format!("{full} is not a known key")));
                }
                let Value::String(text) = value.get_ref() else {
                    return Err(at(value.span().start, format!("{full} must be a text")));
                };
                if let Some(problem) = problem(&full, text) {
                    return Err(at(value.span().start, format!("{full} {problem}")));
                }
                if is_field(&full, text) {
                    mapping.named.insert((name.clone(), key.get_ref().clone()));
                }
                known.insert(key.get_ref().clone(), text.clone());
                if key.get_ref() == "model" && !text.is_empty() {
                    models.push((value.span().start, text.clone()));
                }
            }
        }
        for (start, model) in models {
            let named = mapping.models().filter(|(_, keys)| keys.get("model") == Some(&model));
            let names: Vec<&str> = named.map(|(name, _)| name).collect();
            if names.len() > 1 {
                let problem = format!("{model} is the model of {}", names.join(" and "));
                return Err(at(start, problem));
            }
        }
        Ok(mapping)
    }

    /// The section of a model as a dump names it.
    pub fn section_of(&self, model: &str) -> Option<&str> {
        let is_model =
            |keys: &BTreeMap<String, String>| keys.get("model").is_some_and(|one| one == model);
        let section = self.sections.iter().find(|(_, keys)| is_model(keys));
        section.map(|(name, _)| name.as_str())
    }

    /// The value of a key, which is the name of a field for most; none where it is empty.
    pub fn get(&self, section: &str, key: &str) -> Option<&str> {
        let value = self.sections.get(section)?.get(key)?.as_str();
        Some(value).filter(|value| !value.is_empty())
    }

    /// A field that the file names for a section and that a row does not have, with its key.
    pub fn absent(
        &self,
        section: &str,
        row: &Map<String, serde_json::Value>,
    ) -> Option<(&str, &str)> {
        let keys = self.named.iter().filter(|(name, _)| name == section);
        let mut fields = keys.filter_map(|(_, key)| Some((key.as_str(), self.get(section, key)?)));
        fields.find(|(_, field)| !row.contains_key(*field))
    }

    /// The country of numbers in national form.
    pub fn country(&self) -> Option<&str> {
        self.get("phone", "country")
    }

    /// What a gender of the dump is here; as it is where the mapping does not have it.
    pub fn gender(&self, theirs: &str) -> String {
        self.get(GENDERS, theirs).map_or_else(|| theirs.to_lowercase(), str::to_owned)
    }

    /// What a gender here is in the dump.
    pub fn gender_there(&self, ours: &str) -> String {
        let genders = self.sections.get(GENDERS).into_iter().flatten();
        let mut theirs = genders.filter(|(_, one)| *one == ours).map(|(theirs, _)| theirs);
        theirs.next().map_or_else(|| ours.to_owned(), Clone::clone)
    }

    /// The sections of models, each with its keys and what they are in the dump.
    pub fn models(&self) -> impl Iterator<Item = (&str, &BTreeMap<String, String>)> {
        let is_model = |(name, _): &(&String, _)| !WITHOUT_MODEL.contains(&name.as_str());
        self.sections.iter().filter(is_model).map(|(name, keys)| (name.as_str(), keys))
    }
}

/// Whether the value of a key names a field of the dump.
fn is_field(full: &str, text: &str) -> bool {
    let (section, key) = full.split_once('.').unwrap_or_default();
    !WITHOUT_MODEL.contains(&section)
        && key != "model"
        && !["wallet.fixed_currency", "wallet.exponent"].contains(&full)
        && (key, text) != ("user", OWN_KEY)
}

fn problem(full: &str, text: &str) -> Option<&'static str> {
    if text.is_empty() {
        return None;
    }
    let (section, key) = full.split_once('.').unwrap_or_default();
    let is_wrong = match full {
        "phone.country" => {
            Phone::parse_unassigned(ANY_NUMBER, Some(text))
                == Err(shared::phone::PhoneError::Country)
        }
        "wallet.fixed_currency" => text.parse::<Currency>().is_err(),
        "wallet.exponent" => !matches!(text.parse::<u16>(), Ok(0..=8)),
        _ if section == GENDERS => !["female", "male", "other", "undisclosed"].contains(&text),
        _ if key == "model" => text != text.to_lowercase() || !text.contains('.'),
        _ => false,
    };
    let problem = match full {
        "phone.country" => "must be a code of ISO 3166-1 with two letters",
        "wallet.fixed_currency" => "must be a code of ISO 4217",
        "wallet.exponent" => "must be a whole number from 0 to 8, or empty",
        _ if key == "model" => "must be as dumpdata writes it, such as auth.user",
        _ => "must be female, male, other or undisclosed",
    };
    is_wrong.then_some(problem)
}

impl fmt::Display for MappingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_replaces_what_it_names_and_leaves_the_rest() {
        let mapping =
            Mapping::replaced_by("[user]\nmodel = \"accounts.user\"\n[genders]\nw = \"female\"");
        let mapping = mapping.unwrap();
        assert_eq!(mapping.section_of("accounts.user"), Some("user"));
        assert_eq!(mapping.section_of("auth.user"), None);
        assert_eq!(mapping.get("user", "joined"), Some("date_joined"));
        assert_eq!((mapping.gender("w"), mapping.gender("M")), ("female".into(), "male".into()));
        assert_eq!(mapping.gender_there("other"), "O");
        assert_eq!(Mapping::stock().country(), None);
    }

    #[test]
    fn a_row_has_the_fields_that_a_file_names() {
        let mapping = Mapping::replaced_by(
            "[user]\nmodel = \"accounts.user\"\nphone = \"mobile\"\nemail = \"\"\n\
             [profile]\nuser = \"pk\"\n[wallet]\nexponent = \"2\"",
        );
        let (mapping, empty) = (mapping.unwrap(), Map::new());
        assert_eq!(mapping.absent("user", &empty), Some(("phone", "mobile")));
        let row = Map::from_iter([("mobile".to_owned(), serde_json::Value::Null)]);
        assert_eq!(mapping.absent("user", &row), None);
        assert_eq!(
            (mapping.absent("profile", &empty), mapping.absent("wallet", &empty)),
            (None, None)
        );
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, expected) in [
            ("[users]", "line 1: there is no section users"),
            ("[user]\nfone = \"phone\"", "line 2: user.fone is not a known key"),
            ("[user]\nphone = 7", "line 2: user.phone must be a text"),
            (
                "\n[phone]\ncountry = \"XX1\"",
                "line 3: phone.country must be a code of ISO 3166-1 with two letters",
            ),
            (
                "[user]\nmodel = \"Auth.User\"",
                "line 2: user.model must be as dumpdata writes it, such as auth.user",
            ),
            (
                "[wallet]\nfixed_currency = \"usd\"",
                "line 2: wallet.fixed_currency must be a code of ISO 4217",
            ),
            (
                "[profile]\nmodel = \"auth.user\"",
                "line 2: auth.user is the model of profile and user",
            ),
            (
                "[genders]\nX = \"none\"",
                "line 2: genders.X must be female, male, other or undisclosed",
            ),
        ] {
            assert_eq!(Mapping::replaced_by(text).unwrap_err().to_string(), expected);
        }
    }
}

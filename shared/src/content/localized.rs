//! A text for people: one for everybody, or one in each language.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A text, written as a string or as an object of language tags (BCP 47) and strings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Localized {
    /// The same in every language.
    Same(String),
    /// By language.
    Each(BTreeMap<String, String>),
}

impl Localized {
    /// The text in a language, by its tag as it stands here; where there is none, the first in the
    /// order of the tags.
    pub fn in_language(&self, language: &str) -> &str {
        match self {
            Self::Same(text) => text,
            Self::Each(texts) => {
                texts.get(language).or_else(|| texts.values().next()).map_or("", String::as_str)
            }
        }
    }

    /// The tags of the languages it is in; none where it is the same in all.
    pub fn languages(&self) -> Vec<&str> {
        match self {
            Self::Same(_) => Vec::new(),
            Self::Each(texts) => texts.keys().map(String::as_str).collect(),
        }
    }

    /// Its texts.
    pub fn texts(&self) -> Vec<&str> {
        match self {
            Self::Same(text) => vec![text],
            Self::Each(texts) => texts.values().map(String::as_str).collect(),
        }
    }
}

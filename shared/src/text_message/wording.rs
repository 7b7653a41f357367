//! The texts of messages: ours in `texts.txt`, and those that the operator puts in their place.
//!
//! Invariant: a text of the operator's was checked when it was published (`check.rs`). Each message
//! has a text of ours in each of our languages, long and short.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    catalogue::{Block, Catalogue},
    text_message::template::Kind,
};

const OURS: Catalogue = Catalogue(include_str!("texts.txt"));

/// The language in which there is every text, and of texts that are registered in India.
pub const ENGLISH: &str = "en";

/// The operator's texts, by language tag (BCP 47). `{code}`, `{app}` and `{minutes}` stand for the
/// code, the app's name and the life time of the code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageTexts {
    /// Of codes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub code: BTreeMap<String, String>,
    /// Of the notice to a phone that an account left.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub phone_changed: BTreeMap<String, String>,
}

/// The texts of one language.
#[derive(Debug, Clone, Copy)]
pub struct Wording<'a> {
    own: &'a MessageTexts,
    language: &'a str,
}

impl MessageTexts {
    /// Whether there are none, so that all messages have our texts.
    pub fn is_empty(&self) -> bool {
        self.code.is_empty() && self.phone_changed.is_empty()
    }

    /// The texts of the operator's for this kind of message.
    pub fn of(&self, kind: Kind) -> &BTreeMap<String, String> {
        match kind {
            Kind::Code => &self.code,
            Kind::Notice => &self.phone_changed,
        }
    }

    /// The languages in which there is a text of this kind, ours and the operator's.
    pub fn languages(&self, kind: Kind) -> Vec<&str> {
        let own = self.of(kind).keys().map(String::as_str);
        let ours = our_languages().map(|tag| -> &str { tag });
        ours.chain(own.filter(|tag| !is_ours(tag))).collect()
    }

    /// The texts in one of the languages.
    pub fn in_language<'a>(&'a self, language: &'a str) -> Wording<'a> {
        Wording { own: self, language }
    }
}

impl<'a> Wording<'a> {
    /// The language, as a tag.
    pub fn language(self) -> &'a str {
        self.language
    }

    /// Our long text, our short one, and our short one in English. `number` chooses the plural
    /// form.
    pub(super) fn ours(self, kind: Kind, number: u64) -> impl Iterator<Item = &'a str> {
        let (long, short) = headings(kind);
        [long, short]
            .into_iter()
            .filter_map(move |heading| our_text(heading, self.language, number))
            .chain([last_resort(kind)])
    }

    /// The operator's text. One without a code, which only a hand can have put there, is none.
    pub(super) fn own(self, kind: Kind) -> Option<&'a str> {
        let own = self.own.of(kind).get(self.language).map(String::as_str);
        own.filter(|text| kind != Kind::Code || text.contains("{code}"))
    }
}

/// The languages of our texts.
pub fn our_languages() -> impl Iterator<Item = &'static str> {
    let tags = OURS.block(headings(Kind::Code).0).into_iter().flat_map(Block::lines);
    tags.map(|(tag, _)| tag).filter(|tag| !tag.contains('.'))
}

/// Whether there is a text of ours in this language.
pub fn is_ours(tag: &str) -> bool {
    our_languages().any(|ours| ours == tag)
}

/// Our short text in English, which is sent where no other fits.
pub(super) fn last_resort(kind: Kind) -> &'static str {
    match kind {
        Kind::Code => "{code} is your {app} code.",
        Kind::Notice => "{app}: your phone number was changed.",
    }
}

fn our_text(heading: &str, language: &str, number: u64) -> Option<&'static str> {
    OURS.block(heading)?.text(language, Some(number))
}

/// The blocks of `texts.txt`: the long text and the short one.
fn headings(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Code => ("code", "code, short"),
        Kind::Notice => ("phone_changed", "phone_changed, short"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_resort_is_the_short_text_in_english() {
        for kind in [Kind::Code, Kind::Notice] {
            assert_eq!(our_text(headings(kind).1, ENGLISH, 5), Some(last_resort(kind)));
        }
    }
}

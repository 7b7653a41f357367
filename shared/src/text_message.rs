//! The texts that go out by SMS. Each is one segment of at most 140 bytes.
//!
//! Invariant: a message is made of our own words or the operator's, the app's name, a code and a
//! life time. An app hash is the only part of a request that can get into one; its language is one
//! of a list.

mod check;
mod segment;
mod template;
mod wording;

use std::{fmt, str::FromStr};

use jiff::SignedDuration;
use secrecy::{ExposeSecret, SecretString};

pub use self::{
    check::text_problems,
    segment::{Encoding, Length},
    template::{AppHash, Kind, NoAppHash},
    wording::{ENGLISH, MessageTexts, Wording, is_ours, our_languages},
};
use self::{template::Values, wording::last_resort};

/// A text that fits into one segment. `Debug` does not show it, since it may hold a code.
#[derive(Clone, PartialEq, Eq)]
pub struct TextMessage {
    kind: Kind,
    text: String,
}

/// The app's name, short enough for every message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppName(String);

/// Why a text cannot be the name of an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppNameError {
    /// It has a control character, such as a line break.
    Control,
    /// A message with it would not fit into one segment.
    TooLong,
}

impl TextMessage {
    /// A code. With an app hash it has the form that Android's SMS Retriever hands to the app: the
    /// hash is its last line.
    pub fn code(
        wording: Wording<'_>,
        name: &AppName,
        code: &SecretString,
        life: SignedDuration,
        app_hash: Option<&AppHash>,
    ) -> Self {
        let minutes = (life.as_secs() / 60).max(1).unsigned_abs();
        let values = Values { code: code.expose_secret(), app: name.as_str(), minutes };
        Self::of(Kind::Code, first_that_fits(wording, Kind::Code, &values, app_hash))
    }

    /// A notice to the phone that an account left.
    pub fn phone_changed(wording: Wording<'_>, AppName(name): &AppName) -> Self {
        let values = Values { code: "", app: name, minutes: 0 };
        Self::of(Kind::Notice, first_that_fits(wording, Kind::Notice, &values, None))
    }

    /// [`AppName`] makes sure that there is a text that fits.
    fn of(kind: Kind, text: Option<String>) -> Self {
        Self { kind, text: text.unwrap_or_default() }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What it is for.
    pub fn kind(&self) -> Kind {
        self.kind
    }
}

/// The first that fits of the operator's text, our long one, our short one, and our short one in
/// English.
fn first_that_fits(
    wording: Wording<'_>,
    kind: Kind,
    values: &Values<'_>,
    app_hash: Option<&AppHash>,
) -> Option<String> {
    let texts = wording.own(kind).into_iter().chain(wording.ours(kind, values.minutes));
    texts.map(|text| values.fill(text, app_hash)).find(|text| Length::of(text).fits())
}

impl AppName {
    /// The name as it stands in messages.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AppName {
    type Err = AppNameError;

    fn from_str(text: &str) -> Result<Self, AppNameError> {
        if text.chars().any(char::is_control) {
            return Err(AppNameError::Control);
        }
        let hash = AppHash::longest();
        let values = Values { code: "000000", app: text, minutes: 1 };
        // Nothing else, since each start does this.
        let fits = |kind, hash| Length::of(&values.fill(last_resort(kind), hash)).fits();
        if fits(Kind::Code, Some(&hash)) && fits(Kind::Notice, None) {
            Ok(Self(text.to_owned()))
        } else {
            Err(AppNameError::TooLong)
        }
    }
}

impl AppNameError {
    /// What is wrong, as a predicate.
    pub fn problem(self) -> &'static str {
        match self {
            Self::Control => "has a control character",
            Self::TooLong => "is too long for a text message of 140 bytes",
        }
    }
}

impl fmt::Debug for TextMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TextMessage").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;

//! The texts that go out by SMS. Each is one segment of at most 140 bytes.
//!
//! Invariant: a message is made of our own words, the app's name, a code and a life time. An app
//! hash is the only part of a request that can get into one.

use std::{fmt, str::FromStr};

use jiff::SignedDuration;
use secrecy::{ExposeSecret, SecretString};

/// The most bytes of one segment.
pub const MOST_BYTES: usize = 140;

/// The characters of GSM 03.38 that take one septet.
const GSM_BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
    ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Those of its extension table, which take two.
const GSM_EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// A text that fits into one segment. `Debug` does not show it, since it may hold a code.
#[derive(Clone, PartialEq, Eq)]
pub struct TextMessage {
    kind: Kind,
    text: String,
}

/// What a message is for. In India, each kind is a text that was registered before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A one-time code.
    Code,
    /// A phone number was changed.
    Notice,
}

/// The app's name, short enough for every message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppName(String);

/// The hash of an Android app, as the SMS Retriever knows it: eleven characters of base64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppHash(String);

/// Why a text cannot be the name of an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppNameError {
    /// It has a control character, such as a line break.
    Control,
    /// A message with it would not fit into one segment.
    TooLong,
}

/// A text is not the hash of an Android app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoAppHash;

impl TextMessage {
    /// A code. With an app hash it has the form that Android's SMS Retriever hands to the app: the
    /// hash is its last line.
    pub fn code(
        name: &AppName,
        code: &SecretString,
        life: SignedDuration,
        app_hash: Option<&AppHash>,
    ) -> Self {
        let minutes = (life.as_secs() / 60).max(1);
        let unit = if minutes == 1 { "minute" } else { "minutes" };
        let short = format!("{} is your {} code.", code.expose_secret(), name.as_str());
        let with_hash = |text: String| match app_hash {
            Some(AppHash(hash)) => format!("<#> {text}\n\n{hash}"),
            None => text,
        };
        let long = format!("{short} It works for {minutes} {unit}. Do not share it.");
        Self::first_that_fits(Kind::Code, with_hash(long), with_hash(short))
    }

    /// A notice to the phone that an account left.
    pub fn phone_changed(AppName(name): &AppName) -> Self {
        let long = format!(
            "Your {name} account now uses another phone number. If this was not you, contact \
             {name} at once."
        );
        let short = format!("{name}: your phone number was changed.");
        Self::first_that_fits(Kind::Notice, long, short)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What it is for.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// [`AppName`] makes sure that the short form fits.
    fn first_that_fits(kind: Kind, long: String, short: String) -> Self {
        Self { kind, text: if bytes_of(&long) <= MOST_BYTES { long } else { short } }
    }
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
        let name = Self(text.to_owned());
        let (code, hash) = ("000000".into(), AppHash("0".repeat(11)));
        let messages = [
            TextMessage::code(&name, &code, SignedDuration::ZERO, Some(&hash)),
            TextMessage::phone_changed(&name),
        ];
        if messages.iter().all(|message| bytes_of(message.as_str()) <= MOST_BYTES) {
            Ok(name)
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

impl FromStr for AppHash {
    type Err = NoAppHash;

    fn from_str(text: &str) -> Result<Self, NoAppHash> {
        let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/".contains(&byte);
        if text.len() == 11 && text.bytes().all(is_base64) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NoAppHash)
        }
    }
}

impl fmt::Debug for TextMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TextMessage").finish_non_exhaustive()
    }
}

/// The bytes of a text on the air: seven bits for each septet of GSM 03.38, or UTF-16 where a
/// character is not in that alphabet.
fn bytes_of(text: &str) -> usize {
    let septets = |letter| match letter {
        // Most letters, without a search: the app's name is measured at every start.
        'a'..='z' | 'A'..='Z' | '0'..='9' | ' ' | '.' | ',' => Some(1),
        _ if GSM_BASIC.contains(letter) => Some(1),
        _ if GSM_EXTENSION.contains(letter) => Some(2),
        _ => None,
    };
    match text.chars().map(septets).sum::<Option<usize>>() {
        Some(septets) => (septets * 7).div_ceil(8),
        None => text.encode_utf16().count() * 2,
    }
}

#[cfg(test)]
mod tests;

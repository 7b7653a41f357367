//! A text with placeholders, and what stands for them.

use std::str::FromStr;

/// What a message is for. In India, each kind is a text that was registered before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A one-time code.
    Code,
    /// A phone number was changed.
    Notice,
}

/// The hash of an Android app, as the SMS Retriever knows it: eleven characters of base64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppHash(String);

/// A text is not the hash of an Android app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoAppHash;

/// What stands for the placeholders of a text.
pub(super) struct Values<'a> {
    pub(super) code: &'a str,
    pub(super) app: &'a str,
    pub(super) minutes: u64,
}

impl Values<'_> {
    /// A text with its placeholders replaced, and with the lines of an app hash. A name with braces
    /// stays as it is.
    pub(super) fn fill(&self, text: &str, app_hash: Option<&AppHash>) -> String {
        let mut filled = String::with_capacity(text.len() + self.app.len());
        let mut parts = text.split('{');
        filled.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let (placeholder, rest) = part.split_once('}').unwrap_or(("", part));
            match placeholder {
                "code" => filled.push_str(self.code),
                "app" => filled.push_str(self.app),
                "minutes" => filled.push_str(&self.minutes.to_string()),
                _ => {}
            }
            filled.push_str(rest);
        }
        match app_hash {
            Some(AppHash(hash)) => format!("<#> {filled}\n\n{hash}"),
            None => filled,
        }
    }
}

impl AppHash {
    /// One that takes as much room as any.
    pub(super) fn longest() -> Self {
        Self("0".repeat(11))
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

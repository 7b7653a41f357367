//! The content: what the operator writes in a file, what a version in the table holds, what the
//! operations show.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use shared::content::{Availability, Localized};

/// Everything that the app shows to everybody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Content {
    /// Languages, platforms with their versions, maintenance, texts of text messages.
    #[serde(flatten)]
    pub availability: Availability,
    /// The app's name.
    pub name: Localized,
    /// What it is, in a few sentences.
    pub description: Localized,
    /// Where people write for help.
    #[serde(default)]
    pub support_email: Option<String>,
    /// Where people call for help, E.164.
    #[serde(default)]
    pub support_phone: Option<String>,
    /// The terms of use, https.
    #[serde(default)]
    pub terms_url: Option<Localized>,
    /// The privacy policy, https.
    #[serde(default)]
    pub privacy_url: Option<Localized>,
    /// What the app may switch on, by the names that it knows.
    #[serde(default)]
    pub features: Map<String, Value>,
    /// Accounts of the app in social networks.
    #[serde(default)]
    pub social_accounts: Vec<SocialAccount>,
    /// Questions and answers.
    #[serde(default)]
    pub faqs: Vec<Faq>,
}

/// One account elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SocialAccount {
    /// The place's name.
    pub name: Localized,
    /// The account's address, https.
    pub url: Localized,
    /// The address of a picture, https.
    pub icon: String,
    /// Those with lower numbers come first; of equals, the one that stands first.
    #[serde(default)]
    pub order: u32,
}

/// One question with its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Faq {
    /// From 1 on; it stays the question's own.
    pub id: u64,
    /// The question.
    pub question: Localized,
    /// Its answer.
    pub answer: Localized,
    /// What it is about, by a word that the app knows.
    pub category: String,
    /// Those with lower numbers come first; of equals, the one that stands first.
    #[serde(default)]
    pub order: u32,
}

/// Something in a file that keeps it from being published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where, such as `faqs[id 3].answer.ar`; empty for the file as a whole.
    pub at: String,
    /// What is wrong, in a few words.
    pub what: String,
}

impl Content {
    /// Nothing but a name, for a table that holds no content yet.
    pub fn nameless(name: &str) -> Self {
        let same = |text: &str| Localized::Same(text.to_owned());
        Self {
            availability: Availability {
                languages: vec!["en".to_owned()],
                ..Availability::default()
            },
            name: same(name),
            description: same(""),
            support_email: None,
            support_phone: None,
            terms_url: None,
            privacy_url: None,
            features: Map::new(),
            social_accounts: Vec::new(),
            faqs: Vec::new(),
        }
    }

    /// Its one form as JSON, in which versions are kept and compared.
    pub fn to_json(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.at.is_empty() {
            f.write_str(&self.what)
        } else {
            write!(f, "{}: {}", self.at, self.what)
        }
    }
}

//! A customer's profile and the changes it takes.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{ids::CustomerId, phone::Phone};

/// What a customer may say of their gender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Gender {
    /// Female.
    Female,
    /// Male.
    Male,
    /// Neither of these.
    Other,
    /// Asked and not told.
    Undisclosed,
}

/// A customer's profile as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// Whose it is.
    pub id: CustomerId,
    /// The phone that logs in.
    pub phone: Phone,
    /// At most 150 characters; empty where not given.
    pub first_name: String,
    /// At most 150 characters; empty where not given.
    pub last_name: String,
    /// At most 254 characters.
    pub email: Option<String>,
    /// A day in the past.
    pub birth_date: Option<Date>,
    /// As told.
    pub gender: Option<Gender>,
    /// A BCP 47 tag.
    pub language: Option<String>,
    /// An https address of at most 2048 characters.
    pub avatar_url: Option<String>,
    /// Whether the customer wants advertising.
    pub marketing_opt_in: bool,
    /// When the account was made.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub created: Timestamp,
    /// When the profile changed last.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub updated: Timestamp,
    /// Counts the changes.
    pub version: u64,
}

/// Changes of a profile: what is `None` stays as it is; a `Some(None)` takes the value away.
#[derive(Debug, Clone, Default, PartialEq, Eq, ToSchema)]
pub struct CustomerPatch {
    /// May be empty.
    #[schema(nullable = false, max_length = 150)]
    pub first_name: Option<String>,
    /// May be empty.
    #[schema(nullable = false, max_length = 150)]
    pub last_name: Option<String>,
    /// A valid address.
    #[schema(value_type = Option<String>, max_length = 254, format = "email")]
    pub email: Option<Option<String>>,
    /// A day in the past.
    #[schema(value_type = Option<String>, format = "date")]
    pub birth_date: Option<Option<Date>>,
    /// As told.
    #[schema(value_type = Option<Gender>)]
    pub gender: Option<Option<Gender>>,
    /// A BCP 47 tag.
    #[schema(value_type = Option<String>)]
    pub language: Option<Option<String>>,
    /// An https address.
    #[schema(value_type = Option<String>, max_length = 2048, format = "uri")]
    pub avatar_url: Option<Option<String>>,
    /// Whether the customer wants advertising.
    #[schema(nullable = false)]
    pub marketing_opt_in: Option<bool>,
}

impl Customer {
    /// The profile of somebody who just logged in for the first time.
    pub fn new(id: CustomerId, phone: Phone, now: Timestamp) -> Self {
        Self {
            id,
            phone,
            first_name: String::new(),
            last_name: String::new(),
            email: None,
            birth_date: None,
            gender: None,
            language: None,
            avatar_url: None,
            marketing_opt_in: false,
            created: now,
            updated: now,
            version: 1,
        }
    }

    /// The profile after `patch`, or none if nothing in it differs.
    pub fn changed(&self, patch: CustomerPatch, now: Timestamp) -> Option<Self> {
        let old = self.clone();
        let new = Self {
            first_name: patch.first_name.unwrap_or(old.first_name),
            last_name: patch.last_name.unwrap_or(old.last_name),
            email: patch.email.unwrap_or(old.email),
            birth_date: patch.birth_date.unwrap_or(old.birth_date),
            gender: patch.gender.unwrap_or(old.gender),
            language: patch.language.unwrap_or(old.language),
            avatar_url: patch.avatar_url.unwrap_or(old.avatar_url),
            marketing_opt_in: patch.marketing_opt_in.unwrap_or(old.marketing_opt_in),
            ..self.clone()
        };
        (new != *self).then(|| Self { updated: now, version: self.version + 1, ..new })
    }

    /// The profile after a move to another phone, with what else changes by `patch`.
    pub fn moved(&self, phone: Phone, patch: CustomerPatch, now: Timestamp) -> Self {
        let changed = self.changed(patch, now).unwrap_or_else(|| self.clone());
        Self { phone, updated: now, version: self.version + 1, ..changed }
    }
}

impl Gender {
    /// The spellings of requests.
    pub const CHOICES: [&'static str; 4] = ["female", "male", "other", "undisclosed"];

    /// Reads the spelling of requests.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "female" => Self::Female,
            "male" => Self::Male,
            "other" => Self::Other,
            "undisclosed" => Self::Undisclosed,
            _ => return None,
        })
    }
}

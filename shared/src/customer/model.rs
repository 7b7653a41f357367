//! A customer's profile and the changes it takes.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{ids::CustomerId, legacy::LegacyId, phone::Phone};

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
    /// Asked, and not disclosed.
    Undisclosed,
}

/// A customer's profile as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// Whose it is.
    pub id: CustomerId,
    /// The phone that logs in.
    pub phone: Phone,
    /// The id in the stack that moved in, where the customer came from there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legacy_id: Option<LegacyId>,
    /// What the customer may change.
    #[serde(flatten)]
    pub details: Details,
    /// When the account was made.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub created: Timestamp,
    /// When the profile changed last.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub updated: Timestamp,
    /// Counts the changes.
    pub version: u64,
}

/// What a customer may change of a profile. Its names are those of the table and of the API.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Details {
    /// Empty if the customer has not given it.
    pub first_name: String,
    /// Empty if the customer has not given it.
    pub last_name: String,
    /// An email address.
    #[schema(required)]
    pub email: Option<String>,
    /// A date in the past.
    #[schema(required, value_type = Option<String>, format = "date")]
    pub birth_date: Option<Date>,
    /// Null if the customer has not given it.
    #[schema(required)]
    pub gender: Option<Gender>,
    /// BCP 47.
    #[schema(required)]
    pub language: Option<String>,
    /// An https address.
    #[schema(required)]
    pub avatar_url: Option<String>,
    /// Whether the customer wants advertising.
    pub marketing_opt_in: bool,
}

impl Customer {
    /// The profile of somebody who just logged in for the first time.
    pub fn new(id: CustomerId, phone: Phone, now: Timestamp) -> Self {
        let (legacy_id, details) = (None, Details::default());
        Self { id, phone, legacy_id, details, created: now, updated: now, version: 1 }
    }

    /// The profile with other details, or none if nothing in them differs.
    pub fn changed(&self, details: Details, now: Timestamp) -> Option<Self> {
        let version = self.version + 1;
        let differs = details != self.details;
        differs.then(|| Self { details, updated: now, version, ..self.clone() })
    }

    /// The profile after a move to another phone, with these details.
    pub fn moved(&self, phone: Phone, details: Details, now: Timestamp) -> Self {
        Self { phone, details, updated: now, version: self.version + 1, ..self.clone() }
    }
}

//! A one-time code that was sent: what it is for, whom it binds, how often it may be tried.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    hashes::{AddressHash, CodeHash, PhoneHash},
    ids::{ChallengeId, CustomerId},
    random::{Random, below},
};

/// What a code is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Log in, making the account where there is none.
    #[default]
    Login,
    /// Change the account's phone.
    ChangePhone,
    /// Delete the account.
    Delete,
}

/// A sent code as it is stored: the code itself only as a hash.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Challenge {
    /// Names it towards the client.
    pub id: ChallengeId,
    /// The phone it was sent to.
    pub phone: PhoneHash,
    /// What it is for.
    pub purpose: Purpose,
    /// Who asked for it, where the purpose needs a customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerId>,
    /// The code's hash.
    pub code: CodeHash,
    /// From when on it is worthless.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub until: Timestamp,
    /// Tries reserved so far.
    pub tries: u32,
    /// The day's budget that it counts against until it is verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<BudgetShares>,
}

/// Where a code was counted among the day's unverified ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetShares {
    /// Country of the phone, ISO 3166-1 alpha-2.
    pub country: String,
    /// The UTC day.
    pub day: jiff::civil::Date,
    /// Shard of the country's count.
    pub country_shard: u8,
    /// Shard of the total count.
    pub total_shard: u8,
    /// Who asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<AddressHash>,
}

impl Challenge {
    /// Whether `code` answers this challenge for `phone`, `purpose` and `customer` at `now`.
    pub fn answers(
        &self,
        phone: &PhoneHash,
        purpose: Purpose,
        customer: Option<CustomerId>,
        code: &CodeHash,
        now: Timestamp,
    ) -> bool {
        let same_code = self.code.matches(code);
        same_code
            && self.phone == *phone
            && self.purpose == purpose
            && self.customer == customer
            && now < self.until
    }
}

impl Purpose {
    /// The spelling in requests and hashes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::ChangePhone => "change_phone",
            Self::Delete => "delete",
        }
    }

    /// Reads the spelling of requests.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Login, Self::ChangePhone, Self::Delete]
            .into_iter()
            .find(|purpose| purpose.as_str() == text)
    }
}

/// Six digits, each million of them with the same chance.
pub fn draw_code(random: &dyn Random) -> String {
    format!("{:06}", below(random, 1_000_000))
}

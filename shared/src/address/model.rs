//! A customer's addresses, and which of them is the default.
//!
//! Invariants: there are at most fifty; of one or more exactly one is the default, of none none.
//! Both follow from the book, which changes in the transaction that adds or removes an address.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{ids::typed_id, point::Point};

/// How many addresses a customer has at most.
pub const MOST_ADDRESSES: u32 = 50;

typed_id!(
    /// One address of a customer.
    AddressId
);

/// An address as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Address {
    /// Its id, which sorts by its time.
    pub id: AddressId,
    /// What the customer wrote.
    #[serde(flatten)]
    pub details: Details,
    /// When it was added.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub created: Timestamp,
    /// When it was changed last.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub updated: Timestamp,
    /// Counts the changes.
    pub revision: u64,
}

/// What a customer writes of an address. A text that was not given is empty. Its names are those of
/// the table and of the API.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Details {
    /// What the customer calls it.
    pub label: String,
    /// Name of the person or the company.
    pub recipient: String,
    /// E.164 where it was sent with the code of its country, else as it was written; may be empty.
    pub phone: String,
    /// Street and number.
    pub line1: String,
    /// Apartment, floor or building.
    pub line2: String,
    /// City or village.
    pub city: String,
    /// State, province, emirate: its name.
    pub state: String,
    /// The code of ISO 3166-2 of `state`; null where the country has none of that name.
    #[serde(default)]
    #[schema(required)]
    pub state_code: Option<String>,
    /// As the country's post writes it.
    pub postal_code: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Where it is on the earth.
    #[schema(required)]
    pub location: Option<Point>,
    /// For whoever delivers.
    pub instructions: String,
}

/// Where somebody lives is nobody's business in a log.
impl fmt::Debug for Details {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Details").finish_non_exhaustive()
    }
}

/// What holds a customer's addresses together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressBook {
    /// How many addresses there are.
    #[serde(rename = "n")]
    pub count: u32,
    /// The default; none where there is no address.
    #[serde(default)]
    pub default: Option<AddressId>,
    /// Counts what was added, removed or made the default.
    pub revision: u64,
}

impl Address {
    /// A new address.
    pub fn new(id: AddressId, details: Details, now: Timestamp) -> Self {
        Self { id, details, created: now, updated: now, revision: 1 }
    }

    /// The same with other details.
    pub fn with(&self, details: Details, now: Timestamp) -> Self {
        Self { details, updated: now, revision: self.revision + 1, ..*self }
    }
}

impl AddressBook {
    /// Whether there is no place for another.
    pub fn is_full(&self) -> bool {
        self.count >= MOST_ADDRESSES
    }

    /// Brings a customer's addresses into the order in which they are shown: the default, then the
    /// newest.
    pub fn sort(&self, addresses: &mut [Address]) {
        addresses.sort_by_key(|address| {
            std::cmp::Reverse((Some(address.id) == self.default, address.created, address.id))
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    #[test]
    fn the_default_comes_first_and_then_the_newest() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let address = |second| {
            Address::new(AddressId::new(at(second), &SystemRandom), Details::default(), at(second))
        };
        let mut all: Vec<Address> = [3, 1, 4, 2].map(address).into();
        let book = AddressBook { count: 4, default: Some(all[3].id), revision: 4 };
        book.sort(&mut all);
        assert_eq!(
            all.iter().map(|address| address.created.as_second()).collect::<Vec<_>>(),
            [2, 4, 3, 1]
        );
    }
}

//! The sample shop of Swagger's Petstore, document 1.0.7: pets, orders, users.
//!
//! Invariants: an id is an int64 and exact; members stand in the order in which the public server
//! writes them, a pet's id first; what that server has as a primitive value is always there, and
//! what it has as an object only where it was given.

#![expect(
    missing_docs,
    reason = "the original document says no more of its members than their names do"
)]

mod samples;

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use utoipa::{
    ToSchema,
    openapi::{ObjectBuilder, Schema, Type},
};

pub use samples::{SAMPLES, Samples, samples};

use crate::times::{perhaps_utc, perhaps_utc_in_millis};

/// The most tags of one pet: all that one pet adds to and takes from the index of tags has its
/// place in one transaction.
pub const MOST_TAGS: usize = 40;

/// What kind of pet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(xml(name = "Category"))]
pub struct Category {
    #[schema(required = false)]
    pub id: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub name: Option<String>,
}

/// A tag of a pet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(xml(name = "Tag"))]
pub struct Tag {
    #[schema(required = false)]
    pub id: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub name: Option<String>,
}

/// A pet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(xml(name = "Pet"))]
pub struct Pet {
    #[schema(required = false)]
    pub id: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub category: Option<Category>,
    #[schema(example = "doggie")]
    pub name: String,
    #[schema(xml(wrapped, name = "photoUrl"))]
    pub photo_urls: Vec<String>,
    /// At most 40.
    #[schema(required = false, max_items = 40, xml(wrapped, name = "tag"))]
    pub tags: Vec<Tag>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = pet_status)]
    pub status: Option<PetStatus>,
}

/// Where a pet is on its way to a new home.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum PetStatus {
    /// To be had.
    Available,
    /// Promised.
    Pending,
    /// Gone.
    Sold,
}

/// An order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(xml(name = "Order"))]
pub struct Order {
    #[schema(required = false)]
    pub id: i64,
    #[schema(required = false)]
    pub pet_id: i64,
    #[schema(required = false)]
    pub quantity: i32,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "perhaps_utc_in_millis",
        deserialize_with = "perhaps_utc"
    )]
    #[schema(nullable = false, value_type = Option<String>, format = "date-time")]
    pub ship_date: Option<DateTime>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = order_status)]
    pub status: Option<OrderStatus>,
    #[schema(required = false)]
    pub complete: bool,
}

/// How far an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OrderStatus {
    /// Taken.
    Placed,
    /// Confirmed.
    Approved,
    /// Done.
    Delivered,
}

/// A user of the shop. It is sample data: nobody logs in by it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(xml(name = "User"))]
#[expect(clippy::struct_field_names, reason = "the names on the wire")]
pub struct User {
    #[schema(required = false)]
    pub id: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub username: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub first_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub last_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub password: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub phone: Option<String>,
    /// User Status
    #[schema(required = false)]
    pub user_status: i32,
}

impl PetStatus {
    /// All of them, in the document's order.
    pub const ALL: [Self; 3] = [Self::Available, Self::Pending, Self::Sold];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Pending => "pending",
            Self::Sold => "sold",
        }
    }

    /// The status of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

impl OrderStatus {
    /// All of them, in the document's order.
    pub const ALL: [Self; 3] = [Self::Placed, Self::Approved, Self::Delivered];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Placed => "placed",
            Self::Approved => "approved",
            Self::Delivered => "delivered",
        }
    }

    /// The status of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

/// Statuses stand where they are used, as in the original document, and not as schemas of their
/// own.
fn one_of(names: [&'static str; 3], description: &str) -> Schema {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(names))
        .description(Some(description))
        .build()
        .into()
}

fn pet_status() -> Schema {
    one_of(PetStatus::ALL.map(PetStatus::as_str), "pet status in the store")
}

fn order_status() -> Schema {
    one_of(OrderStatus::ALL.map(OrderStatus::as_str), "Order Status")
}

impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("User").field("id", &self.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_stand_in_the_public_servers_order_and_ids_are_exact() {
        let pet = Pet {
            id: i64::MAX,
            name: "doggie".to_owned(),
            status: Some(PetStatus::Sold),
            ..Pet::default()
        };
        let text = serde_json::to_string(&pet).unwrap();
        assert_eq!(
            text,
            r#"{"id":9223372036854775807,"name":"doggie","photoUrls":[],"tags":[],"status":"sold"}"#
        );
        assert_eq!(serde_json::from_str::<Pet>(&text).unwrap(), pet);
        let order = Order {
            id: 9_007_199_254_740_993,
            ship_date: crate::times::of_millis(0),
            ..Order::default()
        };
        let text = serde_json::to_string(&order).unwrap();
        let expected = concat!(
            r#"{"id":9007199254740993,"petId":0,"quantity":0,"#,
            r#""shipDate":"1970-01-01T00:00:00.000Z","complete":false}"#,
        );
        assert_eq!(text, expected);
        assert_eq!(serde_json::from_str::<Order>(&text).unwrap(), order);
    }

    #[test]
    fn a_status_has_the_name_that_serde_gives_it() {
        for status in PetStatus::ALL {
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
            assert_eq!(PetStatus::named(status.as_str()), Some(status));
        }
        for status in OrderStatus::ALL {
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
            assert_eq!(OrderStatus::named(status.as_str()), Some(status));
        }
    }
}

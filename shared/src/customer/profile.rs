//! A profile as answers and the export show it.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    customer::model::{Customer, Details},
    ids::CustomerId,
    legacy::LegacyId,
    phone::Phone,
    times::in_millis,
};

/// A customer's profile.
#[derive(Debug, Serialize, ToSchema)]
pub struct Profile {
    #[schema(value_type = String, format = "uuid")]
    id: CustomerId,
    /// E.164.
    #[schema(value_type = String)]
    phone: Phone,
    /// The id in the stack that moved in, for customers who came from there; absent for others.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false)]
    legacy_id: Option<LegacyId>,
    #[serde(flatten)]
    #[schema(inline)]
    details: Details,
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    created: Timestamp,
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    updated: Timestamp,
}

impl From<Customer> for Profile {
    fn from(customer: Customer) -> Self {
        let Customer { id, phone, legacy_id, details, created, updated, .. } = customer;
        Self { id, phone, legacy_id, details, created, updated }
    }
}

//! A profile as answers and the export show it.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    customer::model::{Customer, Details},
    ids::CustomerId,
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
        let Customer { id, phone, details, created, updated, .. } = customer;
        Self { id, phone, details, created, updated }
    }
}

//! A profile as answers and the export show it.

use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    customer::model::{Customer, Gender},
    ids::CustomerId,
    times::in_millis,
};

/// A customer's profile.
#[derive(Debug, Serialize, ToSchema)]
pub struct Profile {
    #[schema(value_type = String, format = "uuid")]
    id: CustomerId,
    /// E.164.
    phone: String,
    first_name: String,
    last_name: String,
    #[schema(required)]
    email: Option<String>,
    #[schema(required, value_type = Option<String>, format = "date")]
    birth_date: Option<Date>,
    #[schema(required)]
    gender: Option<Gender>,
    /// BCP 47.
    #[schema(required)]
    language: Option<String>,
    #[schema(required)]
    avatar_url: Option<String>,
    marketing_opt_in: bool,
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    created: Timestamp,
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    updated: Timestamp,
}

impl From<Customer> for Profile {
    fn from(customer: Customer) -> Self {
        Self {
            id: customer.id,
            phone: customer.phone.as_str().to_owned(),
            first_name: customer.first_name,
            last_name: customer.last_name,
            email: customer.email,
            birth_date: customer.birth_date,
            gender: customer.gender,
            language: customer.language,
            avatar_url: customer.avatar_url,
            marketing_opt_in: customer.marketing_opt_in,
            created: customer.created,
            updated: customer.updated,
        }
    }
}

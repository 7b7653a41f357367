//! The address book as the export shows it.

use jiff::Timestamp;
use serde::Serialize;
use shared::{
    address::{Address, AddressBook, Details},
    http::times::in_millis,
    ids::AddressId,
};
use utoipa::ToSchema;

/// An address.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedAddress {
    #[schema(value_type = String, format = "uuid")]
    id: AddressId,
    #[serde(flatten)]
    #[schema(inline)]
    details: Details,
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    created: Timestamp,
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    updated: Timestamp,
    /// How often it was written.
    revision: u64,
}

/// What holds the addresses together.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedAddressBook {
    /// How many there are.
    count: u32,
    /// The default.
    #[schema(required, value_type = Option<String>, format = "uuid")]
    default: Option<AddressId>,
    /// How often one was added, removed or made the default.
    revision: u64,
}

impl From<Address> for ExportedAddress {
    fn from(address: Address) -> Self {
        let Address { id, details, created, updated, revision } = address;
        Self { id, details, created, updated, revision }
    }
}

impl From<AddressBook> for ExportedAddressBook {
    fn from(AddressBook { count, default, revision }: AddressBook) -> Self {
        Self { count, default, revision }
    }
}

//! The address book in a customer's export.

use futures_util::FutureExt;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    address::{
        AddressId,
        model::{Address, AddressBook, Details},
    },
    domain::export::{ExportPart, Members, Reading, Source, members},
    store::StoreError,
    times::in_millis,
};

/// What the export shows.
pub(crate) const EXPORT: &[ExportPart] =
    &[ExportPart::of::<AddressExport>(Source::Whole(|reading| read(reading).boxed()))];

#[derive(Default, Serialize, ToSchema)]
struct AddressExport {
    /// Addresses. All are on the first page.
    addresses: Vec<ExportedAddress>,
    /// What holds them together; null but on the first page.
    #[schema(required)]
    address_book: Option<ExportedAddressBook>,
}

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

async fn read(Reading { store, customer, .. }: Reading<'_>) -> Result<Members, StoreError> {
    let (book, addresses) = store.addresses(customer).await?;
    members(&AddressExport {
        addresses: addresses.into_iter().map(Into::into).collect(),
        address_book: (book.revision > 0).then(|| book.into()),
    })
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

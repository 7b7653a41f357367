//! The address book in a customer's export.

use futures_util::FutureExt;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    address::model::{Address, AddressBook},
    domain::export::{Members, Part, Reading, Source, members},
    ids::AddressId,
    point::Point,
    store::StoreError,
    times::in_millis,
};

/// What the export shows.
pub(crate) const EXPORT: &[Part] =
    &[Part::of::<AddressExport>(Source::Whole(|reading| read(reading).boxed()))];

#[derive(Default, Serialize, ToSchema)]
struct AddressExport {
    /// Addresses. All are on the first page.
    addresses: Vec<ExportedAddress>,
    /// What holds them together; null but on the first page.
    #[schema(required)]
    address_book: Option<ExportedAddressBook>,
}

/// An address. A text that was not given is empty.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedAddress {
    #[schema(value_type = String, format = "uuid")]
    id: AddressId,
    label: String,
    recipient: String,
    phone: String,
    line1: String,
    line2: String,
    city: String,
    state: String,
    postal_code: String,
    country: String,
    /// Degrees north and east.
    #[schema(required)]
    location: Option<ExportedPoint>,
    instructions: String,
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    created: Timestamp,
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    updated: Timestamp,
    /// How often it was written.
    revision: u64,
}

/// A point on the earth.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedPoint {
    lat: f64,
    lng: f64,
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
        Self {
            id,
            label: details.label,
            recipient: details.recipient,
            phone: details.phone,
            line1: details.line1,
            line2: details.line2,
            city: details.city,
            state: details.state,
            postal_code: details.postal_code,
            country: details.country,
            location: details.location.map(|Point { lat, lng }| ExportedPoint { lat, lng }),
            instructions: details.instructions,
            created,
            updated,
            revision,
        }
    }
}

impl From<AddressBook> for ExportedAddressBook {
    fn from(AddressBook { count, default, revision }: AddressBook) -> Self {
        Self { count, default, revision }
    }
}

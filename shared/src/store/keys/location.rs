//! Keys of address books and of the service areas.

use super::Key;
use crate::ids::{AddressId, AreaReleaseId, CustomerId};

/// A customer's addresses, the head of the book among them, which sorts behind them.
pub(crate) fn addresses_of(customer: CustomerId) -> String {
    format!("ADDR#{customer}")
}

/// What the sort keys of addresses begin with.
pub(crate) const ADDRESSES: &str = "ADDRESS#";

/// The head of a customer's address book.
pub fn address_book(customer: CustomerId) -> Key {
    Key::new(addresses_of(customer), "BOOK")
}

/// A customer's address.
pub fn address(customer: CustomerId, id: AddressId) -> Key {
    Key::new(addresses_of(customer), format!("{ADDRESSES}{id}"))
}

/// Which release of the service areas holds.
pub fn present_areas() -> Key {
    Key::new("AREA#PRESENT".to_owned(), "PRESENT")
}

/// A release of the service areas: what is known of it and its chunks.
pub(crate) fn areas_of(release: AreaReleaseId) -> String {
    format!("AREA#{release}")
}

/// What is known of a release of the service areas.
pub fn area_release(release: AreaReleaseId) -> Key {
    Key::new(areas_of(release), "RELEASE")
}

/// What the sort keys of chunks begin with.
pub(crate) const CHUNKS: &str = "CHUNK#";

/// A chunk of a release of the service areas.
pub fn area_chunk(release: AreaReleaseId, chunk: u32) -> Key {
    Key::new(areas_of(release), format!("{CHUNKS}{chunk:04}"))
}

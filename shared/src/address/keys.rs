//! Keys of address books.

use table::Key;

use crate::{address::AddressId, ids::CustomerId};

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

//! Address books.

pub mod keys;
pub(crate) mod model;
pub(crate) mod store;

pub use model::{Address, AddressBook, Details, MOST_ADDRESSES};
pub use store::{Added, DefaultPlace, NewAddress, Removed};

//! Keys of what the move-in wrote.

use table::Key;

use crate::ids::CustomerId;

/// What the move-in wrote of a customer.
pub fn moved_in(customer: CustomerId) -> Key {
    Key::new(format!("MOVED#{customer}"), "STATE")
}

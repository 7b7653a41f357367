//! Keys of profiles.

use table::Key;

use crate::ids::CustomerId;

/// A customer's profile.
pub fn profile(customer: CustomerId) -> Key {
    Key::new(format!("PROFILE#{customer}"), "PROFILE")
}

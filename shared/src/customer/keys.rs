//! Keys of profiles.

use crate::{ids::CustomerId, store::keys::Key};

/// A customer's profile.
pub fn profile(customer: CustomerId) -> Key {
    Key::new(format!("PROFILE#{customer}"), "PROFILE")
}

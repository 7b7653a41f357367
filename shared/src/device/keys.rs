//! Keys of push devices.

use table::{IndexList, Key};

use crate::{hashes::ContentHash, ids::CustomerId};

/// Push devices, by when each was last seen as far as is known.
pub const DEVICES_BY_LAST_SEEN: IndexList = IndexList("DEV#SEEN");

/// Customers who have devices, or had some, in the order of the last bits of their ids: whom a
/// message to all is pushed to.
pub const CUSTOMERS_WITH_DEVICES: IndexList = IndexList("DEV#CUSTOMERS");

/// A customer's rank on [`CUSTOMERS_WITH_DEVICES`].
pub(crate) fn rank(customer: CustomerId) -> i64 {
    customer.low_bits().into()
}

/// A customer's devices, their head among them.
pub(crate) fn devices_of(customer: CustomerId) -> String {
    format!("DEV#{customer}")
}

/// What the sort keys of devices begin with.
pub(crate) const DEVICES: &str = "DEVICE#";

/// A customer's device by its registration id's hash.
pub fn device(customer: CustomerId, registration: &ContentHash) -> Key {
    Key::new(devices_of(customer), format!("{DEVICES}{}", registration.as_str()))
}

/// The head of a customer's devices.
pub fn device_head(customer: CustomerId) -> Key {
    Key::new(devices_of(customer), "COUNT")
}

/// The sort key of what a customer wants to be pushed.
pub(crate) const PREFERENCES: &str = "PREFERENCES";

/// What a customer wants to be pushed.
pub fn preferences(customer: CustomerId) -> Key {
    Key::new(devices_of(customer), PREFERENCES)
}

/// Whose a registration id is.
pub fn device_owner(registration: &ContentHash) -> Key {
    Key::new(format!("DEV#REGISTRATION#{}", registration.as_str()), "OWNER")
}

/// How far the sweep has come that fills [`CUSTOMERS_WITH_DEVICES`].
pub(crate) fn listing() -> Key {
    Key::new("DEV#LISTING", "PLACE")
}

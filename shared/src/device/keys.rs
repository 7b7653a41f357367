//! Keys of push devices.

use crate::{hashes::ContentHash, ids::CustomerId, store::keys::Key};

/// A customer's devices, their count among them.
pub(crate) fn devices_of(customer: CustomerId) -> String {
    format!("DEV#{customer}")
}

/// What the sort keys of devices begin with.
pub(crate) const DEVICES: &str = "DEVICE#";

/// A customer's device by its registration id's hash.
pub fn device(customer: CustomerId, registration: &ContentHash) -> Key {
    Key::new(devices_of(customer), format!("{DEVICES}{}", registration.as_str()))
}

/// How many devices a customer has.
pub fn device_count(customer: CustomerId) -> Key {
    Key::new(devices_of(customer), "COUNT")
}

/// Whose a registration id is.
pub fn device_owner(registration: &ContentHash) -> Key {
    Key::new(format!("DEV#REGISTRATION#{}", registration.as_str()), "OWNER")
}

/// That a device's number is taken.
pub fn device_number(number: u64) -> Key {
    Key::new(format!("DEV#NUMBER#{number}"), "TAKEN")
}

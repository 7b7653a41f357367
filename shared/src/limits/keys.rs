//! Keys of the counters behind the limits.

use jiff::{Timestamp, civil::Date};
use table::Key;

use crate::{
    hashes::{AddressHash, PhoneHash},
    ids::CustomerId,
    store::keys::day_of,
};

/// The sends to a phone.
pub fn sends_to_phone(phone: &PhoneHash) -> Key {
    Key::new(format!("RATE#sends-phone#{}", phone.as_str()), "LOG")
}

/// The sends from an address in the UTC hour of `now`.
pub fn sends_from_address(address: &AddressHash, now: Timestamp) -> Key {
    let hour = now.as_second().div_euclid(3_600);
    Key::new(format!("RATE#sends-address#{}#{hour}", address.as_str()), "COUNT")
}

/// The tries on a phone in the UTC day of `now`.
pub fn tries_on_phone(phone: &PhoneHash, now: Timestamp) -> Key {
    Key::new(format!("RATE#tries#{}#{}", phone.as_str(), day_of(now)), "COUNT")
}

/// The tries in the UTC day of `now` on codes that were sent to a customer's own phone.
pub fn tries_of_customer(customer: CustomerId, now: Timestamp) -> Key {
    Key::new(format!("RATE#tries#{customer}#{}", day_of(now)), "COUNT")
}

/// One shard of a day's unverified codes; `scope` is a country code or `ALL`.
pub fn budget_shard(scope: &str, day: Date, shard: u8) -> Key {
    Key::new(format!("RATE#budget#{scope}#{day}"), format!("SHARD#{shard:02}"))
}

/// The writes of a customer in the minutes of the UTC hour of `now`.
pub fn writes_of_customer(customer: CustomerId, now: Timestamp) -> Key {
    Key::new(format!("RATE#writes#{customer}#{}", now.as_second().div_euclid(3_600)), "COUNT")
}

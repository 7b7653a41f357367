//! Keys of the counters behind the limits.

use jiff::{Timestamp, civil::Date};
use table::Key;

use crate::{
    hashes::{AddressHash, NetworkHash, PhoneHash},
    ids::{CustomerId, SessionId},
    store::keys::day_of,
};

/// The sends to a phone.
pub fn sends_to_phone(phone: &PhoneHash) -> Key {
    Key::new(format!("RATE#sends-phone#{}", phone.as_str()), "LOG")
}

/// The sends from an address in a day, by hour, and those of them that nobody used.
pub fn sends_from_address(address: &AddressHash, day: Date) -> Key {
    Key::new(format!("RATE#sends-address#{}#{day}", address.as_str()), "COUNT")
}

/// The text messages to a phone in the UTC day of `now`.
pub fn texts_to_phone(phone: &PhoneHash, now: Timestamp) -> Key {
    Key::new(format!("RATE#texts#{}#{}", phone.as_str(), day_of(now)), "COUNT")
}

/// The tries by a known device in the UTC hour of `now`.
pub fn tries_of_device(session: SessionId, now: Timestamp) -> Key {
    let hour = now.as_second().div_euclid(3_600);
    Key::new(format!("RATE#tries-device#{session}#{hour}"), "COUNT")
}

/// The tries from an address at unknown challenges in the UTC hour of `now`.
pub fn unknown_challenges(address: &AddressHash, now: Timestamp) -> Key {
    let hour = now.as_second().div_euclid(3_600);
    Key::new(format!("RATE#unknown-challenges#{}#{hour}", address.as_str()), "COUNT")
}

/// A session that ended because its refresh token was stolen.
pub fn stolen_session(session: SessionId) -> Key {
    Key::new(format!("RATE#stolen#{session}"), "SESSION")
}

/// A network from which a code of a phone was verified, with the tries from there by day.
pub fn known_network(phone: &PhoneHash, network: &NetworkHash) -> Key {
    Key::new(networks_of(phone), format!("NETWORK#{}", network.as_str()))
}

/// The partition of the networks from which codes of a phone were verified.
pub fn networks_of(phone: &PhoneHash) -> String {
    format!("NET#{}", phone.as_str())
}

/// The tries on a phone in the UTC day of `now`.
pub fn tries_on_phone(phone: &PhoneHash, now: Timestamp) -> Key {
    Key::new(format!("RATE#tries#{}#{}", phone.as_str(), day_of(now)), "COUNT")
}

/// The tries in the UTC day of `now` on codes that were sent to a customer's own phone.
pub fn tries_of_customer(customer: CustomerId, now: Timestamp) -> Key {
    Key::new(format!("RATE#tries#{customer}#{}", day_of(now)), "COUNT")
}

/// One shard of a day's unverified codes; `scope` is a country code, `ALL`, or a country code and
/// `+` for the codes of all lanes.
pub fn budget_shard(scope: &str, day: Date, shard: u8) -> Key {
    Key::new(format!("RATE#budget#{scope}#{day}"), format!("SHARD#{shard:02}"))
}

/// The writes of a customer in the minutes of the UTC hour of `now`.
pub fn writes_of_customer(customer: CustomerId, now: Timestamp) -> Key {
    Key::new(format!("RATE#writes#{customer}#{}", now.as_second().div_euclid(3_600)), "COUNT")
}

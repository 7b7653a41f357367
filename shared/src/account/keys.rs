//! Keys of accounts, of the phones that lead to them, and of the lists of customers.

use table::{IndexList, Key};

use crate::{hashes::PhoneHash, ids::CustomerId};

/// Accounts with sessions, by the end of the session that is known to end first.
pub const SESSIONS_BY_END: IndexList = IndexList("AUTH#DUE");

/// A customer's account.
pub fn account(customer: CustomerId) -> Key {
    Key::new(format!("AUTH#{customer}"), "ACCOUNT")
}

/// That there is a customer. All of them stand in sixteen partitions, by the last digit of their
/// ids.
pub fn customer_entry(customer: CustomerId) -> Key {
    let id = customer.to_string();
    Key::new(customers_shard(id.chars().last().unwrap_or('0')), format!("CUSTOMER#{id}"))
}

/// The partition of the customers whose ids end in `digit` (hexadecimal).
pub(crate) fn customers_shard(digit: char) -> String {
    format!("AUTH#CUSTOMERS#{digit}")
}

/// A customer who left and is to be erased. All who left stand in sixteen partitions, by the last
/// digit of their ids.
pub fn leaving(customer: CustomerId) -> Key {
    let id = customer.to_string();
    Key::new(leaving_shard(id.chars().last().unwrap_or('0')), format!("CUSTOMER#{id}"))
}

/// The partition of those who left and whose ids end in `digit` (hexadecimal).
pub(crate) fn leaving_shard(digit: char) -> String {
    format!("AUTH#LEAVING#{digit}")
}

/// Who logs in with a phone.
pub fn phone_owner(phone: &PhoneHash) -> Key {
    Key::new(format!("PHONE#{}", phone.as_str()), "OWNER")
}

/// The customer whose partition a key names, if it is a customer's.
pub fn customer_of(key: &Key) -> Option<CustomerId> {
    key.partition().split_once('#')?.1.parse().ok()
}

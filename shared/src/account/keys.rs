//! Keys of accounts, of the phones that lead to them, and of the lists of customers.

use jiff::Timestamp;
use table::{IndexList, Key};

use crate::{hashes::PhoneHash, ids::CustomerId, store::keys::last_digit};

/// Accounts with sessions, by the end of the session that is known to end first.
pub const SESSIONS_BY_END: IndexList = IndexList("AUTH#DUE");

/// A customer's account.
pub fn account(customer: CustomerId) -> Key {
    Key::new(format!("AUTH#{customer}"), "ACCOUNT")
}

/// A customer's entry on the list of all. The entries are in sixteen partitions, by the last
/// digit of the customers' ids.
pub fn customer_entry(customer: CustomerId) -> Key {
    let id = customer.to_string();
    Key::new(customers_shard(last_digit(&id)), format!("CUSTOMER#{id}"))
}

/// The partition of the customers whose ids end in `digit` (hexadecimal).
pub(crate) fn customers_shard(digit: char) -> String {
    format!("AUTH#CUSTOMERS#{digit}")
}

/// A customer whose account is deleted and who is to be erased. All of them stand in sixteen
/// partitions, by the last digit of their ids.
pub fn deleted_customer(customer: CustomerId) -> Key {
    let id = customer.to_string();
    Key::new(deleted_shard(last_digit(&id)), format!("CUSTOMER#{id}"))
}

/// The partition of the deleted customers whose ids end in `digit` (hexadecimal).
pub(crate) fn deleted_shard(digit: char) -> String {
    format!("AUTH#LEAVING#{digit}")
}

/// An entry of the erasure journal, which is a table of its own: the entries are in sixteen
/// partitions, by the last digit of the customers' ids, in the order of time.
pub fn journaled_deletion(customer: CustomerId, at: Timestamp) -> Key {
    let id = customer.to_string();
    Key::new(journal_shard(last_digit(&id)), format!("{at:.3}#{id}"))
}

/// The partition of the journal for the customers whose ids end in `digit` (hexadecimal).
pub(crate) fn journal_shard(digit: char) -> String {
    format!("AUTH#JOURNAL#{digit}")
}

/// Who logs in with a phone.
pub fn phone_owner(phone: &PhoneHash) -> Key {
    Key::new(format!("PHONE#{}", phone.as_str()), "OWNER")
}

/// The customer whose partition a key names, if it is a customer's.
pub fn customer_of(key: &Key) -> Option<CustomerId> {
    key.partition().split_once('#')?.1.parse().ok()
}

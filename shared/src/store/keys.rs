//! Every key of the table. Arguments are typed ids, hashes and numbers, so nothing a client sends can add a `#`.
//!
//! | what | partition key | sort key | read and written by |
//! | --- | --- | --- | --- |
//! | account: status, epoch, sessions | `AUTH#<customer>` | `ACCOUNT` | each authenticated operation reads it; refresh and log-in write it |
//! | profile | `PROFILE#<customer>` | `PROFILE` | GetCustomerDetails, UpdateCustomer, AuthenticateCustomer |
//! | owner of a phone | `PHONE#<hash>` | `OWNER` | AuthenticateCustomer, UpdateCustomer, DeleteCustomer |
//! | that there is a customer | `AUTH#CUSTOMERS#<0..f>` | `CUSTOMER#<customer>` | AuthenticateCustomer writes it, the notifier goes through all |
//! | who left and is to be erased | `AUTH#LEAVING#<0..f>` | `CUSTOMER#<customer>` | DeleteCustomer writes it, the clean-up takes it |
//! | push device | `DEV#<customer>` | `DEVICE#<hash of the registration id>` | the device operations, AuthenticateCustomer, the notifier |
//! | how many devices a customer has | `DEV#<customer>` | `COUNT` | devices_create, devices_destroy, AuthenticateCustomer |
//! | owner of a registration id | `DEV#REGISTRATION#<hash>` | `OWNER` | devices_create, devices_update, devices_destroy, AuthenticateCustomer |
//! | that a device's number is taken | `DEV#NUMBER#<number>` | `TAKEN` | devices_create, AuthenticateCustomer; for a day, as a number holds its time |
//! | head of an inbox | `INBOX#<customer>` | `HEAD` | every operation on notifications, the notifier |
//! | notification | `INBOX#<customer>` | `ITEM#<notification>` | listNotifications and those that read or delete; the notifier writes it |
//! | that a message came into an inbox | `INBOX#<customer>` | `RECEIPT#<hash of the message's id>` | the notifier |
//! | how far a message to all has come | `INBOX#FANOUT#<hash of the message's id>` | `SHARD#<0..f>` | the notifier |
//! | sent code | `OTP#<challenge>` | `CHALLENGE` | sendOTP writes it, AuthenticateCustomer tries and takes it |
//! | sends to a phone | `RATE#sends-phone#<hash>` | `LOG` | sendOTP |
//! | sends from an address in an hour | `RATE#sends-address#<hash>#<hour>` | `COUNT` | sendOTP |
//! | tries on a phone in a day | `RATE#tries#<hash>#<day>` | `COUNT` | AuthenticateCustomer, UpdateCustomer |
//! | tries on codes to a customer's own phone in a day | `RATE#tries#<customer>#<day>` | `COUNT` | UpdateCustomer, DeleteCustomer |
//! | writes of a customer in a minute | `RATE#writes#<customer>#<minute>` | `COUNT` | each authenticated write |
//! | unverified codes of a day | `RATE#budget#<country or ALL>#<day>` | `SHARD#<00..15>` | sendOTP adds, AuthenticateCustomer takes back |
//! | wallet: balances | `WALLET#<customer>` | `WALLET` | AuthenticateCustomer makes it, updateWallet changes it, DeleteCustomer closes it |
//! | entry of its ledger | `WALLET#<customer>` | `ENTRY#<currency>#<entry>` | updateWallet and DeleteCustomer write it, listWalletDetails reads it |
//! | hold | `WALLET#<customer>` | `HOLD#<entry>` | updateWallet |
//! | that an entry was taken back | `WALLET#<customer>` | `REVERSAL#<entry>` | updateWallet |
//! | holds by the time of their end | `WALLET#DUE#<0..f>` | `TIME#<milliseconds>#<customer>#<entry>` | updateWallet writes it, the end of holds takes it |
//! | all ledgers | `WALLET#ALL#<0..f>` | `LEDGER#<ledger>` | the first entry of a wallet writes it, the audit reads it |
//! | entries that name nobody any more | `WALLET#LEDGER#<ledger>` | as in a wallet | the erasing moves them there, the audit reads them |
//! | where the audit is | `WALLET#AUDIT` | `PLACE` | the audit |
//! | answer to a repeated request | `IDEM#<customer>` | `<CUSTOMER or OPERATOR>#<operation>#<hash of the key>` | operations that take an `Idempotency-Key` |
//! | app information: gates, present version of the content | `APP#INFO` | `INFO` | every function that serves `/api/` reads it once a minute; the operator publishes it |
//! | a version of the content | `APP#CONTENT` | `VERSION#<number>` | AppInfo, once after it changed; the operator publishes it |
//! | public signing keys | `KEY#TOKEN` | `VERSION#<number>` | auth and customer publish, the others read |
//!
//! # Who may do what
//!
//! IAM keeps the groups apart by the partition key's prefix (`dynamodb:LeadingKeys`); `template.yaml` follows this table.
//!
//! | group | `AUTH#` | `PROFILE#` | `PHONE#` | `OTP#` | `WALLET#` | `RATE#` | `IDEM#` | `KEY#` | `APP#` | `DEV#` | `INBOX#` |
//! | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
//! | auth | get, update | | | put, delete | | get, put, update, query | | get, put | get | | |
//! | customer | get, put, update | get, put | get, put, delete | update, delete | get, put, query | update | query | get, put | get | get, put, update, delete, query | query |
//! | wallet | get | | | | get, put, delete, query | update | get, put | query | get | | |
//! | fcm | get | | | | | update | get, put | query | get | get, put, update, delete, query | get, put, update, delete, query, batch get |
//! | notifier | get, query | | get | | | | | | | update, query | get, put, update |
//! | app-info | | | | | | | | | get | | |

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::Item;
use crate::{
    hashes::{AddressHash, ContentHash, PhoneHash},
    ids::{ChallengeId, CustomerId, EntryId, LedgerId, NotificationId},
    model::{
        currency::Currency,
        idempotency::{Asker, Slot},
    },
};

/// The attribute that holds the partition key.
pub const PARTITION: &str = "pk";
/// The attribute that holds the sort key.
pub const SORT: &str = "sk";
/// The attribute from which DynamoDB's TTL reads when to delete, in seconds since 1970.
pub const EXPIRES: &str = "expires";

/// The partitions of a list that all customers share, by the last digit of an id.
pub const SHARDS: &str = "0123456789abcdef";

/// A primary key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    partition: String,
    sort: String,
}

impl Key {
    fn new(partition: String, sort: impl Into<String>) -> Self {
        Self { partition, sort: sort.into() }
    }

    /// The partition key.
    pub fn partition(&self) -> &str {
        &self.partition
    }

    /// The sort key.
    pub fn sort(&self) -> &str {
        &self.sort
    }

    pub(crate) fn into_item(self) -> Item {
        Item::from([(PARTITION.to_owned(), AttributeValue::S(self.partition)), (SORT.to_owned(), AttributeValue::S(self.sort))])
    }
}

/// A customer's account.
pub fn account(customer: CustomerId) -> Key {
    Key::new(format!("AUTH#{customer}"), "ACCOUNT")
}

/// A customer's profile.
pub fn profile(customer: CustomerId) -> Key {
    Key::new(format!("PROFILE#{customer}"), "PROFILE")
}

/// That there is a customer. All of them stand in sixteen partitions, by the last digit of their ids.
pub fn customer_entry(customer: CustomerId) -> Key {
    let id = customer.to_string();
    Key::new(customers_shard(id.chars().last().unwrap_or('0')), format!("CUSTOMER#{id}"))
}

/// The partition of the customers whose ids end in `digit` (hexadecimal).
pub(crate) fn customers_shard(digit: char) -> String {
    format!("AUTH#CUSTOMERS#{digit}")
}

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

/// A customer's inbox: its head, its items, its receipts.
pub(crate) fn inbox_of(customer: CustomerId) -> String {
    format!("INBOX#{customer}")
}

/// The head of a customer's inbox.
pub fn inbox(customer: CustomerId) -> Key {
    Key::new(inbox_of(customer), "HEAD")
}

/// What the sort keys of notifications begin with.
pub(crate) const NOTIFICATIONS: &str = "ITEM#";

/// A notification.
pub fn notification(customer: CustomerId, id: NotificationId) -> Key {
    Key::new(inbox_of(customer), format!("{NOTIFICATIONS}{id}"))
}

/// That a message came into a customer's inbox.
pub fn receipt(customer: CustomerId, message: &ContentHash) -> Key {
    Key::new(inbox_of(customer), format!("RECEIPT#{}", message.as_str()))
}

/// A place in the partition of [`inbox_of`].
pub(crate) fn inbox_at(customer: CustomerId, place: &str) -> Key {
    Key::new(inbox_of(customer), place)
}

/// How far a message to all has come among the customers whose ids end in `digit` (hexadecimal).
pub fn fan_out(message: &ContentHash, digit: char) -> Key {
    Key::new(format!("INBOX#FANOUT#{}", message.as_str()), format!("SHARD#{digit}"))
}

/// A customer who left and is to be erased. All who left stand in sixteen partitions, by the last digit of their ids.
pub fn leaving(customer: CustomerId) -> Key {
    let id = customer.to_string();
    Key::new(leaving_shard(id.chars().last().unwrap_or('0')), format!("CUSTOMER#{id}"))
}

/// The partition of the answers that are given again to a customer's repeated `Idempotency-Key`.
pub(crate) fn answers_of(customer: CustomerId) -> String {
    format!("IDEM#{customer}")
}

/// The answer that is given again to a repeated request.
pub fn answer(slot: &Slot) -> Key {
    let (customer, asker) = match slot.asker {
        Asker::Customer(customer) => (customer, "CUSTOMER"),
        Asker::Operator(customer) => (customer, "OPERATOR"),
    };
    Key::new(answers_of(customer), format!("{asker}#{}#{}", slot.operation, slot.request.key))
}

/// A customer's stored answer at a place in the partition of [`answers_of`].
pub(crate) fn answer_at(customer: CustomerId, place: &str) -> Key {
    Key::new(answers_of(customer), place)
}

/// The partition of those who left and whose ids end in `digit` (hexadecimal).
pub(crate) fn leaving_shard(digit: char) -> String {
    format!("AUTH#LEAVING#{digit}")
}

/// Who logs in with a phone.
pub fn phone_owner(phone: &PhoneHash) -> Key {
    Key::new(format!("PHONE#{}", phone.as_str()), "OWNER")
}

/// A sent code.
pub fn challenge(id: ChallengeId) -> Key {
    Key::new(format!("OTP#{id}"), "CHALLENGE")
}

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

/// The writes of a customer in the minute of `now`.
pub fn writes_of_customer(customer: CustomerId, now: Timestamp) -> Key {
    Key::new(format!("RATE#writes#{customer}#{}", now.as_second().div_euclid(60)), "COUNT")
}

/// The partition of a customer's wallet.
pub(crate) fn wallet_of(customer: CustomerId) -> String {
    format!("WALLET#{customer}")
}

/// A customer's wallet.
pub fn wallet(customer: CustomerId) -> Key {
    Key::new(wallet_of(customer), "WALLET")
}

/// An item of a customer's wallet at a place in the partition.
pub(crate) fn wallet_place(customer: CustomerId, place: &str) -> Key {
    Key::new(wallet_of(customer), place)
}

/// An entry of a customer's ledger.
pub fn entry(customer: CustomerId, currency: Currency, id: EntryId) -> Key {
    Key::new(wallet_of(customer), entry_sort(currency, id))
}

/// The place of an entry among the items of its wallet: by currency, then by age.
pub(crate) fn entry_sort(currency: Currency, id: EntryId) -> String {
    format!("ENTRY#{currency}#{id}")
}

/// How the places of the entries of one currency, or of all, begin.
pub(crate) fn entries_of(currency: Option<Currency>) -> String {
    currency.map_or_else(|| "ENTRY#".to_owned(), |currency| format!("ENTRY#{currency}#"))
}

/// A hold by the entry that opened it.
pub fn hold(customer: CustomerId, id: EntryId) -> Key {
    Key::new(wallet_of(customer), format!("HOLD#{id}"))
}

/// That an entry was taken back.
pub fn reversal(customer: CustomerId, id: EntryId) -> Key {
    Key::new(wallet_of(customer), format!("REVERSAL#{id}"))
}

/// A hold on the list of those that end. All stand in sixteen partitions, by the last digit of the customers' ids.
pub fn due_hold(until: Timestamp, customer: CustomerId, id: EntryId) -> Key {
    Key::new(due_shard(last_digit(&customer)), format!("TIME#{:015}#{customer}#{id}", until.as_millisecond().max(0)))
}

/// The partition of the holds that end of customers whose ids end in `digit`.
pub(crate) fn due_shard(digit: char) -> String {
    format!("WALLET#DUE#{digit}")
}

/// A ledger on the list of all. They stand in sixteen partitions, by the last digit of their ids.
pub fn listed_ledger(ledger: LedgerId) -> Key {
    Key::new(ledger_shard(last_digit(&ledger)), format!("LEDGER#{ledger}"))
}

/// The partition of the ledgers whose ids end in `digit`.
pub(crate) fn ledger_shard(digit: char) -> String {
    format!("WALLET#ALL#{digit}")
}

/// The partition of a ledger that names nobody any more.
pub(crate) fn former_wallet_of(ledger: LedgerId) -> String {
    format!("WALLET#LEDGER#{ledger}")
}

/// The wallet of somebody who was erased.
pub fn former_wallet(ledger: LedgerId) -> Key {
    Key::new(former_wallet_of(ledger), "WALLET")
}

/// An item of a ledger that names nobody, at a place in the partition.
pub(crate) fn former_wallet_place(ledger: LedgerId, place: &str) -> Key {
    Key::new(former_wallet_of(ledger), place)
}

/// An entry of a ledger that names nobody.
pub fn former_entry(ledger: LedgerId, currency: Currency, id: EntryId) -> Key {
    Key::new(former_wallet_of(ledger), entry_sort(currency, id))
}

/// Where the audit of the wallets is.
pub fn audit_place() -> Key {
    Key::new("WALLET#AUDIT".to_owned(), "PLACE")
}

fn last_digit(id: &impl ToString) -> char {
    id.to_string().chars().last().unwrap_or('0')
}

/// The app information.
pub fn app_info() -> Key {
    Key::new("APP#INFO".to_owned(), "INFO")
}

/// A version of the content.
pub fn content(version: u64) -> Key {
    Key::new("APP#CONTENT".to_owned(), format!("VERSION#{version:010}"))
}

/// A public signing key by its version.
pub fn signing_key(version: u32) -> Key {
    Key::new("KEY#TOKEN".to_owned(), format!("VERSION#{version:010}"))
}

/// The UTC day that `now` lies in.
pub fn day_of(now: Timestamp) -> Date {
    now.to_zoned(TimeZone::UTC).date()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        hashes::Hashes,
        model::{idempotency::RequestKey, phone::Phone},
    };

    #[test]
    fn every_key_in_one_picture() {
        let hashes = Hashes::new(&"pepper".into());
        let now: Timestamp = "2026-11-22T20:52:24Z".parse().unwrap();
        let phone = hashes.phone(&Phone::of_the_operator("+14155550123"));
        let address = hashes.address("192.0.2.7".parse().unwrap());
        let hash = ContentHash::of("a registration id");
        let id = "019aac3f-0000-7000-8000-000000000001";
        let request = RequestKey { key: "Ovy6Ij3LVCp1eJ5I8sXEHg".to_owned(), fingerprint: "any".to_owned() };
        let all = [
            account(id.parse().unwrap()),
            profile(id.parse().unwrap()),
            phone_owner(&phone),
            challenge(id.parse().unwrap()),
            sends_to_phone(&phone),
            sends_from_address(&address, now),
            customer_entry(id.parse().unwrap()),
            leaving(id.parse().unwrap()),
            device(id.parse().unwrap(), &hash),
            device_count(id.parse().unwrap()),
            device_owner(&hash),
            device_number(447_000_000_000_000),
            inbox(id.parse().unwrap()),
            notification(id.parse().unwrap(), id.parse().unwrap()),
            receipt(id.parse().unwrap(), &hash),
            fan_out(&hash, 'a'),
            tries_on_phone(&phone, now),
            tries_of_customer(id.parse().unwrap(), now),
            writes_of_customer(id.parse().unwrap(), now),
            budget_shard("US", day_of(now), 7),
            wallet(id.parse().unwrap()),
            entry(id.parse().unwrap(), "KWD".parse().unwrap(), "019aac3f-0000-7000-8000-00000000019e".parse().unwrap()),
            hold(id.parse().unwrap(), "019aac3f-0000-7000-8000-00000000019e".parse().unwrap()),
            reversal(id.parse().unwrap(), "019aac3f-0000-7000-8000-00000000019e".parse().unwrap()),
            due_hold(now, id.parse().unwrap(), "019aac3f-0000-7000-8000-00000000019e".parse().unwrap()),
            listed_ledger("019aac3f-0000-7000-8000-00000000000b".parse().unwrap()),
            former_wallet("019aac3f-0000-7000-8000-00000000000b".parse().unwrap()),
            former_entry(
                "019aac3f-0000-7000-8000-00000000000b".parse().unwrap(),
                "KWD".parse().unwrap(),
                "019aac3f-0000-7000-8000-00000000019e".parse().unwrap(),
            ),
            audit_place(),
            answer(&request.slot(Asker::Customer(id.parse().unwrap()), "CreateAddress")),
            answer(&request.slot(Asker::Operator(id.parse().unwrap()), "updateWallet")),
            app_info(),
            content(7),
            signing_key(3),
        ];
        let picture: Vec<String> = all.iter().map(|key| format!("{} | {}", key.partition, key.sort)).collect();
        insta::assert_snapshot!(picture.join("\n"));
    }
}

//! Every key of the table, those of a domain in a file of its own. Arguments are typed ids, hashes
//! and numbers, so nothing a client sends can add a `#`.
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
//! | writes of a customer in the minutes of an hour | `RATE#writes#<customer>#<hour>` | `COUNT` | each authenticated write |
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
//! | app information: availability, present version of the content | `APP#INFO` | `INFO` | every function that serves `/api/` reads it once a minute; the operator publishes it |
//! | a version of the content | `APP#CONTENT` | `VERSION#<number>` | AppInfo, once after it changed; the operator publishes it |
//! | address | `ADDR#<customer>` | `ADDRESS#<address>` | ListAddresses, CreateAddress, UpdateAddress, DeleteAddress |
//! | head of an address book: count, default | `ADDR#<customer>` | `BOOK` | the same |
//! | which release of the service areas holds | `AREA#PRESENT` | `PRESENT` | location reads it once a minute; the operator changes it |
//! | what is known of a release of the service areas | `AREA#<release>` | `RELEASE` | location, with its chunks; the operator writes it |
//! | chunk of a release | `AREA#<release>` | `CHUNK#<number>` | location, once after another holds; the operator writes it |
//! | pet of the sample shop | `PET#<id>` | `PET` | the operations on pets; on the index `due` under `PET#OVER#<0..f>` |
//! | pets of a status | `PET#STATUS#<status>#<0..f>` | `ID#<id>` | the operations that write pets, findPetsByStatus |
//! | pets of a tag | `PET#TAG#<hash of the tag>#<0..3>` | `ID#<id>` | the operations that write pets, findPetsByTags |
//! | numbers of pets | `PET#INVENTORY` | `STATUS#<status>#<0..f>` | the operations that write pets, getInventory |
//! | order of the sample shop | `PET#ORDER#<id>` | `ORDER` | the operations on orders |
//! | user of the sample shop | `PET#USER#<hash of the name>` | `USER` | the operations on users |
//! | last number given out | `PET#NUMBERS` | `PETS`, `ORDERS` or `USERS` | addPet, updatePet, placeOrder, createUser and its lists |
//! | that the samples are there | `PET#SAMPLES` | `LOADED` | the sample shop, once a process |
//! | public signing keys | `KEY#TOKEN` | `VERSION#<number>` | auth and customer publish, the others read |
//!
//! # Who may do what
//!
//! IAM keeps the groups apart by the partition key's prefix (`dynamodb:LeadingKeys`);
//! `template.yaml` follows this table.
//!
//! `due` is a query of the index of what is due, whose keys begin with the domain too.
//!
//! | group | `AUTH#` | `PROFILE#` | `PHONE#` | `OTP#` | `WALLET#` | `RATE#` | `IDEM#` | `KEY#` | `APP#` | `DEV#` | `INBOX#` | `ADDR#` | `AREA#` | `PET#` |
//! | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
//! | auth | get, update | | | put, delete | | get, put, update, query | | get, put | get | | | | | |
//! | customer | get, put, update | get, put | get, put, delete | update, delete | get, put, query | update | query | get, put | get | get, put, update, delete, query | query | query | | |
//! | wallet | get | | | | get, put, delete, query | update | get, put | query | get | | | | | |
//! | fcm | get | | | | | update | get, put | query | get | get, put, update, delete, query | get, put, update, delete, query, batch get | | | |
//! | notifier | get, query | | get | | | | | | | update, query | get, put, update | | | |
//! | app-info | | | | | | | | | get | | | | | |
//! | docs | | | | | | | | | get | | | | | |
//! | location | get | | | | | update | get, put | query | get | | | get, put, update, delete, query | get, query | |
//! | petstore | | | | | | | | | | | | | | get, put, update, delete, query, batch get |
//! | cleanup | get, update, delete, query, check, due | delete | delete | delete, due | get, put, delete, query | delete, due | delete, query, due | | | get, update, delete, query, due | delete, query, due | delete, query | | get, put, update, delete, due |

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// The UTC day that `now` lies in.
pub fn day_of(now: Timestamp) -> Date {
    now.to_zoned(TimeZone::UTC).date()
}

pub(crate) fn last_digit(id: &impl ToString) -> char {
    id.to_string().chars().last().unwrap_or('0')
}

//! Everything that is stored of a customer, entity by entity: how to show it and how to erase it.
//!
//! Invariants: an entity that holds anything of a customer is one of [`Entity::ALL`], the account
//! last; a prefix that is not among theirs stands in [`NOTHING_TO_ERASE`] with the reason. Erasing
//! may be stopped at any point and begun again: each step finds what is left, and the account,
//! which tells that and whose, goes when nothing else is there.

use futures_util::future::try_join_all;
use table::{Item, Key, Query, SORT, Write, record, text};

use crate::{
    account::{Account, Status},
    address::{Address, AddressBook},
    customer::Customer,
    device::{Device, Push},
    idempotency::AnswerRecord,
    ids::CustomerId,
    inbox::{Inbox, Notification, Receipt},
    paging::Span,
    store::{Store, StoreError},
    wallet::{Entry, Hold, Reversal, Wallet},
};

/// How many items a step erases at most.
const PAGE: usize = 25;

/// Prefixes of partition keys under which nothing of a customer has to be erased, each with the
/// reason.
pub const NOTHING_TO_ERASE: &[(&str, &str)] = &[
    ("OTP#", "a sent code names its phone by a hash and ends by itself within minutes"),
    (
        "RATE#",
        "counters under hashes and ids, which expire within two days and are needed until then",
    ),
    ("KEY#", "public keys of our own"),
    ("APP#", "what the app shows to everybody"),
    ("AREA#", "where the operator serves"),
    ("PET#", "the sample shop: data of strangers and of our own, no customer's"),
];

/// A kind of record that belongs to a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entity {
    /// That a phone logs in to the account.
    PhoneOwner,
    /// The profile.
    Profile,
    /// Answers that are given again to a repeated `Idempotency-Key`.
    Answers,
    /// The address book.
    Addresses,
    /// Push devices, whose registration ids are the customer's, and their endpoints at SNS.
    Devices,
    /// The inbox: its head, its items, receipts of what came.
    Inbox,
    /// The wallet with its ledger, its holds and reversals.
    Wallet,
    /// The account with its sessions.
    Account,
}

/// A record of a customer.
#[derive(Debug)]
pub enum Record {
    /// That the account's phone, which the account names, leads to it.
    PhoneOwner(CustomerId),
    /// The profile.
    Profile(Box<Customer>),
    /// An answer that is given again.
    Answer(Box<AnswerRecord>),
    /// An address.
    Address(Box<Address>),
    /// What holds the addresses together.
    AddressBook(AddressBook),
    /// A push device.
    Device(Box<Device>),
    /// How many push devices there are by the count.
    DeviceCount(u64),
    /// The head of the inbox.
    Inbox(Box<Inbox>),
    /// An item of the inbox.
    Notification(Box<Notification>),
    /// That a message came into the inbox.
    Receipt(Box<Receipt>),
    /// The balances of the wallet.
    Wallet(Box<Wallet>),
    /// An entry of its ledger.
    Entry(Box<Entry>),
    /// Money that was put aside.
    Hold(Box<Hold>),
    /// That an entry was taken back.
    Reversal(Box<Reversal>),
    /// The account with its sessions.
    Account(Box<Account>),
}

/// A record and its place among those of its entity.
#[derive(Debug)]
pub struct Placed {
    /// A page may begin after it.
    pub place: String,
    /// The record.
    pub record: Record,
}

/// Whether a page was the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErasedPage {
    /// Nothing is left.
    Last,
    /// There may be more.
    More,
}

/// How far an erasing came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erasure {
    /// Nothing of the customer is left.
    Complete,
    /// The time was over; begun again, it goes on.
    Unfinished,
    /// Nothing was done: the account is in use.
    NotLeaving,
}

impl Entity {
    /// All of them, in the order of their erasing.
    pub const ALL: [Self; 8] = [
        Self::PhoneOwner,
        Self::Profile,
        Self::Answers,
        Self::Wallet,
        Self::Addresses,
        Self::Devices,
        Self::Inbox,
        Self::Account,
    ];

    /// What its partition keys begin with.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::PhoneOwner => "PHONE#",
            Self::Profile => "PROFILE#",
            Self::Answers => "IDEM#",
            Self::Addresses => "ADDR#",
            Self::Devices => "DEV#",
            Self::Inbox => "INBOX#",
            Self::Wallet => "WALLET#",
            Self::Account => "AUTH#",
        }
    }

    /// Whether a customer has so few of them that they are shown at once.
    pub fn is_bounded(self) -> bool {
        !matches!(self, Self::Answers | Self::Wallet | Self::Inbox)
    }

    /// Up to `most` of what is stored of a customer, from the place `after` on. One trip (two for
    /// the phone's owner), one read unit for each 4 KB.
    pub async fn export_page(
        self,
        store: &Store,
        customer: CustomerId,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<Placed>, StoreError> {
        let record = match self {
            Self::Answers => return store.answers_of(customer, after, most).await,
            Self::Inbox => return store.inbox_records(customer, after, most).await,
            Self::Addresses if after.is_none() => return store.address_records(customer).await,
            Self::Devices if after.is_none() => return store.device_records(customer).await,
            Self::Addresses | Self::Devices => None,
            Self::Wallet => return store.wallet_records(customer, after, most).await,
            _ if after.is_some() => None,
            Self::Profile => {
                store.profile(customer).await?.map(|profile| Record::Profile(Box::new(profile)))
            }
            Self::Account => {
                store.account(customer).await?.map(|account| Record::Account(Box::new(account)))
            }
            Self::PhoneOwner => match store.account(customer).await? {
                Some(account) => {
                    let owner = store.owner_of_phone(&account.phone).await?;
                    owner.filter(|owner| *owner == customer).map(Record::PhoneOwner)
                }
                None => None,
            },
        };
        Ok(record.map(|record| Placed { place: String::new(), record }).into_iter().collect())
    }

    /// Erases up to 25 records of a customer. One or two trips; one write unit for each KB of what
    /// is erased, two where it is a device. The endpoint of a device goes with it, a call of `push`
    /// each.
    pub async fn erase_page(
        self,
        store: &Store,
        push: &Push,
        customer: CustomerId,
    ) -> Result<ErasedPage, StoreError> {
        match self {
            Self::PhoneOwner => {
                if let Some(account) = store.account(customer).await? {
                    store
                        .erase_phone_owner(
                            crate::account::keys::phone_owner(&account.phone),
                            customer,
                        )
                        .await?;
                }
                Ok(ErasedPage::Last)
            }
            Self::Profile => store.erase_item(crate::customer::keys::profile(customer)).await,
            Self::Answers => {
                store.erase_partition_page(crate::idempotency::keys::answers_of(customer)).await
            }
            Self::Wallet => store.erase_wallet_page(customer).await,
            Self::Addresses => {
                store.erase_partition_page(crate::address::keys::addresses_of(customer)).await
            }
            Self::Devices => store.erase_devices(push, customer).await,
            Self::Inbox => store.erase_partition_page(crate::inbox::keys::inbox_of(customer)).await,
            Self::Account => {
                store.erase_item(crate::account::keys::customer_entry(customer)).await?;
                store.erase_item(crate::account::keys::account(customer)).await
            }
        }
    }
}

/// A stretch of all that a customer may have without bound, entity after entity, read side by side:
/// one trip.
///
/// A place is the entity's prefix and the place within the entity, so that the next page finds its
/// entity by it.
pub async fn export_from(
    store: &Store,
    customer: CustomerId,
    span: &Span,
) -> Result<Vec<Placed>, StoreError> {
    let after = span.from.as_deref().and_then(|from| from.split_once('|'));
    let unbounded = Entity::ALL.into_iter().filter(|entity| !entity.is_bounded());
    let left =
        unbounded.skip_while(|entity| after.is_some_and(|(prefix, _)| prefix != entity.prefix()));
    let pages = left.map(async |entity: Entity| {
        let from = after.filter(|(prefix, _)| *prefix == entity.prefix()).map(|(_, place)| place);
        let page = entity.export_page(store, customer, from, span.limit).await?;
        let whole = |Placed { place, record }| Placed {
            place: format!("{}|{place}", entity.prefix()),
            record,
        };
        Ok::<_, StoreError>(page.into_iter().map(whole).collect::<Vec<_>>())
    });
    let mut placed: Vec<Placed> = try_join_all(pages).await?.into_iter().flatten().collect();
    placed.truncate(span.limit);
    Ok(placed)
}

/// Erases everything that is stored of a customer who left, and takes the customer from the list of
/// those to erase.
///
/// `is_over` is asked before each step; a step is one or two trips. Safe to be stopped anywhere, to
/// be run twice, and to be run by two at once.
pub async fn erase_customer(
    store: &Store,
    push: &Push,
    customer: CustomerId,
    mut is_over: impl FnMut() -> bool,
) -> Result<Erasure, StoreError> {
    let account = store.account(customer).await?;
    if account.is_some_and(|account| account.status != Status::Deleted) {
        return Ok(Erasure::NotLeaving);
    }
    for entity in Entity::ALL {
        loop {
            if is_over() {
                return Ok(Erasure::Unfinished);
            }
            if entity.erase_page(store, push, customer).await? == ErasedPage::Last {
                break;
            }
        }
    }
    if is_over() {
        return Ok(Erasure::Unfinished);
    }
    store.unlist_deleted(customer).await?;
    Ok(Erasure::Complete)
}

impl Store {
    async fn erase_item(&self, key: Key) -> Result<ErasedPage, StoreError> {
        let _ = self.table.write(Write::delete(key)).await?;
        Ok(ErasedPage::Last)
    }

    /// Erases that a phone leads to `customer`; a phone that leads to somebody else stays theirs.
    async fn erase_phone_owner(&self, key: Key, customer: CustomerId) -> Result<(), StoreError> {
        let delete = Write::delete(key)
            .when("(attribute_not_exists(pk) OR customer = :customer)")
            .value(":customer", text(customer));
        self.table.write(delete).await.map(drop)
    }

    /// Up to `most` stored answers of a customer in the order of their places, from `after` on.
    async fn answers_of(
        &self,
        customer: CustomerId,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<Placed>, StoreError> {
        let query = Query::of(crate::idempotency::keys::answers_of(customer)).consistent();
        let stretch = self
            .table
            .first(
                query
                    .after(after.map(|place| crate::idempotency::keys::answer_at(customer, place))),
                most,
            )
            .await?;
        let placed = |item: Item| {
            let place =
                item.get(SORT).and_then(|place| place.as_s().ok()).cloned().unwrap_or_default();
            Ok(Placed { place, record: Record::Answer(Box::new(record(item)?)) })
        };
        stretch.items.into_iter().map(placed).collect()
    }

    /// Up to `most` records of a customer's inbox in the order of their places, from `after` on.
    async fn inbox_records(
        &self,
        customer: CustomerId,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<Placed>, StoreError> {
        let placed = |(place, item): (String, Item)| {
            let record = match place.split_once('#') {
                Some(("ITEM", _)) => Record::Notification(Box::new(record(item)?)),
                Some(_) => Record::Receipt(Box::new(record(item)?)),
                None => Record::Inbox(Box::new(record(item)?)),
            };
            Ok(Placed { place, record })
        };
        self.inbox_page(customer, after, most).await?.into_iter().map(placed).collect()
    }

    async fn address_records(&self, customer: CustomerId) -> Result<Vec<Placed>, StoreError> {
        let (book, addresses) = self.addresses(customer).await?;
        let head = (book.revision > 0).then_some(Record::AddressBook(book));
        let records =
            addresses.into_iter().map(|address| Record::Address(Box::new(address))).chain(head);
        Ok(records.map(|record| Placed { place: String::new(), record }).collect())
    }

    async fn device_records(&self, customer: CustomerId) -> Result<Vec<Placed>, StoreError> {
        let (devices, count) =
            tokio::try_join!(self.devices(customer), self.device_count(customer))?;
        let devices = devices.into_iter().map(|device| Record::Device(Box::new(device)));
        let records = devices.chain(count.map(Record::DeviceCount));
        Ok(records.map(|record| Placed { place: String::new(), record }).collect())
    }

    /// Erases up to 25 devices, the endpoint of each before it, so that one that is stopped finds
    /// what is left; at last their count. A registration id that another customer has by now stays
    /// theirs.
    async fn erase_devices(
        &self,
        push: &Push,
        customer: CustomerId,
    ) -> Result<ErasedPage, StoreError> {
        let mut devices = self.devices(customer).await?;
        let more = devices.len() > PAGE;
        devices.truncate(PAGE);
        let erase = async |device: Device| {
            if let Some(endpoint) = &device.endpoint {
                push.delete_endpoint(endpoint)
                    .await
                    .map_err(|error| StoreError::Unavailable(Box::new(error)))?;
            }
            self.erase_device(customer, &device).await
        };
        try_join_all(devices.into_iter().map(erase)).await?;
        if more {
            return Ok(ErasedPage::More);
        }
        self.erase_item(crate::device::keys::device_count(customer)).await
    }

    async fn erase_partition_page(&self, partition: String) -> Result<ErasedPage, StoreError> {
        let stretch = self.table.first(Query::of(partition).keys_only().consistent(), PAGE).await?;
        let keys = stretch.items.iter().filter_map(Key::of_item);
        let erase = keys.map(|key| self.table.write(Write::delete(key)));
        try_join_all(erase).await?;
        Ok(if stretch.more { ErasedPage::More } else { ErasedPage::Last })
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs};

    use super::*;

    /// The prefixes in the sources of the keys: what stands in quotes before the first `#`, the
    /// sort keys' own apart, which the picture of all keys shows behind the bar.
    fn prefixes() -> BTreeSet<String> {
        let picture = include_str!("snapshots/shared__key_picture__every_key_in_one_picture.snap");
        let before_number_sign =
            |text: &str| text.split_once('#').map(|(prefix, _)| format!("{prefix}#"));
        let sort: BTreeSet<String> = picture
            .lines()
            .filter_map(|line| before_number_sign(line.split_once(" | ")?.1))
            .collect();
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
        let sources = fs::read_dir(folder)
            .unwrap()
            .map(|domain| domain.unwrap().path())
            .flat_map(|domain| [domain.join("keys.rs"), domain.join("public_keys.rs")])
            .filter_map(|file| fs::read_to_string(file).ok());
        let quoted: Vec<String> = sources
            .flat_map(|source| {
                source
                    .split('"')
                    .skip(1)
                    .step_by(2)
                    .filter_map(before_number_sign)
                    .collect::<Vec<_>>()
            })
            .collect();
        quoted
            .into_iter()
            .filter(|prefix| !sort.contains(prefix) && !prefix.starts_with('{'))
            .collect()
    }

    #[test]
    fn every_prefix_is_erased_and_exported_or_says_why_not() {
        let of_customers = Entity::ALL.map(|entity| entity.prefix().to_owned());
        let others = NOTHING_TO_ERASE.iter().map(|(prefix, _)| (*prefix).to_owned());
        let known: BTreeSet<String> = of_customers.into_iter().chain(others).collect();
        let unknown: Vec<_> = prefixes().difference(&known).cloned().collect();
        assert!(
            unknown.is_empty(),
            "say in Entity or in NOTHING_TO_ERASE how these are erased: {unknown:?}"
        );
        assert!(
            prefixes().contains("AUTH#") && prefixes().contains("KEY#"),
            "the prefixes were found: {:?}",
            prefixes()
        );
    }

    #[test]
    fn the_account_is_erased_last() {
        assert_eq!(Entity::ALL.last(), Some(&Entity::Account));
    }
}

//! The networks from which codes of a phone were verified: the last eight, for a time.
//!
//! Invariant: a network belongs to a phone, whoever has it, and whether or not it has an account.

use jiff::{SignedDuration, Timestamp};
use table::{DUE, DUE_AT, Item, Key, Query, SET_EXPIRY, Write, number, number_in};

use crate::{
    domain::erasure::{ErasedPage, Erasing},
    hashes::{NetworkHash, PhoneHash},
    limits::keys,
    store::{Store, StoreError, keys::day_of},
};

/// How many networks of a phone are known; one more takes the place of the one longest unused.
pub const MOST_NETWORKS: usize = 8;

/// When a code was verified last.
pub(super) const VERIFIED: &str = "verified";

/// What the names of the counters of tries begin with; a date follows.
const COUNTER: &str = "tries-";

/// The networks of a phone as they were read.
#[derive(Debug, Clone, Default)]
pub struct KnownNetworks(Vec<Item>);

impl Store {
    /// Whether a code of the phone was verified from the network within `known_for`. One trip, one
    /// read unit.
    pub async fn knows_network(
        &self,
        phone: &PhoneHash,
        network: &NetworkHash,
        known_for: SignedDuration,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let item = self.table.get_item(keys::known_network(phone, network), true).await?;
        Ok(item.is_some_and(|item| is_known(&item, known_for, now)))
    }

    /// The networks of a phone. One trip, half a read unit.
    pub async fn known_networks(&self, phone: &PhoneHash) -> Result<KnownNetworks, StoreError> {
        self.table.all(Query::of(keys::networks_of(phone))).await.map(KnownNetworks)
    }

    /// Notes that a code of the phone was verified from the network now, and drops its counters of
    /// earlier days. One trip, one write unit.
    pub async fn remember_network(
        &self,
        phone: &PhoneHash,
        network: &NetworkHash,
        known: &KnownNetworks,
        known_for: SignedDuration,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let key = keys::known_network(phone, network);
        let old = known.old_counters(&key, now);
        let paths: Vec<String> = (0..old.len()).map(|n| format!("#d{n}")).collect();
        // A network that was listed to expire by an earlier end leaves the list.
        let remove = ["#due", "#due_at"].into_iter().chain(paths.iter().map(String::as_str));
        let remove: Vec<&str> = remove.collect();
        let change = format!("SET #verified = :now, {SET_EXPIRY} REMOVE {}", remove.join(", "));
        let mut note = Write::update(key, &change)
            .name("#verified", VERIFIED)
            .name("#due", DUE)
            .name("#due_at", DUE_AT)
            .value(":now", number(now.as_millisecond()))
            .expiring(now.saturating_add(known_for).unwrap_or(Timestamp::MAX));
        for (path, counter) in paths.iter().zip(&old) {
            note = note.name(path, counter);
        }
        self.table.write(note).await.map(drop)
    }

    /// Forgets a network. One trip, one write unit.
    pub async fn forget_network(&self, network: Key) -> Result<(), StoreError> {
        self.table.write(Write::delete(network)).await.map(drop)
    }
}

impl KnownNetworks {
    /// The counters of tries of a network before the day of `now`.
    fn old_counters(&self, network: &Key, now: Timestamp) -> Vec<String> {
        let today = counter_of_day(now);
        let of_network = |item: &&Item| Key::of_item(item).is_some_and(|key| key == *network);
        let names = self.0.iter().find(of_network).into_iter().flat_map(Item::keys);
        let counters = names.filter(|name| name.starts_with(COUNTER) && **name != today);
        counters.cloned().collect()
    }

    /// Which ones to forget so that `network` is among the last eight.
    pub fn replaced_by(&self, phone: &PhoneHash, network: &NetworkHash) -> Vec<Key> {
        let new = keys::known_network(phone, network);
        let mut others: Vec<(i64, Key)> = self
            .0
            .iter()
            .filter_map(|item| {
                Some((number_in(item, VERIFIED).unwrap_or_default(), Key::of_item(item)?))
            })
            .filter(|(_, key)| key.sort() != new.sort())
            .collect();
        others.sort_by_key(|(verified, _)| std::cmp::Reverse(*verified));
        others.into_iter().skip(MOST_NETWORKS - 1).map(|(_, key)| key).collect()
    }
}

/// The counter of the tries from a network in the UTC day of `now`.
pub(super) fn counter_of_day(now: Timestamp) -> String {
    format!("{COUNTER}{}", day_of(now))
}

/// Whether a code was verified from the network of `item` within `known_for`.
pub(super) fn is_known(item: &Item, known_for: SignedDuration, now: Timestamp) -> bool {
    let verified = number_in(item, VERIFIED).and_then(|at| Timestamp::from_millisecond(at).ok());
    verified.is_some_and(|verified| now.duration_since(verified) < known_for)
}

/// Erases the networks of the account's phone.
pub(super) async fn erase_networks(erasing: Erasing<'_>) -> Result<ErasedPage, StoreError> {
    if let Some(account) = erasing.store.account(erasing.customer).await? {
        return erasing.partition(keys::networks_of(&account.phone)).await;
    }
    Ok(ErasedPage::Last)
}

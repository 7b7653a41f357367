//! The index by which the clean-up finds what needs an act of ours: what was not used for long,
//! what ends with more than its own deletion, what has to be checked.
//!
//! An item that only has to be deleted at some time is not on it, because each entry costs a write
//! unit: it has [`EXPIRES`], and DynamoDB's TTL deletes it for free. Items that were stored before
//! that rule still are on lists of the name `<domain>#DUE`.
//!
//! The index holds the keys of the items that have both [`DUE`] and [`DUE_AT`]. Its lists are split
//! into sixteen partitions `<prefix>#<0..f>`, ordered by [`DUE_AT`]. Invariants: the index is a
//! little behind the table and holds keys alone, so each item is read, or written under a
//! condition, before anything is done with it.

use jiff::Timestamp;

use crate::{
    DUE, DUE_AT, EXPIRES, Error, Item, Key, Query, SHARDS, Table, Value, Write, number, number_in,
    text,
};

/// The part of an update expression that sets what [`Write::listed`] says.
pub const SET_DUE: &str = "#due = :due, #due_at = :due_at";
/// The part of an update expression that sets what [`Write::expiring`] says.
pub const SET_EXPIRY: &str = "#expires = :expires";

const DAY: i64 = 86_400;
/// How many keys are read at once.
const PAGE: usize = 100;

/// A list on the index, by the prefix of its partitions such as `DEV#SEEN`. The prefix begins with
/// the domain, since permissions are granted by prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexList(pub &'static str);

impl IndexList {
    /// One of the list's sixteen partitions, by a shard of [`SHARDS`].
    pub fn partition(self, shard: char) -> String {
        format!("{}#{shard}", self.0)
    }

    /// The partition in which the item of `key` stands.
    pub fn partition_of(self, key: &Key) -> String {
        self.partition(key.shard())
    }
}

impl Key {
    /// The partition `<domain>#DUE#<0..f>` in which the item of this key stands if it expires and
    /// was stored while such items were listed.
    pub fn expiry_partition(&self) -> String {
        let domain = self.partition().split('#').next().unwrap_or_default();
        format!("{domain}#DUE#{}", self.shard())
    }

    /// One of sixteen, the same for the same key. Keys hold hashes and ids, so all are equally
    /// full.
    fn shard(&self) -> char {
        let bytes = self.partition().bytes().chain(self.sort().bytes());
        let sum = bytes.fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        SHARDS.chars().nth(sum % SHARDS.len()).unwrap_or('0')
    }
}

/// The first full UTC day from `time` on, in seconds since 1970. An item that is written again on
/// the same day keeps its index entry, which costs nothing; another day costs two write units.
pub fn due_day(time: Timestamp) -> i64 {
    let seconds = time.as_second();
    seconds.saturating_add(DAY - 1).div_euclid(DAY).saturating_mul(DAY)
}

/// The attributes that put an item on the index.
pub(crate) fn due(partition: String, day: i64) -> [(String, Value); 2] {
    [(DUE.to_owned(), text(partition)), (DUE_AT.to_owned(), number(day))]
}

impl Write {
    /// Gives an update the names and values of [`SET_DUE`]: its item stands on `list` by the day of
    /// `since`.
    pub fn listed(self, list: IndexList, since: Timestamp) -> Self {
        let partition = self.key().map(|key| list.partition_of(key)).unwrap_or_default();
        self.name("#due", DUE)
            .name("#due_at", DUE_AT)
            .value(":due", text(partition))
            .value(":due_at", number(due_day(since)))
    }

    /// Gives an update the names and values of [`SET_EXPIRY`]: its item expires at `expires`.
    pub fn expiring(self, expires: Timestamp) -> Self {
        self.name("#expires", EXPIRES).value(":expires", number(expires.as_second()))
    }
}

/// A page of a shard of a list.
#[derive(Debug, Default)]
pub struct DuePage {
    /// The keys of the items; some may be gone.
    pub keys: Vec<Key>,
    /// Where the list goes on, if it does.
    pub next: Option<DuePosition>,
}

/// A position in a shard of a list.
#[derive(Debug, Clone)]
pub struct DuePosition(Item);

impl DuePosition {
    /// The position behind an item of a shard, by its key and its [`DUE_AT`].
    pub fn behind(list: IndexList, shard: char, (key, due_at): (Key, i64)) -> Self {
        let mut position = key.into_item();
        position.extend(due(list.partition(shard), due_at));
        Self(position)
    }

    /// The item before the position: its key and its [`DUE_AT`].
    pub fn last(&self) -> Option<(Key, i64)> {
        Key::of_item(&self.0).zip(number_in(&self.0, DUE_AT))
    }
}

impl Table {
    /// Up to a hundred keys of a shard of a list that were due by `until`, the longest due first.
    /// One trip; half a read unit per 4 KB of keys, which is about thirty keys.
    pub async fn due_page(
        &self,
        list: IndexList,
        shard: char,
        until: Timestamp,
        from: Option<DuePosition>,
    ) -> Result<DuePage, Error> {
        let query = Query::of(list.partition(shard)).due_by(until);
        let page = self.first(query.continuing(from.map(|position| position.0)), PAGE).await?;
        let keys = page.items.iter().filter_map(Key::of_item).collect();
        Ok(DuePage { keys, next: page.next.map(DuePosition) })
    }

    /// Up to a hundred keys of a shard of a list that are due at `since` (seconds since 1970) or
    /// later, the longest due first. The cost of [`Table::due_page`].
    pub async fn page_since(
        &self,
        list: IndexList,
        shard: char,
        since: i64,
        from: Option<DuePosition>,
    ) -> Result<DuePage, Error> {
        let query = Query::of(list.partition(shard)).ranked(since, i64::MAX);
        let page = self.first(query.continuing(from.map(|position| position.0)), PAGE).await?;
        let keys = page.items.iter().filter_map(Key::of_item).collect();
        Ok(DuePage { keys, next: page.next.map(DuePosition) })
    }

    /// When the item of a shard of a list that is due longest was due, if any was by `until`. One
    /// trip, half a read unit.
    pub async fn due_since(
        &self,
        list: IndexList,
        shard: char,
        until: Timestamp,
    ) -> Result<Option<Timestamp>, Error> {
        let page = self.first(Query::of(list.partition(shard)).due_by(until), 1).await?;
        let since = page.items.first().and_then(|item| number_in(item, DUE_AT));
        Ok(since.and_then(|seconds| Timestamp::from_second(seconds).ok()))
    }

    /// Deletes an item that had expired by `until`; false where it is gone or was written anew. One
    /// trip, two write units.
    pub async fn delete_expired(&self, key: Key, until: Timestamp) -> Result<bool, Error> {
        let delete = Write::delete(key)
            .when("#expires <= :until")
            .name("#expires", EXPIRES)
            .value(":until", number(until.as_second()));
        Ok(self.write(delete).await?.is_done())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_day_is_full_and_never_before_the_end() {
        let at = |text: &str| due_day(text.parse().unwrap());
        assert_eq!(at("2026-11-22T00:00:00Z"), 1_795_305_600);
        assert_eq!(at("2026-11-22T00:00:01Z"), 1_795_305_600 + DAY);
        assert_eq!(at("2026-11-22T23:59:59Z"), at("2026-11-22T00:00:01Z"));
    }

    #[test]
    fn a_key_always_has_the_same_partition_and_all_sixteen_are_used() {
        let key = |n: u32| Key::new(format!("OTP#019aac3f-0000-7000-8000-{n:012x}"), "CHALLENGE");
        assert_eq!(key(1).expiry_partition(), key(1).expiry_partition());
        let used: BTreeSet<String> = (0..400).map(|n| key(n).expiry_partition()).collect();
        let expected: BTreeSet<String> =
            SHARDS.chars().map(|shard| IndexList("OTP#DUE").partition(shard)).collect();
        assert_eq!(used, expected);
    }

    #[test]
    fn a_stored_partition_does_not_move() {
        let key = Key::new("DEV#019aac3f-0000-7000-8000-000000000001", "DEVICE#abc");
        insta::assert_snapshot!(IndexList("DEV#SEEN").partition_of(&key), @"DEV#SEEN#3");
    }
}

//! Counters with limits, and the count of a customer's writes.

use jiff::{SignedDuration, Timestamp};
use table::{Image, Item, Key, Returned, SET_EXPIRY, SET_MARK, Write, number, number_in};

use crate::{
    clock::minute_of,
    ids::CustomerId,
    limits::{Wait, keys, to_next_hour, to_next_minute},
    store::{Store, StoreError},
};

/// What came of counting one more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Counted: so many in this window, this one included.
    Within(u32),
    /// Not counted: the limit is reached.
    Over(Wait),
}

impl Store {
    /// Counts a write of a customer in this minute, at most `most`. One trip, one write unit.
    pub async fn count_write(
        &self,
        customer: CustomerId,
        most: u32,
        now: Timestamp,
    ) -> Result<Counted, StoreError> {
        let minute = minute_counter(now);
        let key = keys::writes_of_customer(customer, now);
        let counts = self.count_within(key, &[(&minute, most)], now, 2).await?;
        Ok(counts.map_or(Counted::Over(to_next_minute(now)), |counts| {
            Counted::Within(count_in(&counts, &minute))
        }))
    }

    /// How many writes of a customer are counted in this minute, eventually consistent. One trip,
    /// half a read unit.
    pub async fn counted_writes(
        &self,
        customer: CustomerId,
        now: Timestamp,
    ) -> Result<u32, StoreError> {
        let counts: Option<Item> =
            self.table.get_item(keys::writes_of_customer(customer, now), false).await?;
        Ok(counts.map_or(0, |counts| count_in(&counts, &minute_counter(now))))
    }

    /// Adds one to each counter if none has reached its limit, and gives them; the item as it is
    /// otherwise. It expires after `hours`. One trip, one write unit. The mark keeps an update that
    /// the SDK repeats from being refused by itself.
    pub(crate) async fn count_within(
        &self,
        key: Key,
        limits: &[(&str, u32)],
        now: Timestamp,
        hours: i64,
    ) -> Result<Result<Item, Item>, StoreError> {
        let additions: Vec<String> = (0..limits.len()).map(|n| format!("#c{n} :one")).collect();
        let change = format!("ADD {} SET {SET_EXPIRY}, {SET_MARK}", additions.join(", "));
        let mut count = Write::update(key, &change)
            .expiring(now + SignedDuration::from_hours(hours))
            .value(":one", number(1));
        for (n, (name, limit)) in limits.iter().enumerate() {
            count = count
                .when(&format!("(attribute_not_exists(#c{n}) OR #c{n} < :l{n})"))
                .name(&format!("#c{n}"), name)
                .value(&format!(":l{n}"), number(limit));
        }
        Ok(match self.table.write_once(count, Image::Changed).await? {
            Returned::Done(counts) => Ok(counts),
            Returned::Refused(item) => Err(item.unwrap_or_default()),
        })
    }

    /// Adds one to the counter of an item of one UTC hour, if it has not reached `most`. One trip,
    /// one write unit.
    pub(crate) async fn count_in_hour(
        &self,
        key: Key,
        most: u32,
        now: Timestamp,
    ) -> Result<Counted, StoreError> {
        Ok(match self.count_within(key, &[("n", most)], now, 2).await? {
            Ok(counts) => Counted::Within(count_in(&counts, "n")),
            Err(_) => Counted::Over(to_next_hour(now)),
        })
    }

    /// Adds one to a counter from which one was taken too early, whatever its limit. An item that
    /// has expired meanwhile counts nothing any more. One trip, one write unit.
    pub(crate) async fn count_again(&self, key: Key, counter: &str) -> Result<(), StoreError> {
        let again = Write::update(key, &format!("ADD #n :one SET {SET_MARK}"))
            .when("attribute_exists(#n)")
            .name("#n", counter)
            .value(":one", number(1));
        self.table.write_once(again, Image::Changed).await.map(drop)
    }

    /// Takes one from each counter if all of them are above zero; false where one is not. One trip,
    /// one write unit.
    pub(crate) async fn uncount(&self, key: Key, counters: &[&str]) -> Result<bool, StoreError> {
        let changes: Vec<String> = (0..counters.len()).map(|n| format!("#c{n} :less")).collect();
        let mut uncount = Write::update(key, &format!("ADD {} SET {SET_MARK}", changes.join(", ")))
            .value(":zero", number(0))
            .value(":less", number(-1));
        for (n, name) in counters.iter().enumerate() {
            uncount = uncount.when(&format!("#c{n} > :zero")).name(&format!("#c{n}"), name);
        }
        let uncounted = self.table.write_once(uncount, Image::Changed).await?;
        Ok(matches!(uncounted, Returned::Done(_)))
    }
}

/// The counter of a minute. One item holds the minutes of an hour, so that there are not sixty
/// items to delete.
fn minute_counter(now: Timestamp) -> String {
    format!("m{:02}", minute_of(now).rem_euclid(60))
}

/// A counter of an item; zero where it has none.
pub(crate) fn count_in(item: &Item, name: &str) -> u32 {
    number_in(item, name).and_then(|count| count.try_into().ok()).unwrap_or_default()
}

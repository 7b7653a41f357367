//! Lists on the index in the order of a number that never changes, its rank, instead of a day.
//!
//! A list is walked range by range, each from any place in it: what is put on the list or taken off
//! meanwhile does not move the others.

use crate::{DUE, DUE_AT, Error, IndexList, Key, Query, Table, Write, number, text};

/// A range of one shard of a ranked list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RankRange {
    /// One of [`SHARDS`](crate::SHARDS).
    pub shard: char,
    /// The lowest rank.
    pub first: i64,
    /// The highest rank.
    pub last: i64,
}

impl Write {
    /// Gives an update the names and values of [`SET_DUE`](crate::SET_DUE): its item stands on
    /// `list` by `rank`. The index entry costs one write unit, once.
    pub fn ranked(self, list: IndexList, rank: i64) -> Self {
        let partition = self.key().map(|key| list.partition_of(key)).unwrap_or_default();
        self.name("#due", DUE)
            .name("#due_at", DUE_AT)
            .value(":due", text(partition))
            .value(":due_at", number(rank))
    }
}

impl Table {
    /// Up to `most` keys of a range of a list, in the order of their ranks, those behind `after`,
    /// which is a key with its rank. One trip; half a read unit per 4 KB of keys, which is about
    /// thirty keys.
    pub async fn ranked_page(
        &self,
        list: IndexList,
        range: RankRange,
        after: Option<(Key, i64)>,
        most: usize,
    ) -> Result<Vec<Key>, Error> {
        let partition = list.partition(range.shard);
        let start = after.map(|(key, rank)| {
            let mut start = key.into_item();
            start.insert(DUE.to_owned(), text(&partition));
            start.insert(DUE_AT.to_owned(), number(rank));
            start
        });
        let query = Query::of(partition).ranked(range.first, range.last).continuing(start);
        let page = self.first(query, most).await?;
        Ok(page.items.iter().filter_map(Key::of_item).collect())
    }
}

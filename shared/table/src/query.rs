//! Reads of many items: one partition in the order of its sort keys, or a batch by key.
//!
//! Invariants: `LastEvaluatedKey` and `UnprocessedKeys` are known here alone. A page that DynamoDB
//! cuts at one megabyte is read on, so one is shorter than asked for only where the partition ends.

use aws_sdk_dynamodb::types::{KeysAndAttributes, Select};
use jiff::Timestamp;
use serde::de::DeserializeOwned;

use crate::{
    DUE, DUE_AT, DUE_INDEX, Error, Item, Key, PARTITION, Record, SORT, Table, number, records,
    retry::{Backoff, CONFLICT},
    text,
};

/// The most keys of one BatchGetItem.
const BATCH: usize = 100;

/// What to read of a partition.
#[derive(Debug, Clone)]
pub struct Query {
    partition: String,
    beginning: Option<String>,
    due_by: Option<Timestamp>,
    ranked: Option<(i64, i64)>,
    after: Option<Item>,
    newest_first: bool,
    consistent: bool,
    keys_only: bool,
}

/// A page of a partition.
#[derive(Debug, Default)]
pub struct QueryPage {
    /// The items, in order.
    pub items: Vec<Item>,
    /// Whether there may be more behind them.
    pub more: bool,
    /// Where that begins, for [`Query::continuing`].
    pub next: Option<Item>,
}

impl QueryPage {
    /// The records of the items, in order.
    pub fn records<T: Record + DeserializeOwned>(self) -> Result<Vec<T>, Error> {
        records(self.items)
    }
}

impl Query {
    /// All of a partition, in ascending order, eventually consistent.
    pub fn of(partition: impl Into<String>) -> Self {
        Self {
            partition: partition.into(),
            beginning: None,
            due_by: None,
            ranked: None,
            after: None,
            newest_first: false,
            consistent: false,
            keys_only: false,
        }
    }

    /// Only items whose sort key begins with this.
    pub fn beginning(self, prefix: impl Into<String>) -> Self {
        Self { beginning: Some(prefix.into()), ..self }
    }

    /// Only items behind this key, in the query's order.
    pub fn after(self, key: Option<Key>) -> Self {
        self.continuing(key.map(Key::into_item))
    }

    /// Only items behind the end of a page of the same query.
    pub fn continuing(self, next: Option<Item>) -> Self {
        Self { after: next, ..self }
    }

    /// A partition of the expiry index, as far as it was due by `time`.
    pub(crate) fn due_by(self, time: Timestamp) -> Self {
        Self { due_by: Some(time), ..self }
    }

    /// A partition of the index, from one rank to another.
    pub(crate) fn ranked(self, first: i64, last: i64) -> Self {
        Self { ranked: Some((first, last)), ..self }
    }

    /// In descending order.
    pub fn newest_first(self) -> Self {
        Self { newest_first: true, ..self }
    }

    /// Strongly consistent, for twice the read units.
    pub fn consistent(self) -> Self {
        Self { consistent: true, ..self }
    }

    /// Only the keys; the read units are the same.
    pub fn keys_only(self) -> Self {
        Self { keys_only: true, ..self }
    }
}

impl Table {
    /// The first `most` items. One trip, and one more per megabyte; half a read unit per 4 KB, one
    /// where consistent.
    pub async fn first(&self, query: Query, most: usize) -> Result<QueryPage, Error> {
        let mut page = QueryPage { items: Vec::new(), more: true, next: query.after.clone() };
        while page.more && page.items.len() < most {
            let (items, next) =
                self.query_once(&query, page.next.take(), most - page.items.len()).await?;
            page.items.extend(items);
            page.more = next.is_some();
            page.next = next;
        }
        Ok(page)
    }

    /// All items, for partitions that are small by nature.
    pub async fn all(&self, query: Query) -> Result<Vec<Item>, Error> {
        Ok(self.first(query, usize::MAX).await?.items)
    }

    async fn query_once(
        &self,
        query: &Query,
        from: Option<Item>,
        most: usize,
    ) -> Result<(Vec<Item>, Option<Item>), Error> {
        let condition = if query.beginning.is_some() {
            "#pk = :pk AND begins_with(#sk, :beginning)"
        } else {
            "#pk = :pk"
        };
        let mut request = self
            .client
            .query()
            .table_name(&*self.name)
            .key_condition_expression(condition)
            .expression_attribute_names("#pk", PARTITION)
            .expression_attribute_values(":pk", text(&query.partition))
            .set_exclusive_start_key(from)
            .scan_index_forward(!query.newest_first)
            .consistent_read(query.consistent)
            .set_limit(i32::try_from(most).ok());
        if let Some(time) = query.due_by {
            request = request
                .index_name(DUE_INDEX)
                .key_condition_expression("#pk = :pk AND #due_at <= :time")
                .expression_attribute_names("#pk", DUE)
                .expression_attribute_names("#due_at", DUE_AT)
                .expression_attribute_values(":time", number(time.as_second()));
        }
        if let Some((first, last)) = query.ranked {
            request = request
                .index_name(DUE_INDEX)
                .key_condition_expression("#pk = :pk AND #due_at BETWEEN :first AND :last")
                .expression_attribute_names("#pk", DUE)
                .expression_attribute_names("#due_at", DUE_AT)
                .expression_attribute_values(":first", number(first))
                .expression_attribute_values(":last", number(last));
        }
        if query.beginning.is_some() || query.keys_only {
            request = request.expression_attribute_names("#sk", SORT);
        }
        if let Some(beginning) = &query.beginning {
            request = request.expression_attribute_values(":beginning", text(beginning));
        }
        if query.keys_only {
            request = request.select(Select::SpecificAttributes).projection_expression("#pk, #sk");
        }
        let answer = Box::pin(request.send()).await?;
        Ok((answer.items.unwrap_or_default(), answer.last_evaluated_key))
    }

    /// Those of the items that exist, in no order; each key at most once. One trip per hundred keys
    /// or 16 MB; half a read unit per item and 4 KB, one where `consistent`.
    ///
    /// What DynamoDB leaves out is asked for again after a wait; [`Error::Throttled`] where some is
    /// still left out after 3.5 seconds.
    pub async fn batch_get(&self, keys: Vec<Key>, consistent: bool) -> Result<Vec<Item>, Error> {
        let mut found = Vec::new();
        let mut waiting: Vec<Item> = keys.into_iter().map(Key::into_item).collect();
        let mut backoff = Backoff::new(CONFLICT, &*self.random);
        while !waiting.is_empty() {
            let batch = waiting.split_off(waiting.len().saturating_sub(BATCH));
            let (items, left) = self.batch_once(batch, consistent).await?;
            found.extend(items);
            if !left.is_empty() && !backoff.wait().await {
                return Err(Error::Throttled("keys of a batch were left unprocessed".into()));
            }
            waiting.extend(left);
        }
        Ok(found)
    }

    /// The items, and the keys that were left out.
    async fn batch_once(
        &self,
        keys: Vec<Item>,
        consistent: bool,
    ) -> Result<(Vec<Item>, Vec<Item>), Error> {
        let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(consistent);
        let wanted = wanted.build().map_err(Error::built_wrongly)?;
        let answer = self.client.batch_get_item().request_items(&*self.name, wanted).send().await?;
        let items = answer.responses.unwrap_or_default().remove(&*self.name).unwrap_or_default();
        let left = answer.unprocessed_keys.unwrap_or_default().remove(&*self.name);
        Ok((items, left.map(|left| left.keys).unwrap_or_default()))
    }
}

//! Every Query of the table: one partition in the order of its sort keys, page after page.
//!
//! Invariant: `LastEvaluatedKey` is known here alone. What DynamoDB cuts at one megabyte is read
//! on, so that a stretch is shorter than asked for only where the partition ends.

use aws_sdk_dynamodb::types::Select;
use jiff::Timestamp;

use crate::store::{
    Item, Store, StoreError,
    keys::{DUE, DUE_AT, DUE_INDEX, Key, PARTITION, SORT},
    number, text,
};

/// What to read of a partition.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    partition: String,
    beginning: Option<String>,
    due_by: Option<Timestamp>,
    after: Option<Item>,
    newest_first: bool,
    consistent: bool,
    keys_only: bool,
}

/// What was read of a partition.
#[derive(Debug, Default)]
pub(crate) struct Stretch {
    /// The items, in order.
    pub(crate) items: Vec<Item>,
    /// Whether there may be more behind them.
    pub(crate) more: bool,
    /// Where that begins.
    pub(crate) next: Option<Item>,
}

impl Query {
    /// All of a partition, in ascending order, eventually consistent.
    pub(crate) fn of(partition: impl Into<String>) -> Self {
        let partition = partition.into();
        Self {
            partition,
            beginning: None,
            due_by: None,
            after: None,
            newest_first: false,
            consistent: false,
            keys_only: false,
        }
    }

    /// Only what has a sort key that begins so.
    pub(crate) fn beginning(self, prefix: impl Into<String>) -> Self {
        Self { beginning: Some(prefix.into()), ..self }
    }

    /// Only what stands behind this key in the order.
    pub(crate) fn after(self, key: Option<Key>) -> Self {
        self.from(key.map(Key::into_item))
    }

    /// Only what stands behind the end of a stretch of the same query.
    pub(crate) fn from(self, next: Option<Item>) -> Self {
        Self { after: next, ..self }
    }

    /// The partition of the index of what is due, as far as it was due by `time`.
    pub(crate) fn due_by(self, time: Timestamp) -> Self {
        Self { due_by: Some(time), ..self }
    }

    /// In descending order.
    pub(crate) fn newest_first(self) -> Self {
        Self { newest_first: true, ..self }
    }

    /// With all that was written before; twice the read units.
    pub(crate) fn consistent(self) -> Self {
        Self { consistent: true, ..self }
    }

    /// Nothing but the keys; the read units are the same.
    pub(crate) fn keys_only(self) -> Self {
        Self { keys_only: true, ..self }
    }
}

impl Store {
    /// The first `most` items. One trip, and another for each megabyte; half a read unit for each 4
    /// KB, a whole one where consistent.
    pub(crate) async fn first(&self, query: Query, most: usize) -> Result<Stretch, StoreError> {
        let mut read = Stretch { items: Vec::new(), more: true, next: query.after.clone() };
        while read.more && read.items.len() < most {
            let page = self.query_page(&query, read.next.take(), most - read.items.len()).await?;
            read.items.extend(page.0);
            read.more = page.1.is_some();
            read.next = page.1;
        }
        Ok(read)
    }

    /// All items, of partitions that are small by their nature.
    pub(crate) async fn all(&self, query: Query) -> Result<Vec<Item>, StoreError> {
        Ok(self.first(query, usize::MAX).await?.items)
    }

    async fn query_page(
        &self,
        query: &Query,
        from: Option<Item>,
        most: usize,
    ) -> Result<(Vec<Item>, Option<Item>), StoreError> {
        let condition = if query.beginning.is_some() {
            "#pk = :pk AND begins_with(#sk, :beginning)"
        } else {
            "#pk = :pk"
        };
        let mut request = self
            .client
            .query()
            .table_name(&self.table)
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
        if query.beginning.is_some() || query.keys_only {
            request = request.expression_attribute_names("#sk", SORT);
        }
        if let Some(beginning) = &query.beginning {
            request = request.expression_attribute_values(":beginning", text(beginning));
        }
        if query.keys_only {
            request = request.select(Select::SpecificAttributes).projection_expression("#pk, #sk");
        }
        let answer = request.send().await?;
        Ok((answer.items.unwrap_or_default(), answer.last_evaluated_key))
    }
}

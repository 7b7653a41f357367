//! How what is stored of a customer is erased.
//!
//! Invariant: erasing may stop anywhere and be repeated, also by two at once. Each step finds what
//! is left.

use futures_util::future::{BoxFuture, try_join_all};
use table::{Key, Query, Write};

use crate::{
    device::Push,
    ids::CustomerId,
    store::{Store, StoreError},
};

/// The most items that one step erases.
pub const PAGE: usize = 25;

/// How a customer's items under a prefix are erased.
#[derive(Debug, Clone, Copy)]
pub enum Erased {
    /// Step by step.
    By(ErasePage),
    /// The same, for what is stored under the hash of the customer's phone. It is not exported,
    /// because only the account says which phone that is.
    ByPhone(ErasePage),
    /// The same, once nothing is left under all other prefixes.
    LastBy(ErasePage),
    /// There is nothing to erase, for this reason.
    Nothing(&'static str),
}

/// Erases up to [`PAGE`] items of a customer.
pub type ErasePage = for<'a> fn(Erasing<'a>) -> BoxFuture<'a, Result<ErasedPage, StoreError>>;

/// What a step of an erasure is given.
#[derive(Debug, Clone, Copy)]
pub struct Erasing<'a> {
    /// The table.
    pub store: &'a Store,
    /// Deletes endpoints at SNS.
    pub push: &'a Push,
    /// Whose items are erased.
    pub customer: CustomerId,
}

/// What a step of an erasure left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErasedPage {
    /// Nothing.
    Last,
    /// Perhaps more items.
    More,
}

impl Erasing<'_> {
    /// Erases one item. One trip, one write unit for each KB.
    pub async fn item(self, key: Key) -> Result<ErasedPage, StoreError> {
        // There is no condition that could refuse.
        let _ = self.store.table.write(Write::delete(key)).await?;
        Ok(ErasedPage::Last)
    }

    /// Erases up to [`PAGE`] items of a partition. Two trips; one write unit for each KB.
    pub async fn partition(self, partition: String) -> Result<ErasedPage, StoreError> {
        let query = Query::of(partition).keys_only().consistent();
        let page = self.store.table.first(query, PAGE).await?;
        let keys = page.items.iter().filter_map(Key::of_item);
        try_join_all(keys.map(|key| self.item(key))).await?;
        Ok(if page.more { ErasedPage::More } else { ErasedPage::Last })
    }
}

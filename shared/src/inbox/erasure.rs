//! Erasing a customer's inbox, with the heads of their messages that wait for their time.
//!
//! Protocol: a head goes before its text, so that a run that was stopped in between finds it again.

use futures_util::future::try_join_all;
use table::{Key, Query};

use crate::{
    domain::erasure::{ErasedPage, Erasing, PAGE},
    inbox::keys,
    store::StoreError,
};

/// Erases up to [`PAGE`] items. Four trips; one write unit for each KB, three for each head.
pub(super) async fn erase(erasing: Erasing<'_>) -> Result<ErasedPage, StoreError> {
    let inbox = keys::inbox_of(erasing.customer);
    let waiting = Query::of(inbox.clone()).beginning(keys::SCHEDULED).keys_only().consistent();
    let waiting = erasing.store.table.first(waiting, PAGE).await?;
    let texts = waiting.items.iter().filter_map(Key::of_item);
    let heads = texts.filter_map(|text| keys::scheduled_head_of(&text));
    try_join_all(heads.map(|head| erasing.item(head))).await?;
    if waiting.more {
        let texts = waiting.items.iter().filter_map(Key::of_item);
        try_join_all(texts.map(|text| erasing.item(text))).await?;
        return Ok(ErasedPage::More);
    }
    erasing.partition(inbox).await
}

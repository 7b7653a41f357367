//! Erasing what the old stack left of a customer.
//!
//! Invariant: the profile, which leads to it, is erased later: this domain stands before `customer`
//! in the list of domains.

use crate::{
    domain::erasure::{ErasedPage, Erasing},
    legacy::keys,
    store::StoreError,
};

/// Erases a page of the partition that the profile names. One trip and one read unit, and those of
/// the page.
pub(super) async fn erase_user(erasing: Erasing<'_>) -> Result<ErasedPage, StoreError> {
    let profile = erasing.store.profile(erasing.customer).await?;
    match profile.and_then(|profile| profile.legacy_id) {
        Some(user) => erasing.partition(keys::partition(&user)).await,
        None => Ok(ErasedPage::Last),
    }
}

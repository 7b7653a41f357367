//! Erasing a customer whose account is deleted: step by step, prefix by prefix, the account last,
//! because it says that the customer is deleted and has the phone.
//!
//! Invariant: the customer stays on the list of deleted accounts until nothing is left.

use table::{Write, text};

use crate::{
    account::{Status, keys},
    domain::erasure::{ErasePage, ErasedPage, Erasing},
    store::StoreError,
};

/// What came of erasing a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erasure {
    /// Nothing of the customer is left.
    Complete,
    /// The time was over. Another run continues.
    Unfinished,
    /// Nothing was erased: the account is not deleted.
    NotDeleted,
}

/// Erases everything that is stored of a customer by `erasures`, and takes the customer off the
/// list of deleted accounts.
///
/// `is_over` is called before each step; a step is one or two trips. May be stopped anywhere, be
/// repeated, and be run by two at once.
pub async fn erase_customer(
    erasing: Erasing<'_>,
    erasures: &[ErasePage],
    mut is_over: impl FnMut() -> bool,
) -> Result<Erasure, StoreError> {
    let account = erasing.store.account(erasing.customer).await?;
    if account.is_some_and(|account| account.status != Status::Deleted) {
        return Ok(Erasure::NotDeleted);
    }
    for erase in erasures {
        loop {
            if is_over() {
                return Ok(Erasure::Unfinished);
            }
            if erase(erasing).await? == ErasedPage::Last {
                break;
            }
        }
    }
    if is_over() {
        return Ok(Erasure::Unfinished);
    }
    erasing.item(keys::deleted_customer(erasing.customer)).await?;
    Ok(Erasure::Complete)
}

/// Erases that the account's phone leads to it. A phone that leads to another account stays.
pub(super) async fn erase_phone(erasing: Erasing<'_>) -> Result<ErasedPage, StoreError> {
    if let Some(account) = erasing.store.account(erasing.customer).await? {
        let delete = Write::delete(keys::phone_owner(&account.phone))
            .when("(attribute_not_exists(pk) OR customer = :customer)")
            .value(":customer", text(erasing.customer));
        // Refused where the phone leads to another account.
        let _ = erasing.store.table.write(delete).await?;
    }
    Ok(ErasedPage::Last)
}

/// Erases the entry on the list of customers, then the account.
pub(super) async fn erase_account(erasing: Erasing<'_>) -> Result<ErasedPage, StoreError> {
    erasing.item(keys::customer_entry(erasing.customer)).await?;
    erasing.item(keys::account(erasing.customer)).await
}

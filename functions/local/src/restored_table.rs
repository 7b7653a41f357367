//! What has to be done to a table that was restored to an earlier moment: the accounts that were
//! deleted since then are deleted again, and those that were disabled since then are disabled.
//!
//! Invariants: each account is closed, its phone freed, its wallet closed and the customer listed
//! for erasure in one transaction, as when the customer deleted it. What is repeated changes
//! nothing. A customer of whom a step fails does not keep the others from it.

mod disabled;

use std::fmt;

use jiff::Timestamp;
use shared::{
    account::{self, Account, DELETED_SHARDS, JournaledDeletion, Status},
    ids::{CustomerId, LedgerId},
    random::SystemRandom,
    store::{Store, StoreError},
    wallet::{self, Wallet},
};
use table::{
    Committed, Table, Transaction,
    retry::{self, Attempt, Policy},
};

pub use self::disabled::{DisabledAgain, disable_again};

/// What was done about the entries of the journal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeletedAgain {
    /// Accounts that were open and are deleted now.
    pub deleted: usize,
    /// Accounts that the table has as deleted; the clean-up erases them.
    pub already: usize,
    /// Customers of whom the table has no account.
    pub absent: usize,
}

/// A customer of whom a step failed.
#[derive(Debug)]
pub struct Failed {
    pub customer: CustomerId,
    pub error: StoreError,
}

/// Deletes the accounts that the journal has as deleted. Money that is left in their wallets is
/// given up.
pub async fn delete_again(
    store: &Store,
    journal: &Table,
    now: Timestamp,
) -> Result<(DeletedAgain, Vec<Failed>), StoreError> {
    let (mut done, mut failed) = (DeletedAgain::default(), Vec::new());
    for digit in DELETED_SHARDS.chars() {
        for JournaledDeletion { customer, .. } in
            account::journaled_deletions(journal, digit).await?
        {
            match delete_account(store, customer, now).await {
                Ok(Some(Status::Deleted)) => done.already += 1,
                Ok(Some(_)) => done.deleted += 1,
                Ok(None) => done.absent += 1,
                Err(error) => failed.push(Failed { customer, error }),
            }
        }
    }
    Ok((done, failed))
}

/// An account and what its deletion changes beside it.
struct Found {
    account: Account,
    wallet: Option<Wallet>,
    phone_owner: Option<CustomerId>,
}

/// Deletes an account, or completes its deletion, and returns the status that it had. `None` where
/// there is no account.
async fn delete_account(
    store: &Store,
    customer: CustomerId,
    now: Timestamp,
) -> Result<Option<Status>, StoreError> {
    let read = async || find(store, customer).await;
    let attempt = async |found: Option<Found>| {
        let Some(found) = found else { return Ok(Attempt::Done(None)) };
        let status = found.account.status;
        let transaction = deletion(found, now)?;
        Ok(match store.table.commit(transaction).await? {
            Committed::Done => Attempt::Done(Some(status)),
            Committed::Refused(_) => Attempt::Reread,
        })
    };
    let state = read().await?;
    let deleted = retry::on_change(Policy::tries(20), &SystemRandom, state, read, attempt).await?;
    deleted.ok_or(StoreError::Conflict)
}

async fn find(store: &Store, customer: CustomerId) -> Result<Option<Found>, StoreError> {
    let Some(account) = store.account(customer).await? else { return Ok(None) };
    let (wallet, phone_owner) =
        tokio::try_join!(store.wallet(customer), store.owner_of_phone(&account.phone))?;
    Ok(Some(Found { account, wallet, phone_owner }))
}

/// A backup may have a part of a deletion only, so one that the account shows is completed. A phone
/// that leads to another account by now is left to it.
fn deletion(found: Found, now: Timestamp) -> Result<Transaction, StoreError> {
    let Found { account, wallet, phone_owner } = found;
    let (customer, exists) = (account.customer, wallet.is_some());
    let is_open = account.status != Status::Deleted;
    let mut transaction = Transaction::new();
    if is_open {
        transaction.add(account::close_restored_account(&account));
    }
    if phone_owner.is_none_or(|owner| owner == customer) {
        transaction.add(account::release_phone(&account.phone, customer));
    }
    transaction.add(account::list_deleted(customer, now)?);
    if is_open || wallet.as_ref().is_some_and(|wallet| !wallet.closed) {
        let wallet = wallet.unwrap_or_else(|| Wallet::new(LedgerId::new(now, &SystemRandom)));
        let closing = wallet.close(true, now, &SystemRandom);
        let closing = closing.map_err(|_| StoreError::corrupt("money that nobody can give up"))?;
        transaction.add_all(wallet::close_wallet(customer, &closing, exists)?);
    }
    Ok(transaction)
}

impl fmt::Display for DeletedAgain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} accounts deleted again, {} deleted already, {} not in the table",
            self.deleted, self.already, self.absent
        )
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FAILED: customer {}: {}", self.customer, self.error)
    }
}

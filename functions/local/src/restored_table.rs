//! What has to be done to a table that was restored to an earlier moment: the accounts that were
//! deleted since then are deleted again.
//!
//! Invariant: each account is closed, its phone freed, its wallet closed and the customer listed
//! for erasure in one transaction, as when the customer deleted it. What is repeated changes
//! nothing.

use std::fmt;

use jiff::Timestamp;
use shared::{
    account::{self, DELETED_SHARDS, JournaledDeletion, Status},
    ids::{CustomerId, LedgerId},
    random::SystemRandom,
    store::{Store, StoreError},
    wallet::{self, Wallet},
};
use table::{
    Committed, Table, Transaction,
    retry::{self, Attempt, Policy},
};

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

/// Deletes the accounts that the journal has as deleted since a time, or ever. Money that is left
/// in their wallets is given up.
pub async fn delete_again(
    store: &Store,
    journal: &Table,
    since: Option<Timestamp>,
    now: Timestamp,
) -> Result<DeletedAgain, StoreError> {
    let mut done = DeletedAgain::default();
    for digit in DELETED_SHARDS.chars() {
        for JournaledDeletion { customer, .. } in
            account::journaled_deletions(journal, digit, since).await?
        {
            match delete_account(store, customer, now).await? {
                Some(Status::Deleted) => done.already += 1,
                Some(_) => done.deleted += 1,
                None => done.absent += 1,
            }
        }
    }
    Ok(done)
}

/// Deletes an account unless it is deleted, and returns the status that it had. `None` where there
/// is no account.
async fn delete_account(
    store: &Store,
    customer: CustomerId,
    now: Timestamp,
) -> Result<Option<Status>, StoreError> {
    let read = async || tokio::try_join!(store.account(customer), store.wallet(customer));
    let attempt = async |(account, wallet): (Option<account::Account>, Option<Wallet>)| {
        let status = account.as_ref().map(|account| account.status);
        let Some(account) = account.filter(|account| account.status != Status::Deleted) else {
            return Ok(Attempt::Done(status));
        };
        let transaction = deletion(&account, wallet, now)?;
        Ok(match store.table.commit(transaction).await? {
            Committed::Done => Attempt::Done(status),
            Committed::Refused(_) => Attempt::Reread,
        })
    };
    let state = read().await?;
    let deleted = retry::on_change(Policy::tries(20), &SystemRandom, state, read, attempt).await?;
    deleted.ok_or(StoreError::Conflict)
}

fn deletion(
    account: &account::Account,
    wallet: Option<Wallet>,
    now: Timestamp,
) -> Result<Transaction, StoreError> {
    let (customer, exists) = (account.customer, wallet.is_some());
    let wallet = wallet.unwrap_or_else(|| Wallet::new(LedgerId::new(now, &SystemRandom)));
    let closing = wallet.close(true, now, &SystemRandom);
    let closing = closing.map_err(|_| StoreError::corrupt("money that nobody can give up"))?;
    let mut transaction = Transaction::new();
    transaction.add(account::close_restored_account(account));
    transaction.add(account::release_phone(&account.phone, customer));
    transaction.add(account::list_deleted(customer, now)?);
    transaction.add_all(wallet::close_wallet(customer, &closing, exists)?);
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

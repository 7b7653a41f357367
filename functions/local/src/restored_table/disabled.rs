//! Disabling the accounts again that are disabled in the old table.

use std::fmt;

use jiff::Timestamp;
use shared::{
    account::{Account, CUSTOMER_SHARDS, Status, StatusChange, StatusSet, keys},
    ids::CustomerId,
    store::{Store, StoreError},
};
use table::{Item, Key, record};

use super::Failed;

/// How many accounts are read at once.
const PAGE: usize = 100;

/// What was done about the accounts that are disabled in the old table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DisabledAgain {
    /// Accounts that were open and are disabled now.
    pub disabled: usize,
    /// Accounts that were disabled at the moment too.
    pub already: usize,
    /// Customers of whom the restored table has no account, or a deleted one.
    pub absent: usize,
}

/// Disables the accounts that are disabled in the old table, with the reason and the time that they
/// have there. Their sessions end.
pub async fn disable_again(
    restored: &Store,
    old: &Store,
    now: Timestamp,
) -> Result<(DisabledAgain, Vec<Failed>), StoreError> {
    let (mut done, mut failed) = (DisabledAgain::default(), Vec::new());
    for digit in CUSTOMER_SHARDS.chars() {
        let mut after = None;
        loop {
            let page = old.customers(digit, after, PAGE).await?;
            let accounts = page.iter().map(|customer| keys::account(*customer)).collect();
            for item in old.table.batch_get(accounts, true).await? {
                let Some(customer) = customer_in(&item) else { continue };
                match disable_account(restored, item, now).await {
                    Ok(None) => {}
                    Ok(Some(StatusSet::Changed)) => done.disabled += 1,
                    Ok(Some(StatusSet::Already)) => done.already += 1,
                    Ok(Some(StatusSet::Gone)) => done.absent += 1,
                    Err(error) => failed.push(Failed { customer, error }),
                }
            }
            after = page.last().copied();
            if page.len() < PAGE {
                break;
            }
        }
    }
    Ok((done, failed))
}

/// `None` where the account is not disabled in the old table.
async fn disable_account(
    restored: &Store,
    old: Item,
    now: Timestamp,
) -> Result<Option<StatusSet>, StoreError> {
    let account: Account = record(old)?;
    if account.status != Status::Disabled {
        return Ok(None);
    }
    let unknown = || StatusChange { at: now, why: "disabled in the old table".to_owned() };
    let change = account.status_change.unwrap_or_else(unknown);
    restored.set_status(account.customer, true, &change).await.map(Some)
}

fn customer_in(item: &Item) -> Option<CustomerId> {
    Key::of_item(item).and_then(|key| keys::customer_of(&key))
}

impl fmt::Display for DisabledAgain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} accounts disabled again, {} disabled already, {} not in the table",
            self.disabled, self.already, self.absent
        )
    }
}

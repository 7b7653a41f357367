//! The operator's change of an account: disabling it, and enabling it again.

use table::{Write, Written, attribute, number, record, text};

use crate::{
    account::{Account, Status, StatusChange, keys},
    ids::CustomerId,
    store::{Store, StoreError},
};

/// What came of setting a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusSet {
    /// Set; every session has ended.
    Changed,
    /// It had that status before.
    Already,
    /// There is no such account, or it is deleted.
    Gone,
}

impl Store {
    /// Disables an account or enables it again. Either way the epoch rises, so all sessions end. One
    /// trip, one write unit for each KB of the account.
    pub async fn set_status(
        &self,
        customer: CustomerId,
        disabled: bool,
        change: &StatusChange,
    ) -> Result<StatusSet, StoreError> {
        let (from, to) = if disabled { ("active", "disabled") } else { ("disabled", "active") };
        let set = "SET #status = :to, #epoch = #epoch + :one, #change = :change";
        let set = Write::update(keys::account(customer), set)
            .when("#status = :from")
            .name("#status", "status")
            .name("#epoch", "epoch")
            .name("#change", "status_change")
            .value(":from", text(from))
            .value(":to", text(to))
            .value(":one", number(1))
            .value(":change", attribute(change)?)
            .seeing_refused();
        let account: Option<Account> = match self.table.write(set).await? {
            Written::Done => return Ok(StatusSet::Changed),
            Written::Refused(account) => account.map(record).transpose()?,
        };
        Ok(match account {
            Some(account) if account.status != Status::Deleted => StatusSet::Already,
            _ => StatusSet::Gone,
        })
    }
}

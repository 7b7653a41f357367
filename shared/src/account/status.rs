//! The operator's hand on an account: closing it, and opening it again.

use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use table::{attribute, number, record, text};

use crate::{
    account::{Account, Status, StatusChange, keys, store::refused_item},
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
    /// There is no such account, or its customer left.
    Gone,
}

impl Store {
    /// Closes an account or opens it again. Either way the epoch rises, so no session from before
    /// lives. One trip, one write unit for each KB of the account.
    pub async fn set_status(
        &self,
        customer: CustomerId,
        disabled: bool,
        change: &StatusChange,
    ) -> Result<StatusSet, StoreError> {
        let (from, to) = if disabled { ("active", "disabled") } else { ("disabled", "active") };
        let sent = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(keys::account(customer).into_item()))
            .condition_expression("#status = :from")
            .update_expression("SET #status = :to, #epoch = #epoch + :one, #change = :change")
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#epoch", "epoch")
            .expression_attribute_names("#change", "status_change")
            .expression_attribute_values(":from", text(from))
            .expression_attribute_values(":to", text(to))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":change", attribute(change)?)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let Err(error) = sent else { return Ok(StatusSet::Changed) };
        let account: Option<Account> = refused_item(error)?.map(record).transpose()?;
        Ok(match account {
            Some(account) if account.status != Status::Deleted => StatusSet::Already,
            _ => StatusSet::Gone,
        })
    }
}

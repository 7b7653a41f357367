//! An account's move to another phone: codes, both phones, account and profile are one transaction.
//!
//! Invariants: a phone leads to one account at most, and an account to the one phone that its own
//! item names; the session that asked lives on under the new epoch, all others end.

use aws_sdk_dynamodb::types::{
    Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use table::{item, number, record, text};

use crate::{
    account::{
        Account, keys,
        store::{PhoneOwner, names},
    },
    customer::Customer,
    hashes::PhoneHash,
    ids::{ChallengeId, CustomerId, SessionId},
    store::{
        Store, StoreError,
        transaction::{Outcome, Verdict},
    },
};

/// A move about to be written.
#[derive(Debug)]
pub struct PhoneChange<'a> {
    /// The session that asks for it.
    pub session: SessionId,
    /// The phone that the account leaves.
    pub old: PhoneHash,
    /// The phone that it moves to.
    pub new: PhoneHash,
    /// The codes that it takes, one or two.
    pub codes: &'a [ChallengeId],
    /// The profile after it, its version one above the stored one.
    pub profile: &'a Customer,
}

/// What came of a move.
#[derive(Debug)]
pub enum PhoneChanged {
    /// Done.
    Done,
    /// A code was spent by somebody else.
    Spent,
    /// The new phone leads to an account.
    InUse,
    /// The profile is of another version.
    ProfileChanged,
    /// The account refused: as it stands, if there is one.
    Refused(Option<Account>),
}

impl Store {
    /// Moves an account to another phone. One trip; eleven write units with one code, fourteen with
    /// two, and two more for each further KB of account and profile.
    pub async fn change_phone(&self, change: &PhoneChange<'_>) -> Result<PhoneChanged, StoreError> {
        let customer = change.profile.id;
        let owner = PhoneOwner { customer };
        let mut items = vec![
            self.move_account(change)?,
            self.put_new(item(keys::phone_owner(&change.new), "phone_owner", &owner)?)?,
            self.replace_profile_part(change.profile)?,
            self.free_phone(&change.old, customer)?,
        ];
        for code in change.codes {
            items.push(self.take_code(*code)?);
        }
        let Outcome::Refused(mut verdicts) = self.transact(items).await? else {
            return Ok(PhoneChanged::Done);
        };
        let codes = verdicts.split_off(4);
        let failed = |verdict: &Verdict| matches!(verdict, Verdict::Failed(_));
        Ok(match <[Verdict; 4]>::try_from(verdicts) {
            Ok([Verdict::Failed(account), ..]) => {
                PhoneChanged::Refused(account.map(record).transpose()?)
            }
            _ if codes.iter().any(failed) => PhoneChanged::Spent,
            Ok([_, Verdict::Failed(_), ..]) => PhoneChanged::InUse,
            Ok([_, _, Verdict::Failed(_), _]) => PhoneChanged::ProfileChanged,
            _ => PhoneChanged::Refused(None),
        })
    }

    /// The part of a transaction that takes a phone from its customer; done as well where it leads
    /// to nobody.
    pub(crate) fn free_phone(
        &self,
        phone: &PhoneHash,
        customer: CustomerId,
    ) -> Result<TransactWriteItem, StoreError> {
        let delete = Delete::builder()
            .table_name(&self.name)
            .set_key(Some(keys::phone_owner(phone).into_item()))
            .condition_expression("attribute_not_exists(pk) OR customer = :customer")
            .expression_attribute_values(":customer", text(customer))
            .build()
            .map_err(StoreError::built_wrongly)?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }

    fn move_account(&self, change: &PhoneChange<'_>) -> Result<TransactWriteItem, StoreError> {
        let mut names = names(change.session);
        names.extend([("#phone".to_owned(), "phone".to_owned())]);
        let update = Update::builder()
            .table_name(&self.name)
            .set_key(Some(keys::account(change.profile.id).into_item()))
            .condition_expression("#status = :active AND #phone = :old AND attribute_exists(#s.#id) AND #e.#id = #epoch")
            .update_expression("SET #phone = :new, #epoch = #epoch + :one, #e.#id = #epoch + :one")
            .set_expression_attribute_names(Some(names))
            .expression_attribute_values(":active", text("active"))
            .expression_attribute_values(":old", text(change.old.as_str()))
            .expression_attribute_values(":new", text(change.new.as_str()))
            .expression_attribute_values(":one", number(1))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(StoreError::built_wrongly)?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    fn replace_profile_part(&self, profile: &Customer) -> Result<TransactWriteItem, StoreError> {
        let put = Put::builder()
            .table_name(&self.name)
            .set_item(Some(item(crate::customer::keys::profile(profile.id), "profile", profile)?))
            .condition_expression("#version = :before")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":before", number(profile.version - 1))
            .build()
            .map_err(StoreError::built_wrongly)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }
}

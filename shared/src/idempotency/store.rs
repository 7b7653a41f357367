//! Answers that are given again: written in the transaction of the effect that they tell of, or not
//! at all.
//!
//! Protocol: the record's put has the condition that no record that still counts stands there. Of
//! any number of the same request at once one transaction holds; the others fail at that condition
//! and are handed the record by the failure itself.

use std::time::Duration;

use aws_sdk_dynamodb::{
    operation::put_item::PutItemError,
    types::{Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem},
};
use jiff::Timestamp;
use table::{Item, expiring_item, item, number, record};

use crate::{
    idempotency::{AnswerRecord, NewAnswer, Seen, Slot, StoredAnswer, keys},
    store::{
        Store, StoreError,
        transaction::{Outcome, Verdict},
    },
};

/// The condition that no answer that still counts stands there.
const UNUSED: &str = "attribute_not_exists(pk) OR #until <= :now";

/// What came of an effect that happens once.
#[derive(Debug)]
pub enum Once {
    /// It happened now.
    Done,
    /// It happened before, and this was answered.
    Replayed(StoredAnswer),
    /// The key was used for another request.
    Reused,
    /// It did not happen: for each part of the effect whether its condition held.
    Refused(Vec<Verdict>),
}

impl Store {
    /// What a key was used for before, strongly consistent. To be read beside the check of the
    /// session: whatever else would refuse a repetition (a limit that the first request reached)
    /// must not. One trip, one read unit for each 4 KB of the answer; no trip without a key.
    pub async fn seen_before(
        &self,
        slot: Option<&Slot>,
        now: Timestamp,
    ) -> Result<Option<Seen>, StoreError> {
        let Some(slot) = slot else { return Ok(None) };
        let stored: Option<AnswerRecord> = self.table.get(keys::answer(slot), true).await?;
        Ok(stored.and_then(|stored| stored.seen_by(&slot.request, now)))
    }

    /// Carries out `effects` and stores their answer, both or neither; without an answer to store,
    /// `effects` alone.
    ///
    /// One trip; two write units for each KB of the answer and one where it is not kept for ever,
    /// beside those of the effects.
    pub async fn transact_once(
        &self,
        answer: Option<&NewAnswer>,
        effects: Vec<TransactWriteItem>,
        now: Timestamp,
    ) -> Result<Once, StoreError> {
        let outcome = self.transact_with(answer, effects, now, None).await;
        match (outcome, answer) {
            // Somebody held one of the items all the while: perhaps the same request, which is done
            // by now.
            (Err(StoreError::Conflict), Some(new)) => {
                match self.seen_before(Some(&new.slot), now).await? {
                    Some(seen) => Ok(seen.into()),
                    None => Err(StoreError::Conflict),
                }
            }
            (outcome, _) => outcome,
        }
    }

    /// The same without any waiting: a conflict is told at once, for effects that are worked out on
    /// what they change.
    pub(crate) async fn transact_once_or_conflict(
        &self,
        answer: Option<&NewAnswer>,
        effects: Vec<TransactWriteItem>,
        now: Timestamp,
    ) -> Result<Once, StoreError> {
        self.transact_with(answer, effects, now, Some(Duration::ZERO)).await
    }

    async fn transact_with(
        &self,
        answer: Option<&NewAnswer>,
        effects: Vec<TransactWriteItem>,
        now: Timestamp,
        patience: Option<Duration>,
    ) -> Result<Once, StoreError> {
        let mut items = answer
            .map(|new| self.put_answer(new, now))
            .transpose()?
            .into_iter()
            .collect::<Vec<_>>();
        items.extend(effects);
        let outcome = match patience {
            Some(patience) => self.transact_within(items, patience).await?,
            None => self.transact(items).await?,
        };
        let mut verdicts = match outcome {
            Outcome::Done => return Ok(Once::Done),
            Outcome::Refused(verdicts) => verdicts.into_iter(),
        };
        let Some(new) = answer else { return Ok(Once::Refused(verdicts.collect())) };
        match verdicts.next() {
            Some(Verdict::Failed(Some(stored))) => {
                match record::<AnswerRecord>(stored)?.seen_by(&new.slot.request, now) {
                    Some(seen) => Ok(seen.into()),
                    // Storage and we compare the same two times, so this is a record of a clock
                    // ahead of ours by the width of a hair.
                    None => Err(StoreError::Conflict),
                }
            }
            Some(Verdict::Failed(None)) => Err(StoreError::Conflict),
            _ => Ok(Once::Refused(verdicts.collect())),
        }
    }

    /// Stores the answer of a request that has no effect and shall have none later either. One
    /// trip, one write unit for each KB.
    pub async fn keep_answer(&self, new: &NewAnswer, now: Timestamp) -> Result<Once, StoreError> {
        let sent = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(answer_item(new)?))
            .condition_expression(UNUSED)
            .expression_attribute_names("#until", "until")
            .expression_attribute_values(":now", number(now.as_millisecond()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let Err(error) = sent else { return Ok(Once::Done) };
        let Some(PutItemError::ConditionalCheckFailedException(failed)) = error.as_service_error()
        else {
            return Err(error.into());
        };
        let stored = failed.item.clone().map(record::<AnswerRecord>).transpose()?;
        let seen = stored.and_then(|stored| stored.seen_by(&new.slot.request, now));
        seen.map(Into::into).ok_or(StoreError::Conflict)
    }

    fn put_answer(&self, new: &NewAnswer, now: Timestamp) -> Result<TransactWriteItem, StoreError> {
        let put = Put::builder()
            .table_name(&self.name)
            .set_item(Some(answer_item(new)?))
            .condition_expression(UNUSED)
            .expression_attribute_names("#until", "until")
            .expression_attribute_values(":now", number(now.as_millisecond()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(StoreError::built_wrongly)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }
}

impl From<Seen> for Once {
    fn from(seen: Seen) -> Self {
        match seen {
            Seen::Same(answer) => Self::Replayed(answer),
            Seen::Another => Self::Reused,
        }
    }
}

fn answer_item(new: &NewAnswer) -> Result<Item, StoreError> {
    let key = keys::answer(&new.slot);
    let fingerprint = new.slot.request.fingerprint.clone();
    let stored = AnswerRecord { fingerprint, answer: new.answer.clone(), until: new.until };
    match new.until {
        Some(until) => expiring_item(key, "answer", &stored, until),
        None => item(key, "answer", &stored),
    }
}

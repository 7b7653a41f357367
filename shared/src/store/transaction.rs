//! Transactions of SDK items, for the domains whose writes are not the kernel's yet.

use std::time::Duration;

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::{transact_write_items::TransactWriteItemsError, update_item::UpdateItemError},
    types::{CancellationReason, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem},
};
use jiff::Timestamp;
use table::{Item, number, record};

use crate::{
    idempotency::{AnswerRecord, NewAnswer, Once, store::answer_item},
    store::{Store, StoreError},
};

/// How a transaction ended.
pub(crate) enum Outcome {
    /// All of it is done.
    Done,
    /// Nothing is done; for each item whether its condition held.
    Refused(Vec<Verdict>),
}

/// Whether the condition of one item of a refused transaction held.
#[derive(Debug)]
pub enum Verdict {
    /// It did, or the item had none.
    Held,
    /// It did not; the item as it stands, where the request asked for it and it exists.
    Failed(Option<Item>),
}

/// How long a transaction whose items others hold is tried again; only then is the conflict told.
const PATIENCE: Duration = Duration::from_millis(3_500);
/// The longest first wait between two tries, and the longest of all. Each is drawn anew between
/// nothing and its longest, so that writers who met once do not meet again.
const WAITS_MILLIS: [u64; 2] = [20, 640];

impl Store {
    /// Writes all of `items` or none. A conflict with another open transaction is waited out, which
    /// the SDK does not do by itself.
    pub(crate) async fn transact(
        &self,
        items: Vec<TransactWriteItem>,
    ) -> Result<Outcome, StoreError> {
        self.transact_within(items, PATIENCE).await
    }

    /// The same with other patience. None is for transactions that are worked out on what they
    /// change: whoever held an item has most likely changed it, so that only reading it again
    /// helps.
    pub(crate) async fn transact_within(
        &self,
        items: Vec<TransactWriteItem>,
        patience: Duration,
    ) -> Result<Outcome, StoreError> {
        let until = tokio::time::Instant::now() + patience;
        let [mut longest, longest_of_all] = WAITS_MILLIS;
        loop {
            let sent = self
                .client
                .transact_write_items()
                .set_transact_items(Some(items.clone()))
                .send()
                .await;
            let Err(error) = sent else { return Ok(Outcome::Done) };
            let reasons = match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                    cancelled.cancellation_reasons().to_vec()
                }
                Some(TransactWriteItemsError::TransactionInProgressException(_)) => Vec::new(),
                _ => return Err(error.into()),
            };
            if let Some(refused) = refusal(&reasons) {
                return Ok(refused);
            }
            if !retryable(&reasons) {
                return Err(error.into());
            }
            let next = tokio::time::Instant::now() + up_to(Duration::from_millis(longest));
            if patience.is_zero() || next > until {
                return Err(StoreError::Conflict);
            }
            longest = longest_of_all.min(longest * 2);
            tokio::time::sleep_until(next).await;
        }
    }
}

impl Store {
    /// Commits `effects` with their answer; the verdicts on them where one refused.
    pub(crate) async fn transact_once(
        &self,
        answer: Option<&NewAnswer>,
        effects: Vec<TransactWriteItem>,
        now: Timestamp,
    ) -> Result<Result<Once, Vec<Verdict>>, StoreError> {
        match (self.transact_with(answer, effects, now, PATIENCE).await, answer) {
            (Err(StoreError::Conflict), Some(new)) => {
                match self.seen_before(Some(&new.slot), now).await? {
                    Some(seen) => Ok(Ok(seen.into())),
                    None => Err(StoreError::Conflict),
                }
            }
            (outcome, _) => outcome,
        }
    }

    /// The same without any waiting.
    pub(crate) async fn transact_once_or_conflict(
        &self,
        answer: Option<&NewAnswer>,
        effects: Vec<TransactWriteItem>,
        now: Timestamp,
    ) -> Result<Result<Once, Vec<Verdict>>, StoreError> {
        self.transact_with(answer, effects, now, Duration::ZERO).await
    }

    async fn transact_with(
        &self,
        answer: Option<&NewAnswer>,
        effects: Vec<TransactWriteItem>,
        now: Timestamp,
        patience: Duration,
    ) -> Result<Result<Once, Vec<Verdict>>, StoreError> {
        let put = answer.map(|new| self.put_answer(new, now)).transpose()?;
        let items = put.into_iter().chain(effects).collect();
        let mut verdicts = match self.transact_within(items, patience).await? {
            Outcome::Done => return Ok(Ok(Once::Done)),
            Outcome::Refused(verdicts) => verdicts.into_iter(),
        };
        let Some(new) = answer else { return Ok(Err(verdicts.collect())) };
        match verdicts.next() {
            Some(Verdict::Failed(stored)) => {
                let stored = stored.map(record::<AnswerRecord>).transpose()?;
                let seen = stored.and_then(|stored| stored.seen_by(&new.slot.request, now));
                seen.map(|seen| Ok(seen.into())).ok_or(StoreError::Conflict)
            }
            _ => Ok(Err(verdicts.collect())),
        }
    }

    fn put_answer(&self, new: &NewAnswer, now: Timestamp) -> Result<TransactWriteItem, StoreError> {
        let put = Put::builder()
            .table_name(&self.name)
            .set_item(Some(answer_item(new)?))
            .condition_expression("attribute_not_exists(pk) OR #until <= :now")
            .expression_attribute_names("#until", "until")
            .expression_attribute_values(":now", number(now.as_millisecond()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(StoreError::built_wrongly)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// The part of a transaction that writes what must not be there yet.
    pub(crate) fn put_new(&self, item: Item) -> Result<TransactWriteItem, StoreError> {
        let put = Put::builder()
            .table_name(&self.name)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(StoreError::built_wrongly)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }
}

/// The item that made a condition fail, or the error if it was something else.
pub(crate) fn refused_item<R>(
    error: SdkError<UpdateItemError, R>,
) -> Result<Option<Item>, StoreError>
where
    R: std::fmt::Debug + Send + Sync + 'static,
{
    match error.as_service_error() {
        Some(UpdateItemError::ConditionalCheckFailedException(failed)) => Ok(failed.item.clone()),
        _ => Err(error.into()),
    }
}

/// The verdicts, if a condition failed: then waiting helps nobody, even where another item was in
/// conflict.
fn refusal(reasons: &[CancellationReason]) -> Option<Outcome> {
    let failed = |reason: &CancellationReason| reason.code() == Some("ConditionalCheckFailed");
    let verdict = |reason: &CancellationReason| {
        if failed(reason) { Verdict::Failed(reason.item.clone()) } else { Verdict::Held }
    };
    reasons.iter().any(failed).then(|| Outcome::Refused(reasons.iter().map(verdict).collect()))
}

fn retryable(reasons: &[CancellationReason]) -> bool {
    let passing = |code: &str| {
        matches!(
            code,
            "None" | "TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded"
        )
    };
    reasons.iter().all(|reason| reason.code().is_none_or(passing))
}

fn up_to(longest: Duration) -> Duration {
    let mut byte = [0];
    getrandom::fill(&mut byte).ok();
    longest * u32::from(byte[0]) / 255
}

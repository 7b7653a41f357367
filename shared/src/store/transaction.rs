//! Transactions: all or nothing, with the reason of each item where nothing was done.

use std::time::Duration;

use aws_sdk_dynamodb::{
    operation::transact_write_items::TransactWriteItemsError,
    types::{CancellationReason, TransactWriteItem},
};

use super::{Item, Store, StoreError};

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

/// Waits between tries when another transaction holds one of the items: in sum two and a half seconds and, as each is spread by up to as
/// much again, four on average.
const WAITS_MILLIS: [u64; 8] = [10, 20, 40, 80, 160, 320, 640, 1_280];

impl Store {
    /// Writes all of `items` or none. A conflict with another open transaction is waited out, which the SDK does not do by itself.
    pub(crate) async fn transact(&self, items: Vec<TransactWriteItem>) -> Result<Outcome, StoreError> {
        let mut waits = WAITS_MILLIS.into_iter();
        loop {
            let sent = self.client.transact_write_items().set_transact_items(Some(items.clone())).send().await;
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
            let Some(wait) = waits.next() else { return Err(StoreError::Conflict) };
            tokio::time::sleep(spread(Duration::from_millis(wait))).await;
        }
    }
}

/// The verdicts, if a condition failed: then waiting helps nobody, even where another item was in conflict.
fn refusal(reasons: &[CancellationReason]) -> Option<Outcome> {
    let failed = |reason: &CancellationReason| reason.code() == Some("ConditionalCheckFailed");
    let verdict = |reason: &CancellationReason| {
        if failed(reason) { Verdict::Failed(reason.item.clone()) } else { Verdict::Held }
    };
    reasons.iter().any(failed).then(|| Outcome::Refused(reasons.iter().map(verdict).collect()))
}

fn retryable(reasons: &[CancellationReason]) -> bool {
    let passing =
        |code: &str| matches!(code, "None" | "TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded");
    reasons.iter().all(|reason| reason.code().is_none_or(passing))
}

fn spread(wait: Duration) -> Duration {
    let mut byte = [0];
    getrandom::fill(&mut byte).ok();
    wait + wait * u32::from(byte[0]) / 255
}

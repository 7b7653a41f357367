//! Transactions: all or nothing, with the reason of each item where nothing was done.

use std::time::Duration;

use aws_sdk_dynamodb::{
    operation::transact_write_items::TransactWriteItemsError,
    types::{CancellationReason, TransactWriteItem},
};
use table::Item;

use crate::store::{Store, StoreError};

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

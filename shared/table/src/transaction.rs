//! Transactions: all writes or none, made of parts, with the verdict on each part where refused.

use std::time::Duration;

use aws_sdk_dynamodb::{
    operation::transact_write_items::TransactWriteItemsError, types::CancellationReason,
};

use crate::{
    Error, Item, Table, Write,
    random::Random,
    retry::{Backoff, CONFLICT, Policy},
};

/// Writes that are done together or not at all, at most a hundred.
#[derive(Debug, Clone)]
pub struct Transaction {
    writes: Vec<Write>,
    policy: Policy,
}

/// Names a part of one transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    begin: usize,
    end: usize,
}

/// What came of a transaction.
#[derive(Debug)]
#[must_use]
pub enum Committed {
    /// All of it is written.
    Done,
    /// A condition did not hold and nothing is written.
    Refused(Refusals),
}

/// The verdicts on the writes of a transaction that was refused.
#[derive(Debug)]
pub struct Refusals(Vec<Verdict>);

/// Whether the condition of a write of a refused transaction held.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// It held, or there was none.
    Held,
    /// It did not. The item as it stands, if there is one and the write asked for it with
    /// [`Write::seeing_refused`].
    Refused(Option<Item>),
}

impl Transaction {
    /// A transaction without writes.
    #[expect(clippy::new_without_default, reason = "it is never made as a field's default")]
    pub fn new() -> Self {
        Self { writes: Vec::new(), policy: CONFLICT }
    }

    /// Adds a part of one write.
    pub fn add(&mut self, write: Write) -> Part {
        self.add_all(vec![write])
    }

    /// Adds a part of several writes, or of none.
    pub fn add_all(&mut self, writes: Vec<Write>) -> Part {
        let begin = self.writes.len();
        self.writes.extend(writes);
        Part { begin, end: self.writes.len() }
    }

    /// Waits this long for other transactions that hold its items, instead of 3.5 seconds. Zero is
    /// for a transaction computed from what it changes: whoever held an item has most likely
    /// changed it, so the item has to be read again.
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.policy.patience = patience;
        self
    }
}

impl Committed {
    /// Whether all of it is written.
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Done)
    }
}

impl Refusals {
    /// The first refusal in a part, and [`Verdict::Held`] where the part did not refuse. Takes the
    /// item out.
    pub fn of(&mut self, part: Part) -> Verdict {
        let verdicts = self.0.get_mut(part.begin..part.end).unwrap_or_default();
        match verdicts.iter_mut().find(|verdict| is_refusal(verdict)) {
            Some(Verdict::Refused(item)) => Verdict::Refused(item.take()),
            _ => Verdict::Held,
        }
    }

    /// Whether a part refused.
    pub fn refused(&self, part: Part) -> bool {
        self.0.get(part.begin..part.end).unwrap_or_default().iter().any(is_refusal)
    }

    /// Whether a part refused and no other did.
    pub fn only(&self, part: Part) -> bool {
        let within = |place: usize| (part.begin..part.end).contains(&place);
        let mut refused = (0..).zip(&self.0).filter(|(_, verdict)| is_refusal(verdict));
        self.refused(part) && refused.all(|(place, _)| within(place))
    }
}

fn is_refusal(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Refused(_))
}

impl Table {
    /// Writes all of a transaction or none of it. One trip; two write units per KB of each item,
    /// checks among them. No trip where it has no writes.
    ///
    /// Another open transaction that holds an item is waited for, which the SDK does not do;
    /// [`Error::Conflict`] where that takes longer than the transaction's patience.
    pub async fn commit(&self, transaction: Transaction) -> Result<Committed, Error> {
        let Transaction { writes, policy } = transaction;
        if writes.is_empty() {
            return Ok(Committed::Done);
        }
        let items: Result<Vec<_>, Error> =
            writes.into_iter().map(|write| self.transact_item(write)).collect();
        let items = items?;
        let mut backoff = Backoff::new(policy, &*self.random);
        let mut token = new_token(&*self.random);
        loop {
            let request = self.client.transact_write_items().client_request_token(&token);
            let sent = Box::pin(request.set_transact_items(Some(items.clone())).send()).await;
            let Err(error) = sent else { return Ok(Committed::Done) };
            match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                    let reasons = cancelled.cancellation_reasons();
                    if let Some(refusals) = refusals(reasons) {
                        return Ok(Committed::Refused(refusals));
                    }
                    if !reasons.iter().all(is_passing) {
                        return Err(error.into());
                    }
                    token = new_token(&*self.random);
                }
                // An earlier try whose answer was lost goes on; with its token we hear how it ends.
                Some(TransactWriteItemsError::TransactionInProgressException(_)) => {}
                _ => return Err(error.into()),
            }
            if !backoff.wait().await {
                return Err(Error::Conflict);
            }
        }
    }
}

/// The verdicts, if a condition failed: then waiting helps nobody, even where another item was in
/// conflict.
fn refusals(reasons: &[CancellationReason]) -> Option<Refusals> {
    let verdict = |reason: &CancellationReason| match reason.code() {
        Some("ConditionalCheckFailed") => Verdict::Refused(reason.item.clone()),
        _ => Verdict::Held,
    };
    let verdicts: Vec<Verdict> = reasons.iter().map(verdict).collect();
    verdicts.iter().any(is_refusal).then_some(Refusals(verdicts))
}

fn is_passing(reason: &CancellationReason) -> bool {
    reason.code().is_none_or(|code| {
        matches!(
            code,
            "None" | "TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded"
        )
    })
}

/// Names a transaction, so that DynamoDB does once what we send twice.
fn new_token(random: &dyn Random) -> String {
    let mut bytes = [0; 16];
    random.fill(&mut bytes);
    format!("{:032x}", u128::from_le_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Key, number};

    fn reason(code: &str) -> CancellationReason {
        CancellationReason::builder().code(code).item("n", number(7)).build()
    }

    #[test]
    fn a_refusal_names_its_part_and_gives_the_item() {
        let mut transaction = Transaction::new();
        let delete = || Write::delete(Key::new("OTP#1", "CHALLENGE"));
        let one = transaction.add(delete());
        let two = transaction.add_all(vec![delete(), delete()]);
        let none = transaction.add_all(Vec::new());
        let reasons = ["None", "TransactionConflict", "ConditionalCheckFailed"].map(reason);
        let mut refusals = refusals(&reasons).unwrap();
        assert!(!refusals.refused(one) && !refusals.refused(none) && refusals.refused(two));
        assert!(refusals.only(two) && !refusals.only(one));
        assert_eq!(refusals.of(one), Verdict::Held);
        let item = Item::from([("n".to_owned(), number(7))]);
        assert_eq!(refusals.of(two), Verdict::Refused(Some(item)));
    }

    #[test]
    fn a_conflict_alone_is_no_refusal() {
        let reasons = ["None", "TransactionConflict"].map(reason);
        assert!(refusals(&reasons).is_none() && reasons.iter().all(is_passing));
        assert!(!is_passing(&reason("ValidationError")));
    }
}

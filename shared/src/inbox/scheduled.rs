//! Messages that wait for their time.
//!
//! Protocol: such a message is two items. Its head, under the hash of its id, says when it is due
//! and what has become of it. Its text stands in the inbox of the customer whom it is for, so that
//! the export shows it and the erasure takes it away; where it is for everybody, beside the head.
//! The clean-up claims a head that is due, publishes the text to the topic, and then marks the head
//! as sent. To cancel is to change a head that nobody has claimed.
//!
//! Invariants: a message is claimed or cancelled, never both. A run that was killed after its claim
//! leaves the head on the list, so the next one publishes the text, perhaps again: the message's id
//! makes it once. A head that is done names no customer, has no text, and stays for [`REMEMBERED`],
//! so that a record that the queue delivers again is known.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use table::{
    Committed, DUE, DUE_AT, Transaction, Write, Written, expiring_item, item, kinds, number, text,
};

use crate::{
    hashes::ContentHash,
    ids::CustomerId,
    inbox::keys::{self, SCHEDULED_MESSAGES},
    store::{Store, StoreError},
};

/// How long a message that was sent or cancelled is known: longer than a queue keeps a record.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24 * 30);

/// The head of a message that waits, or waited, for its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scheduled {
    /// Hash of the publisher's id.
    pub message: ContentHash,
    /// What has become of it.
    pub state: ScheduledState,
    /// When it is due.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub at: Timestamp,
    /// Whose inbox has its text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerId>,
}

/// What has become of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ScheduledState {
    /// It is not due, or nobody has seen that it is.
    Waiting,
    /// It is claimed, and perhaps published.
    Sending,
    /// It is published.
    Sent,
    /// The operator cancelled it.
    Cancelled,
}

/// The text of a message that waits for its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduledText {
    /// Hash of the publisher's id.
    pub message: ContentHash,
    /// The message as it is to be published: JSON.
    pub text: String,
    /// When it is due.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub at: Timestamp,
}

/// What came of cancelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cancellation {
    /// It will not be sent.
    Cancelled,
    /// It was sent, or is being sent.
    TooLate,
    /// No message waits, or waited, under this id.
    Unknown,
}

kinds! {
    Scheduled: "scheduled",
    ScheduledText: "scheduled_text",
}

impl ScheduledState {
    fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Cancelled => "cancelled",
        }
    }
}

impl Store {
    /// The head of a message, strongly consistent. One trip, one read unit.
    pub async fn scheduled(&self, message: &ContentHash) -> Result<Option<Scheduled>, StoreError> {
        self.table.get(keys::scheduled(message), true).await
    }

    /// Lets a message wait; false where its id is known. One trip; two write units for the head
    /// and for each KB of the text, one for the list.
    pub async fn schedule(
        &self,
        customer: Option<CustomerId>,
        waiting: &ScheduledText,
    ) -> Result<bool, StoreError> {
        let ScheduledText { message, at, .. } = waiting;
        let at = *at;
        let state = ScheduledState::Waiting;
        let (key, text_key) = (keys::scheduled(message), keys::scheduled_text(customer, message));
        let list = SCHEDULED_MESSAGES.partition_of(&key);
        let mut head = item(key, &Scheduled { message: message.clone(), state, at, customer })?;
        head.insert(DUE.to_owned(), text(list));
        head.insert(DUE_AT.to_owned(), number((at.as_millisecond() + 999).div_euclid(1_000)));
        let mut transaction = Transaction::new();
        transaction.add(Write::new_item(head));
        // Nobody needs it so long after its time, whatever became of the head.
        let forgotten = at.saturating_add(REMEMBERED).unwrap_or(Timestamp::MAX);
        transaction.add(Write::put(expiring_item(text_key, waiting, forgotten)?));
        self.table.commit(transaction).await.map(|committed| committed.is_done())
    }

    /// Cancels a message that is not claimed. Two trips, more where somebody else changes it; one
    /// read unit, two write units for the head and for each KB of the text, one for the list.
    pub async fn cancel_scheduled(
        &self,
        message: &ContentHash,
        now: Timestamp,
    ) -> Result<Cancellation, StoreError> {
        loop {
            let Some(head) = self.scheduled(message).await? else {
                return Ok(Cancellation::Unknown);
            };
            match head.state {
                ScheduledState::Cancelled => return Ok(Cancellation::Cancelled),
                ScheduledState::Sending | ScheduledState::Sent => return Ok(Cancellation::TooLate),
                ScheduledState::Waiting => {}
            }
            if self.settle_scheduled(&head, ScheduledState::Cancelled, now).await? {
                return Ok(Cancellation::Cancelled);
            }
        }
    }

    /// Claims a message that is due; false where it is cancelled or sent. Whoever claims it again
    /// does so because the first one may have been killed. One trip, one write unit.
    pub(super) async fn claim_scheduled(&self, head: &Scheduled) -> Result<bool, StoreError> {
        let claim = Write::update(keys::scheduled(&head.message), "SET #state = :sending")
            .when("(#state = :waiting OR #state = :sending)")
            .name("#state", "state")
            .value(":waiting", text(ScheduledState::Waiting.name()))
            .value(":sending", text(ScheduledState::Sending.name()));
        self.table.write(claim).await.map(Written::is_done)
    }

    /// The text of a message; none where its customer was erased. One trip, a read unit for each
    /// 4 KB.
    pub(super) async fn scheduled_text(
        &self,
        head: &Scheduled,
    ) -> Result<Option<ScheduledText>, StoreError> {
        self.table.get(keys::scheduled_text(head.customer, &head.message), true).await
    }

    /// Marks a message as sent, where it is claimed, or as cancelled, where it is not; takes it
    /// from the list and its text away. One trip, two write units for the head and for each KB of
    /// the text, one for the list.
    pub(super) async fn settle_scheduled(
        &self,
        head: &Scheduled,
        to: ScheduledState,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let from = match to {
            ScheduledState::Sent => ScheduledState::Sending,
            _ => ScheduledState::Waiting,
        };
        let change = "SET #state = :to, #expires = :expires REMOVE #due, #due_at, #customer";
        let settle = Write::update(keys::scheduled(&head.message), change)
            .when("#state = :from")
            .name("#state", "state")
            .name("#due", DUE)
            .name("#due_at", DUE_AT)
            .name("#customer", "customer")
            .value(":from", text(from.name()))
            .value(":to", text(to.name()))
            .expiring(now.saturating_add(REMEMBERED).unwrap_or(Timestamp::MAX));
        let mut transaction = Transaction::new();
        transaction.add(settle);
        transaction.add(Write::delete(keys::scheduled_text(head.customer, &head.message)));
        Ok(matches!(self.table.commit(transaction).await?, Committed::Done))
    }
}

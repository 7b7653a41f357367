//! Requests that a client may repeat without their effect being repeated: which answer belongs to a
//! repetition.
//!
//! Invariant: an answer is given again only to the caller, at the operation, under the key and for
//! the very request that it was made for.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use table::Refusals;

use crate::ids::CustomerId;

/// How long most answers are kept.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// How long a refused movement of money stays refused.
pub const REFUSAL_KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);

/// A request with an `Idempotency-Key`: two hashes in base64url, so neither can hold a character
/// that means something in a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestKey {
    /// Of the key that the client chose.
    pub key: String,
    /// Of everything that the request asks for.
    pub fingerprint: String,
}

/// Who repeats a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asker {
    /// A customer, on any device.
    Customer(CustomerId),
    /// The operator in matters of a customer, with any token.
    Operator(CustomerId),
}

/// The place of one answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Who asks.
    pub asker: Asker,
    /// The operation's id; letters only.
    pub operation: &'static str,
    /// What is asked.
    pub request: RequestKey,
}

/// An answer as it went out first. It never holds a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredAnswer {
    /// Its status.
    pub status: u16,
    /// Its body, JSON; empty where it has none.
    pub body: String,
}

/// An answer about to be stored together with what it tells of.
#[derive(Debug, Clone)]
pub struct NewAnswer {
    /// Where.
    pub slot: Slot,
    /// What.
    pub answer: StoredAnswer,
    /// Until when; none: as long as the customer is one.
    pub until: Option<Timestamp>,
}

/// A stored answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AnswerRecord {
    /// Of the request that it answered.
    pub fingerprint: String,
    /// The answer.
    #[serde(flatten)]
    pub answer: StoredAnswer,
    /// From when on it counts as absent.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "jiff::fmt::serde::timestamp::millisecond::optional"
    )]
    pub until: Option<Timestamp>,
}

/// What came of an effect that happens once.
#[derive(Debug)]
pub enum Once {
    /// It happened now.
    Done,
    /// It happened before, with this answer.
    Replayed(StoredAnswer),
    /// The key was used for another request.
    Reused,
    /// A condition of the effect did not hold, and nothing happened.
    Refused(Refusals),
}

/// What a key was used for before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// The same request: its answer.
    Same(StoredAnswer),
    /// Another request.
    Another,
}

impl RequestKey {
    /// The slot of the answer to it.
    pub fn slot(&self, asker: Asker, operation: &'static str) -> Slot {
        Slot { asker, operation, request: self.clone() }
    }
}

impl Slot {
    /// Keeps an answer for 24 hours.
    pub fn keeping(self, answer: StoredAnswer, now: Timestamp) -> NewAnswer {
        NewAnswer { slot: self, answer, until: Some(now + KEPT) }
    }

    /// Keeps a refusal for 90 days: longer than any repetition, but it does not fill the
    /// table.
    pub fn keeping_refusal(self, answer: StoredAnswer, now: Timestamp) -> NewAnswer {
        NewAnswer { slot: self, answer, until: Some(now + REFUSAL_KEPT) }
    }

    /// Keeps an answer as long as the customer is one: a phone can come back after days, and money
    /// moves once.
    pub fn keeping_for_ever(self, answer: StoredAnswer) -> NewAnswer {
        NewAnswer { slot: self, answer, until: None }
    }
}

impl AnswerRecord {
    /// What this record means to a request at `now`; none where it is over.
    pub fn seen_by(self, request: &RequestKey, now: Timestamp) -> Option<Seen> {
        if self.until.is_some_and(|until| until <= now) {
            return None;
        }
        Some(if self.fingerprint == request.fingerprint {
            Seen::Same(self.answer)
        } else {
            Seen::Another
        })
    }
}

//! Stored answers: written in the transaction of the effect that they report, or not at all.
//!
//! Protocol: the answer's write has the condition that no answer that still counts has its key. Of
//! any number of equal requests at once one transaction succeeds; the others are refused by that
//! condition, and the refusal brings the stored answer.

use jiff::Timestamp;
use table::{
    Committed, Item, Transaction, Verdict, Write, Written, expiring_item, item, kinds, number,
    record,
};

use crate::{
    idempotency::{AnswerRecord, NewAnswer, Once, Seen, Slot, keys},
    store::{Store, StoreError},
};

kinds! { AnswerRecord: "answer" }

impl Store {
    /// What a key was used for before, strongly consistent. One trip, one read unit for each 4 KB
    /// of the answer; no trip without a key.
    ///
    /// To be read beside the check of the session: what would refuse a repetition, such as a limit
    /// that the first request reached, must not.
    pub async fn seen_before(
        &self,
        slot: Option<&Slot>,
        now: Timestamp,
    ) -> Result<Option<Seen>, StoreError> {
        let Some(slot) = slot else { return Ok(None) };
        let stored: Option<AnswerRecord> = self.table.get(keys::answer(slot), true).await?;
        Ok(stored.and_then(|stored| stored.seen_by(&slot.request, now)))
    }

    /// Commits `effect` together with its answer; without an answer, `effect` alone.
    ///
    /// One trip; two write units for each KB of the answer, beside those of the effect. After a
    /// conflict one more trip: the transaction that held the items may have been the same request.
    pub async fn commit_once(
        &self,
        answer: Option<&NewAnswer>,
        effect: Transaction,
        now: Timestamp,
    ) -> Result<Once, StoreError> {
        match (self.try_commit_once(answer, effect, now).await, answer) {
            (Err(StoreError::Conflict), Some(new)) => {
                let seen = self.seen_before(Some(&new.slot), now).await?;
                seen.map(Into::into).ok_or(StoreError::Conflict)
            }
            (once, _) => once,
        }
    }

    /// The same without the look after a conflict, for callers that then read again anyway.
    pub async fn try_commit_once(
        &self,
        answer: Option<&NewAnswer>,
        mut effect: Transaction,
        now: Timestamp,
    ) -> Result<Once, StoreError> {
        let Some(new) = answer else {
            return Ok(match self.table.commit(effect).await? {
                Committed::Done => Once::Done,
                Committed::Refused(refusals) => Once::Refused(refusals),
            });
        };
        let stored = effect.add(answer_write(new, now)?);
        match self.table.commit(effect).await? {
            Committed::Done => Ok(Once::Done),
            Committed::Refused(mut refusals) => match refusals.of(stored) {
                Verdict::Held => Ok(Once::Refused(refusals)),
                Verdict::Refused(stored) => seen_in(stored, new, now),
            },
        }
    }

    /// Stores the answer of a request that has no effect and never will. One trip, one write unit
    /// for each KB.
    pub async fn keep_answer(&self, new: &NewAnswer, now: Timestamp) -> Result<Once, StoreError> {
        match self.table.write(answer_write(new, now)?).await? {
            Written::Done => Ok(Once::Done),
            Written::Refused(stored) => seen_in(stored, new, now),
        }
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

/// What the answer that refused a new one means to its request.
fn seen_in(stored: Option<Item>, new: &NewAnswer, now: Timestamp) -> Result<Once, StoreError> {
    let stored = stored.map(record::<AnswerRecord>).transpose()?;
    let seen = stored.and_then(|stored| stored.seen_by(&new.slot.request, now));
    // Storage compared the same two times as we do, so only a record that is gone or was written
    // anew in between means nothing.
    seen.map(Into::into).ok_or(StoreError::Conflict)
}

/// Writes an answer where none that still counts has its key.
pub(crate) fn answer_write(new: &NewAnswer, now: Timestamp) -> Result<Write, StoreError> {
    let put = Write::put(answer_item(new)?)
        .when("attribute_not_exists(pk) OR #until <= :now")
        .name("#until", "until")
        .value(":now", number(now.as_millisecond()))
        .seeing_refused();
    Ok(put)
}

pub(crate) fn answer_item(new: &NewAnswer) -> Result<Item, StoreError> {
    let key = keys::answer(&new.slot);
    let fingerprint = new.slot.request.fingerprint.clone();
    let stored = AnswerRecord { fingerprint, answer: new.answer.clone(), until: new.until };
    match new.until {
        Some(until) => expiring_item(key, &stored, until),
        None => item(key, &stored),
    }
}

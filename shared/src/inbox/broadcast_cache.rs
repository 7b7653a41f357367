//! The messages to all that a process knows.
//!
//! Protocol: messages are written once and numbered without a gap, so only what is newer than the
//! last known one has to be read. A first page of a customer reads that, beside its own items: a
//! message is seen as soon as storage has it, and where there is none the answer is empty and
//! costs half a read unit. All lists ask the same partition, which answers 6,000 of them a second.
//! Where it refuses more, the process shows what it read less than [`BELIEVED`] ago.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use jiff::{SignedDuration, Timestamp};

use crate::{
    ids::NotificationId,
    inbox::broadcast::{Broadcast, Broadcasts},
    store::{Store, StoreError},
};

/// How long what was read is shown while it cannot be read again.
const BELIEVED: SignedDuration = SignedDuration::from_mins(1);

/// Every reader sees a message at most this long after its id was made: longer than the notifier
/// may run.
const WRITTEN_WITHIN: SignedDuration = SignedDuration::from_mins(30);

/// The messages to all as this process last read them.
#[derive(Debug, Default)]
pub struct BroadcastCache(RwLock<Known>);

#[derive(Debug, Default)]
struct Known {
    by_number: BTreeMap<u64, Arc<Broadcast>>,
    list: Broadcasts,
    read: Option<Timestamp>,
}

impl BroadcastCache {
    /// All messages, eventually consistent: up to a second after it was written, a message can be
    /// missing. One trip, and another for each further MB that is not known; half a read unit for
    /// each 4 KB of that, and at least half a unit.
    pub async fn read(&self, store: &Store, now: Timestamp) -> Result<Broadcasts, StoreError> {
        match store.broadcasts_behind(self.last(), false).await {
            Ok(new) => Ok(self.add(new, now)),
            Err(error) => match self.read_within(BELIEVED, now) {
                Some(known) if error.is_passing() => {
                    tracing::warn!(%error, "messages to all are shown as they were known");
                    Ok(known)
                }
                _ => Err(error),
            },
        }
    }

    /// The same, read again only after `age`.
    pub async fn read_after(
        &self,
        age: SignedDuration,
        store: &Store,
        now: Timestamp,
    ) -> Result<Broadcasts, StoreError> {
        match self.read_within(age, now) {
            Some(known) => Ok(known),
            None => self.read(store, now).await,
        }
    }

    /// The same, read again only if one that is older than `id` can be missing.
    pub async fn read_older_than(
        &self,
        id: NotificationId,
        store: &Store,
        now: Timestamp,
    ) -> Result<Broadcasts, StoreError> {
        let age = now.duration_since(id.time()) - WRITTEN_WITHIN;
        self.read_after(age.max(SignedDuration::ZERO), store, now).await
    }

    /// What was read before.
    pub fn known(&self) -> Broadcasts {
        self.0.read().unwrap_or_else(PoisonError::into_inner).list.clone()
    }

    /// All messages, strongly consistent. Twice the read units.
    pub(crate) async fn read_consistently(
        &self,
        store: &Store,
        now: Timestamp,
    ) -> Result<Broadcasts, StoreError> {
        let new = store.broadcasts_behind(self.last(), true).await?;
        Ok(self.add(new, now))
    }

    /// Forgets messages that are no longer stored.
    pub(crate) fn forget(&self, numbers: &[u64]) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.by_number.retain(|number, _| !numbers.contains(number));
        known.list = Broadcasts::of(known.by_number.values().cloned());
    }

    fn last(&self) -> u64 {
        self.0.read().unwrap_or_else(PoisonError::into_inner).list.last()
    }

    fn read_within(&self, age: SignedDuration, now: Timestamp) -> Option<Broadcasts> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let read = known.read?;
        (now.duration_since(read).abs() < age).then(|| known.list.clone())
    }

    fn add(&self, new: Vec<Broadcast>, now: Timestamp) -> Broadcasts {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.read = Some(now);
        if !new.is_empty() {
            known.by_number.extend(new.into_iter().map(|one| (one.number, Arc::new(one))));
            known.list = Broadcasts::of(known.by_number.values().cloned());
        }
        known.list.clone()
    }
}

//! The app information's gates, and what this process knows of them.
//!
//! Invariants: no request waits for the item: what is known is served while one task reads it again; an item that is absent, or was never
//! read, closes nothing; what could not be read again for ten minutes is forgotten.

use std::sync::{
    Arc, PoisonError, RwLock,
    atomic::{AtomicBool, Ordering},
};

use jiff::{SignedDuration, Timestamp};

use super::{Store, StoreError, keys};
use crate::model::app_info::AppGates;

/// How long the item is not read again.
const FRESH: SignedDuration = SignedDuration::from_secs(60);
/// How long what was read is still believed where reading it again fails or a frozen process wakes up.
const BELIEVED: SignedDuration = SignedDuration::from_mins(10);

/// The gates as this process last read them.
#[derive(Debug, Default)]
pub struct KnownGates {
    watched: AtomicBool,
    refreshing: AtomicBool,
    known: RwLock<Known>,
}

#[derive(Debug, Clone, Default)]
struct Known {
    gates: Option<Arc<AppGates>>,
    read: Option<Timestamp>,
    tried: Option<Timestamp>,
}

/// Ends a refresh, also one that is given up halfway.
struct Refreshing<'a>(&'a AtomicBool);

impl Store {
    /// The gates, eventually consistent. One trip, half a read unit for each 4 KB of the app information.
    pub async fn app_gates(&self) -> Result<Option<AppGates>, StoreError> {
        self.get(keys::app_info(), false).await
    }
}

impl KnownGates {
    /// From now on the gates are kept: this process has operations that they can close.
    pub fn watch(&self) {
        self.watched.store(true, Ordering::Relaxed);
    }

    /// What is known at `now`, without a trip.
    pub fn at(&self, now: Timestamp) -> Option<Arc<AppGates>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.gates.clone().filter(|_| known.read.is_some_and(|read| now.duration_since(read).abs() < BELIEVED))
    }

    /// Whether they should be read again, and nobody does it.
    pub fn are_due(&self, now: Timestamp) -> bool {
        let tried = self.known.read().unwrap_or_else(PoisonError::into_inner).tried;
        let old = tried.is_none_or(|tried| now.duration_since(tried).abs() >= FRESH);
        old && self.watched.load(Ordering::Relaxed) && !self.refreshing.load(Ordering::Relaxed)
    }

    /// Reads them again where that is due: one trip, half a read unit, once a minute.
    pub async fn refresh(&self, store: &Store, now: Timestamp) {
        if !self.are_due(now) || self.refreshing.swap(true, Ordering::AcqRel) {
            return;
        }
        let _refreshing = Refreshing(&self.refreshing);
        let read = store.app_gates().await;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.tried = Some(now);
        match read {
            Ok(gates) => (known.gates, known.read) = (gates.map(Arc::new), Some(now)),
            Err(error) => tracing::warn!(%error, "the app information could not be read"),
        }
    }
}

impl Drop for Refreshing<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

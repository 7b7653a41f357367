//! The app information's availability, and what this process knows of them.
//!
//! Invariants: no request waits for the item; an item that is absent, or was never read, closes
//! nothing.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use jiff::Timestamp;

use table::kinds;

use crate::{
    content::{Availability, keys},
    store::{Store, StoreError},
    swr_cache::SwrCache,
};

/// The availability as this process last read them.
#[derive(Debug, Default)]
pub struct AvailabilityCache {
    watched: AtomicBool,
    kept: SwrCache<Availability>,
}

kinds! { Availability: "app_info" }

impl Store {
    /// The availability, eventually consistent. One trip, half a read unit for each 4 KB of the app
    /// information.
    pub async fn availability(&self) -> Result<Option<Availability>, StoreError> {
        self.table.get(keys::app_info(), false).await
    }
}

impl AvailabilityCache {
    /// From now on the availability are kept: this process has operations that they can close.
    pub fn watch(&self) {
        self.watched.store(true, Ordering::Relaxed);
    }

    /// What is known at `now`, without a trip.
    pub fn at(&self, now: Timestamp) -> Option<Arc<Availability>> {
        self.kept.at(now)
    }

    /// Whether they should be read again, and nobody does it.
    pub fn are_due(&self, now: Timestamp) -> bool {
        self.watched.load(Ordering::Relaxed) && self.kept.is_due(now)
    }

    /// Reads them again where that is due: one trip, half a read unit, once a minute.
    pub async fn refresh(&self, store: &Store, now: Timestamp) {
        if !self.watched.load(Ordering::Relaxed) {
            return;
        }
        let read = async {
            store
                .availability()
                .await
                .map(|availability| Arc::new(availability.unwrap_or_default()))
        };
        self.kept.refresh(now, read).await;
    }
}

//! The samples: what the shop has before anybody came.
//!
//! Invariant: each is put only where nothing stands, and a mark says that all are there; so any
//! number of processes may load them at the same moment, one that is stopped on the way is made up
//! for by the next, and what a stranger deletes is not loaded again.

use futures_util::future::try_join_all;
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use table::{Item, Write, item, kinds};

use crate::{
    petstore::{
        PetChange, keys,
        model::{Samples, samples},
        store::orders::{order_item, user_item},
    },
    store::{Store, StoreError},
};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Loaded {
    since: Timestamp,
    /// The last day (UTC) on which they were made what they were.
    #[serde(default)]
    restored: Option<Date>,
}

kinds! { Loaded: "pet_samples" }

impl Store {
    /// Puts the samples into a table that never had them. One trip of one read unit where they are
    /// there; some two hundred write units once.
    pub async fn load_samples(&self, now: Timestamp) -> Result<(), StoreError> {
        let loaded: Option<Loaded> = self.table.get(keys::pet_samples(), true).await?;
        if loaded.is_some() {
            return Ok(());
        }
        let Samples { pets, orders, users } = samples(now);
        let items = orders
            .iter()
            .map(|order| order_item(order, None))
            .chain(users.iter().map(|user| user_item(user, None)));
        let items = items.collect::<Result<Vec<_>, _>>()?;
        tokio::try_join!(
            try_join_all(pets.iter().map(|pet| self.add_pet(pet, None))),
            try_join_all(items.into_iter().map(|item| self.put_if_absent(item))),
        )?;
        self.mark_loaded(now).await
    }

    /// Restores the samples where that has not been done in the UTC day of `now`; whether it was.
    /// Two at once do no harm. One trip of one read unit where it has been done.
    pub async fn restore_samples_of_day(&self, now: Timestamp) -> Result<bool, StoreError> {
        let loaded: Option<Loaded> = self.table.get(keys::pet_samples(), true).await?;
        let today = Some(crate::store::keys::day_of(now));
        if loaded.as_ref().is_some_and(|loaded| loaded.restored == today) {
            return Ok(false);
        }
        self.restore_samples(now).await?;
        let mark = Loaded { since: loaded.map_or(now, |loaded| loaded.since), restored: today };
        let _ = self.table.write(Write::put(mark.item()?)).await?;
        Ok(true)
    }

    /// Makes the samples what they were, whatever strangers have done to them. Two trips, some
    /// three hundred write units.
    pub async fn restore_samples(&self, now: Timestamp) -> Result<(), StoreError> {
        let Samples { pets, orders, users } = samples(now);
        let named: Vec<_> = users
            .into_iter()
            .map(|user| (user.username.clone().unwrap_or_default(), user))
            .collect();
        let restored = |pet: &crate::petstore::Pet| {
            let pet = pet.clone();
            self.change_stored_pet(pet.id, move |_| Ok(PetChange::Put(pet.clone(), None)))
        };
        tokio::try_join!(
            try_join_all(pets.iter().map(restored)),
            try_join_all(orders.iter().map(|order| self.put_order(order, None))),
            self.put_users(&named, None),
        )?;
        self.mark_loaded(now).await
    }
    async fn mark_loaded(&self, now: Timestamp) -> Result<(), StoreError> {
        let mark = Loaded { since: now, restored: None }.item()?;
        self.put_if_absent(mark).await.map(drop)
    }
}

impl Loaded {
    fn item(&self) -> Result<Item, StoreError> {
        item(keys::pet_samples(), self)
    }
}

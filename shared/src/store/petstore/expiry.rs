//! The end of pets that strangers left.
//!
//! Invariant: a pet that expires goes by the same transaction as one that is deleted, and only while its time is over: one that was written
//! again meanwhile stays.

use jiff::Timestamp;

use super::PetChange;
use crate::store::{
    Store, StoreError,
    keys::{self, DUE, DUE_AT, DUE_INDEX, PARTITION, SHARDS},
    number, text,
};

/// What a page did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExpiredPets {
    /// Pets that are gone.
    pub removed: u64,
    /// Whether there may be more that are due.
    pub more: bool,
}

impl Store {
    /// Takes up to `most` pets whose time is over at `now`. May be stopped anywhere: what is not done stays due.
    ///
    /// Sixteen trips of half a read unit where nothing is due; two trips and the units of a deletion for each pet that is.
    pub async fn expire_pets_page(&self, now: Timestamp, most: usize) -> Result<ExpiredPets, StoreError> {
        let mut page = ExpiredPets::default();
        let mut left = most;
        for shard in SHARDS.chars() {
            let due = self.due_pets(shard, now, left + 1).await?;
            page.more |= due.len() > left;
            for id in due.into_iter().take(left) {
                page.removed += u64::from(self.expire_pet(id, now).await?);
                left -= 1;
            }
            if left == 0 {
                page.more = true;
                break;
            }
        }
        Ok(page)
    }

    async fn expire_pet(&self, id: i64, now: Timestamp) -> Result<bool, StoreError> {
        let change = self
            .change_stored_pet(id, |stored| {
                let over = stored.is_some_and(|stored| !stored.is_alive(now));
                Ok(if over { PetChange::Delete } else { PetChange::Nothing })
            })
            .await?;
        Ok(change == PetChange::Delete)
    }

    async fn due_pets(&self, shard: char, now: Timestamp, most: usize) -> Result<Vec<i64>, StoreError> {
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(DUE_INDEX)
            .key_condition_expression("#due = :due AND #at <= :now")
            .expression_attribute_names("#due", DUE)
            .expression_attribute_names("#at", DUE_AT)
            .expression_attribute_values(":due", text(keys::due_pets(shard)))
            .expression_attribute_values(":now", number(now.as_second()))
            .set_limit(i32::try_from(most).ok())
            .send()
            .await?;
        let ids = answer.items.unwrap_or_default().into_iter().filter_map(|item| keys::pet_of(item.get(PARTITION)?.as_s().ok()?));
        Ok(ids.collect())
    }
}

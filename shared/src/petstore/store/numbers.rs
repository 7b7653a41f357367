//! Ids that nobody has yet.
//!
//! Protocol: one counter a kind goes up by atomic additions, and no two callers are given the same
//! number. An id that a client chose may be ahead of it: who meets one adds twice as much with each
//! try, so that a row of chosen ids, however long, is passed in a few tries.

use jiff::Timestamp;
use table::{Image, Returned, Write, number, number_in};

use crate::{
    petstore::{
        Pet,
        keys::{self, Numbered},
        model::SAMPLES,
    },
    store::{Store, StoreError},
};

impl Store {
    /// A number that was not given out before, and is that much above the last one. One trip, one
    /// write unit.
    pub async fn next_number(&self, of: Numbered, step: i64) -> Result<i64, StoreError> {
        let add = Write::update(keys::last_number(of), "ADD n :step").value(":step", number(step));
        let given = match self.table.write_returning(add, Image::Changed).await? {
            Returned::Done(item) => number_in(&item, "n"),
            Returned::Refused(_) => None,
        };
        let given =
            given.ok_or_else(|| StoreError::Corrupt("a counter without a number".into()))?;
        Ok(given.saturating_add(SAMPLES))
    }

    /// Puts a pet under an id that none has, and gives it. Two trips, two more for each id that a
    /// client chose before.
    pub async fn add_pet_with_next_id(
        &self,
        pet: Pet,
        until: Option<Timestamp>,
    ) -> Result<Pet, StoreError> {
        let (mut pet, mut step) = (pet, 1);
        loop {
            pet.id = self.next_number(Numbered::Pets, step).await?;
            if self.add_pet(&pet, until).await? {
                return Ok(pet);
            }
            step = (step * 2).min(1 << 40);
        }
    }
}

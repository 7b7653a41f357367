//! The sample shop: pets whose time is over, each with its place on lists and in the inventory, and
//! the samples as they were.

use shared::{
    petstore::keys::{PETS_BY_END, pet_of},
    store::StoreError,
};
use table::Key;

use crate::{
    run::{Counts, Outcome, Run},
    walk::walk,
};

/// Takes pets whose time is over. The units of a deletion each.
pub(crate) async fn take_pets(run: &Run) -> Result<Counts, StoreError> {
    let take = async |key: Key| {
        let Some(id) = pet_of(&key) else { return Ok(Outcome::Nothing) };
        let is_gone = run.app.store.expire_pet(id, run.now).await?;
        Ok(if is_gone { Outcome::Done } else { Outcome::Nothing })
    };
    walk(run, PETS_BY_END, run.now, take).await
}

/// Makes the samples what they were, once a day, where the settings say so. One read unit where
/// that is done.
pub(crate) async fn restore_samples(run: &Run) -> Result<Counts, StoreError> {
    let restored =
        run.settings.samples.are_restored && run.app.store.restore_samples_of_day(run.now).await?;
    Ok(Counts { done: restored.into(), ..Counts::default() })
}

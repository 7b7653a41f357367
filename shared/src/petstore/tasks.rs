//! The clean-up of the Petstore: pets leave lists and inventory with their end, orders and users
//! expire, and the samples are restored once a day.

use futures_util::FutureExt;
use table::{IndexList, Key};

use crate::{
    domain::clean_up::{Counts, Outcome, Run, Stage, Task, Work},
    petstore::keys::{PETS_BY_END, pet_of},
    store::StoreError,
};

/// The tasks of the clean-up.
pub(crate) const TASKS: &[Task] = &[
    Task { name: "pets", stage: Stage::Other, work: Work::By(|run| remove_pets(run).boxed()) },
    Task {
        name: "orders_and_users",
        stage: Stage::Other,
        work: Work::DeleteExpired(IndexList("PET#DUE")),
    },
    Task {
        name: "samples",
        stage: Stage::Other,
        work: Work::By(|run| restore_samples(run).boxed()),
    },
];

/// Removes pets that have expired. Each costs as much as a deletion.
async fn remove_pets(run: &Run) -> Result<Counts, StoreError> {
    let remove = async |key: Key| {
        let Some(id) = pet_of(&key) else { return Ok(Outcome::Nothing) };
        let is_gone = run.store.expire_pet(id, run.now).await?;
        Ok(if is_gone { Outcome::Done } else { Outcome::Nothing })
    };
    run.walk(PETS_BY_END, run.now, remove).await
}

/// One read unit where they are restored already.
async fn restore_samples(run: &Run) -> Result<Counts, StoreError> {
    let restored =
        run.settings.restores_samples && run.store.restore_samples_of_day(run.now).await?;
    Ok(Counts { done: restored.into(), ..Counts::default() })
}

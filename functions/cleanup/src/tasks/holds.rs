//! Holds whose time is over: their money is free again.

use shared::store::StoreError;

use crate::run::{Counts, Run};

pub(crate) async fn end(run: &Run) -> Result<Counts, StoreError> {
    let ended = run.app.store.expire_holds(run.now, &*run.app.random, || run.is_over()).await?;
    Ok(Counts { done: ended.released, unfinished: !ended.complete, ..Counts::default() })
}

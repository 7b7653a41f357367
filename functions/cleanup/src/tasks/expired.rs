//! Records that are over and that DynamoDB's TTL has not deleted: it does so within days, for
//! nothing, so they get these days.

use shared::store::StoreError;
use table::IndexList;

use crate::{
    run::{Counts, Outcome, Run},
    walk::walk,
};

/// Deletes those of a domain. Two write units each.
pub(crate) async fn delete(run: &Run, list: IndexList) -> Result<Counts, StoreError> {
    let until = run.before(run.settings.expiry.grace);
    let delete = async |key| {
        let deleted = run.app.store.table.delete_expired(key, until).await?;
        Ok(if deleted { Outcome::Done } else { Outcome::Nothing })
    };
    walk(run, list, until, delete).await
}

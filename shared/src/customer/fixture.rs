//! A profile that moved in, for tests: the commands of the launcher store it, no operation does.
//! The user's id is the text of the customer's, as in the fixture of the old stack.

use table::{Write, item};

use crate::{
    customer::keys,
    ids::CustomerId,
    store::{Store, StoreError},
};

pub(super) async fn move_in(store: &Store, customer: CustomerId) -> Result<(), StoreError> {
    let Some(mut profile) = store.profile(customer).await? else { return Ok(()) };
    profile.legacy_id = Some(customer.to_string().parse().map_err(StoreError::corrupt)?);
    let put = Write::put(item(keys::profile(customer), &profile)?);
    // There is no condition that could refuse.
    store.table.write(put).await.map(drop)
}

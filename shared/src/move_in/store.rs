//! Reading and writing what the move-in remembers.

use table::{Write, Written, item, kinds, number};

use crate::{
    ids::CustomerId,
    move_in::{MovedIn, keys},
    store::{Store, StoreError},
};

kinds! { MovedIn: "moved_in" }

/// Writes it of a customer who has just moved in. Two write units for each KB.
pub fn new_moved_in(customer: CustomerId, moved: &MovedIn) -> Result<Write, StoreError> {
    Ok(Write::new_item(item(keys::moved_in(customer), moved)?))
}

/// Writes it in place of its revision before. Two write units for each KB.
pub fn replace_moved_in(customer: CustomerId, moved: &MovedIn) -> Result<Write, StoreError> {
    let put = Write::put(item(keys::moved_in(customer), moved)?);
    Ok(put.when_is("revision", number(moved.revision - 1)))
}

impl Store {
    /// What the move-in remembers of a customer, strongly consistent. One trip, one read unit.
    pub async fn moved_in(&self, customer: CustomerId) -> Result<Option<MovedIn>, StoreError> {
        self.table.get(keys::moved_in(customer), true).await
    }

    /// Writes it in place of its revision before; false where that is no longer stored. One trip,
    /// one write unit for each KB.
    pub async fn replace_moved_in(
        &self,
        customer: CustomerId,
        moved: &MovedIn,
    ) -> Result<bool, StoreError> {
        self.table.write(replace_moved_in(customer, moved)?).await.map(Written::is_done)
    }
}

//! Access to profiles.

use table::{Write, Written, item, kinds, number};

use crate::{
    customer::{Customer, keys},
    ids::CustomerId,
    store::{Store, StoreError},
};

/// Writes the profile of a new customer. Two write units in a transaction.
pub fn new_profile(customer: &Customer) -> Result<Write, StoreError> {
    Ok(Write::new_item(item(keys::profile(customer.id), customer)?))
}

/// Writes a profile in place of its version before, and refuses where that is no longer stored.
pub fn replace_profile(customer: &Customer) -> Result<Write, StoreError> {
    let put = Write::put(item(keys::profile(customer.id), customer)?)
        .when("#version = :before")
        .name("#version", "version")
        .value(":before", number(customer.version - 1));
    Ok(put)
}

kinds! { Customer: "profile" }

impl Store {
    /// A customer's profile, strongly consistent, so that customers read what they just wrote. One
    /// trip, one read unit.
    pub async fn profile(&self, customer: CustomerId) -> Result<Option<Customer>, StoreError> {
        self.table.get(keys::profile(customer), true).await
    }

    /// The same, strongly consistent or not. One trip, one read unit or half of one.
    pub async fn profile_to_push_to(
        &self,
        customer: CustomerId,
        consistent: bool,
    ) -> Result<Option<Customer>, StoreError> {
        self.table.get(keys::profile(customer), consistent).await
    }

    /// Writes a profile in place of its version before; false where that is no longer stored. One
    /// trip, one write unit.
    pub async fn replace_profile(&self, customer: &Customer) -> Result<bool, StoreError> {
        self.table.write(replace_profile(customer)?).await.map(Written::is_done)
    }
}

//! What earlier versions stored and no operation stores any more, for tests: the head of a
//! customer's devices from before there was the list of customers with devices.

use table::{DUE, DUE_AT, Write};

use crate::{
    device::keys,
    ids::CustomerId,
    store::{Store, StoreError},
};

pub(super) async fn store_old(store: &Store, customer: CustomerId) -> Result<(), StoreError> {
    let unlist = Write::update(keys::device_head(customer), "REMOVE #due, #due_at")
        .when_exists()
        .name("#due", DUE)
        .name("#due_at", DUE_AT);
    // Refused where the customer never had a device.
    store.table.write(unlist).await.map(drop)
}

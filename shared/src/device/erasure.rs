//! Erasing a customer's push devices, with their endpoints at SNS.
//!
//! Protocol: the endpoint of a device goes before the device, so that a run that was stopped in
//! between finds it again; the head goes last, with the preferences.

use futures_util::future::{try_join, try_join_all};
use table::{Transaction, Write};

use crate::{
    device::{keys, model::Device, push::Push, store::disown},
    domain::erasure::{ErasedPage, Erasing, PAGE},
    store::StoreError,
};

/// Erases up to [`PAGE`] devices. Three trips, two calls of SNS among them; four write units each.
pub(super) async fn erase(erasing: Erasing<'_>) -> Result<ErasedPage, StoreError> {
    let mut devices = erasing.store.devices(erasing.customer).await?;
    let more = devices.len() > PAGE;
    devices.truncate(PAGE);
    try_join_all(devices.iter().map(|device| erase_device(erasing, device))).await?;
    if more {
        return Ok(ErasedPage::More);
    }
    let customer = erasing.customer;
    let preferences = erasing.item(keys::preferences(customer));
    try_join(preferences, erasing.item(keys::device_head(customer))).await?;
    Ok(ErasedPage::Last)
}

/// Deletes the endpoint of a device, if it has one. One call of SNS.
pub(super) async fn delete_endpoint(push: &Push, device: &Device) -> Result<(), StoreError> {
    let Some(endpoint) = &device.endpoint else { return Ok(()) };
    let deleted = push.delete_endpoint(endpoint).await;
    deleted.map_err(|error| StoreError::Unavailable(Box::new(error)))
}

async fn erase_device(erasing: Erasing<'_>, device: &Device) -> Result<(), StoreError> {
    delete_endpoint(erasing.push, device).await?;
    let customer = erasing.customer;
    let mut transaction = Transaction::new();
    transaction.add(disown(customer, &device.hash()));
    transaction.add(Write::delete(keys::device(customer, &device.hash())).when_exists());
    // Refused where the registration id is another customer's by now, who has the device, too.
    let _ = erasing.store.table.commit(transaction).await?;
    Ok(())
}

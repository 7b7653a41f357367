//! The numbers of devices that have none yet; see [`Device::is_numbered`].

use std::time::Duration;

use table::{
    Committed, Transaction, number,
    random::Random,
    retry::{self, Attempt, Policy},
};

use crate::{
    device::{Device, DeviceHead, claim::note_last, store::update_device},
    ids::CustomerId,
    store::{Store, StoreError},
};

/// Others register devices of the same customer meanwhile.
const NUMBERING: Policy = Policy::within(Duration::from_secs(3));

impl Store {
    /// A customer's devices, newest first, each with its number. One trip, and another one where
    /// some have none: two write units, and two for each of these.
    pub async fn numbered_devices(
        &self,
        customer: CustomerId,
        random: &dyn Random,
    ) -> Result<Vec<Device>, StoreError> {
        let read = async || tokio::try_join!(self.devices(customer), self.device_head(customer));
        let attempt = async |(devices, head): (Vec<Device>, Option<DeviceHead>)| {
            let head = head.unwrap_or_default();
            let (numbered, last) = number_all(devices.clone(), head.last);
            if last == head.last {
                return Ok(Attempt::Done(numbered));
            }
            let mut transaction = Transaction::new().with_patience(Duration::ZERO);
            transaction.add(note_last(customer, &head, last));
            for (before, after) in devices.iter().zip(&numbered) {
                if before.id != after.id {
                    let set = update_device(customer, before, "SET id = :id ADD revision :one");
                    transaction.add(set.value(":id", number(after.id)));
                }
            }
            Ok(match self.table.commit(transaction).await {
                Ok(Committed::Done) => Attempt::Done(numbered),
                Ok(Committed::Refused(_)) | Err(StoreError::Conflict) => Attempt::Reread,
                Err(error) => return Err(error),
            })
        };
        let numbered = retry::on_change(NUMBERING, random, read().await?, read, attempt).await?;
        numbered.ok_or(StoreError::Conflict)
    }

    /// A device that was read, with its number; `None` where it is gone meanwhile. No trip where it
    /// has one, otherwise those of [`Store::numbered_devices`].
    pub async fn numbered_device(
        &self,
        customer: CustomerId,
        device: Device,
        random: &dyn Random,
    ) -> Result<Option<Device>, StoreError> {
        if device.is_numbered() {
            return Ok(Some(device));
        }
        let mut all = self.numbered_devices(customer, random).await?.into_iter();
        Ok(all.find(|one| one.registration_id == device.registration_id))
    }
}

/// Numbers the devices that have no number, the oldest first, and gives the last number.
fn number_all(mut devices: Vec<Device>, mut last: u64) -> (Vec<Device>, u64) {
    for device in devices.iter_mut().rev().filter(|device| !device.is_numbered()) {
        last += 1;
        (device.id, device.revision) = (last, device.revision + 1);
    }
    (devices, last)
}

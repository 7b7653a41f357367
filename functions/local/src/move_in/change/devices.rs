//! What has changed of the devices of somebody who moved in before.

use std::mem;

use shared::{
    device::{self, Device, LastSeen},
    hashes::ContentHash,
    ids::SessionId,
    move_in::MovedDevice,
    store::StoreError,
};
use table::{Committed, Transaction};

use super::Taking;
use crate::move_in::{
    create::DEVICE_TAKEN,
    rows::{DeviceRow, Source},
};

/// Devices of one transaction: two writes each, and their head.
const AT_ONCE: usize = 40;

impl Taking<'_> {
    pub(super) async fn take_devices(&mut self) -> Result<(), StoreError> {
        let wants = self.wants.devices.clone();
        let mut new = Vec::new();
        for (row, source) in &self.person.devices {
            let key = row.id.to_string();
            let Some(wanted) = wants.get(&key).cloned() else { continue };
            let known = self.before.devices.get(&key).cloned();
            match known {
                Some(known) if known.digest == wanted.digest => continue,
                Some(known) if known.registration == wanted.registration => {
                    if !self.change_device(row, &known, &wanted).await? {
                        self.kept += 1;
                        continue;
                    }
                }
                Some(known) => {
                    if !self.remove_device(&known.registration).await? {
                        self.kept += 1;
                        continue;
                    }
                    new.push((row, source, wanted));
                    continue;
                }
                None => {
                    new.push((row, source, wanted));
                    continue;
                }
            }
            self.after.devices.insert(key, wanted);
        }
        if self.landing.has_devices {
            let known = mem::take(&mut self.after.devices);
            for (key, moved) in known {
                let is_there = wants.contains_key(&key);
                if !is_there {
                    if self.remove_device(&moved.registration).await? {
                        continue;
                    }
                    self.kept += 1;
                }
                self.after.devices.insert(key, moved);
            }
        }
        self.add_devices(&new).await
    }

    /// The device as it moved in, if it still belongs to no log-in here.
    async fn moved_device(&self, registration: &ContentHash) -> Result<Option<Device>, StoreError> {
        let device = self.landing.store.device(self.customer, registration).await?;
        let session = SessionId::before_the_move(self.customer);
        Ok(device.filter(|device| device.session == session))
    }

    /// Changes a device; false where the phone has logged in here, or the customer changed or
    /// removed it.
    async fn change_device(
        &self,
        row: &DeviceRow,
        known: &MovedDevice,
        wanted: &MovedDevice,
    ) -> Result<bool, StoreError> {
        let hash = ContentHash::of(&row.registration_id);
        let Some(device) = self.moved_device(&hash).await? else { return Ok(false) };
        if self.is_as_moved(&device, row, wanted) {
            return Ok(true);
        }
        if !self.is_as_moved(&device, row, known) {
            return Ok(false);
        }
        let changed = Device {
            platform: row.platform,
            name: row.name.clone(),
            device_id: row.device_id.clone(),
            active: row.active,
            silenced: device.silenced.clone().filter(|_| !row.active),
            revision: device.revision + 1,
            ..device
        };
        let is_rehearsal = self.landing.is_rehearsal;
        Ok(is_rehearsal || self.landing.store.replace_device(self.customer, &changed).await?)
    }

    /// Whether a device is as `moved` has noted its row. What a customer cannot change is taken
    /// from the row of now.
    fn is_as_moved(&self, device: &Device, row: &DeviceRow, moved: &MovedDevice) -> bool {
        let of = |created| DeviceRow {
            id: row.id,
            registration_id: row.registration_id.clone(),
            platform: device.platform,
            name: device.name.clone(),
            device_id: device.device_id.clone(),
            active: device.active,
            created,
        };
        let created = [row.created, Some(device.created)];
        created.into_iter().any(|one| self.landing.digest_of_device(&of(one)) == moved.digest)
    }

    /// Removes a device; false where the phone has logged in here.
    async fn remove_device(&self, registration: &ContentHash) -> Result<bool, StoreError> {
        let store = &self.landing.store;
        let Some(device) = self.moved_device(registration).await? else {
            return Ok(store.device(self.customer, registration).await?.is_none());
        };
        // Of this revision: a phone may take the device into its own session meanwhile.
        let seen = LastSeen { at: self.landing.as_of, refreshed: None };
        let is_rehearsal = self.landing.is_rehearsal;
        Ok(is_rehearsal || store.remove_unused_device(self.customer, &device, &seen).await?)
    }

    async fn add_devices(
        &mut self,
        new: &[(&DeviceRow, &Source, MovedDevice)],
    ) -> Result<(), StoreError> {
        let (landing, customer) = (self.landing, self.customer);
        for some in new.chunks(AT_ONCE) {
            let head = landing.store.device_head(customer).await?.unwrap_or_default();
            let mut last = head.last;
            let mut devices = Vec::new();
            for (row, source, wanted) in some {
                let key = row.id.to_string();
                match landing.store.device_owner(&wanted.registration).await? {
                    Some(owner) if owner.customer != customer => {
                        self.refuse(source, DEVICE_TAKEN);
                        continue;
                    }
                    Some(_) => {}
                    None => {
                        // A number that is lower than the last one may have been another device's.
                        let is_own = row.id > last || self.before.devices.contains_key(&key);
                        let number = if is_own { row.id } else { last + 1 };
                        last = last.max(number);
                        devices.push(landing.device(customer, row, number));
                    }
                }
                self.after.devices.insert(key, wanted.clone());
            }
            if devices.is_empty() || landing.is_rehearsal {
                continue;
            }
            let mut transaction = Transaction::new();
            transaction.add_all(device::add_new_devices(customer, &head, &devices)?);
            if let Committed::Refused(_) = landing.store.table.commit(transaction).await? {
                // Somebody was faster, or there are fifty. The next run looks again.
                for (row, source, _) in some {
                    self.after.devices.remove(&row.id.to_string());
                    self.refuse(source, "the customer's devices were changed here, or are fifty");
                }
            }
        }
        Ok(())
    }
}

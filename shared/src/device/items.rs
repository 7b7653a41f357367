//! Devices as items of the table.

use table::{Item, Key, kinds, listed_item};

use crate::{
    device::{Device, keys},
    store::StoreError,
};

kinds! { Device: "device" }

/// The item of a device, which the clean-up finds by when the device was last seen.
pub(crate) fn device_item(key: Key, device: &Device) -> Result<Item, StoreError> {
    listed_item(key, device, keys::DEVICES_BY_LAST_SEEN, device.seen)
}

//! Push devices, the inbox of notifications, and what of it is pushed.
//!
//! Invariants: a registration id is one customer's at any moment, so that a shared phone never gets
//! the last user's messages; a device is active only while the session lives that registered or
//! re-activated it; what an inbox counts changes with its items or not at all. No operation here
//! calls SNS: endpoints are the notifier's, which makes them when they are first needed.

mod device;
mod notification;
mod selection;

use shared::{http::routes::Routes, routes};

pub use device::read_registration;

/// The tags of the operations here, as the document's folders name them.
const DEVICES: &str = "FCM/Devices";
const NOTIFICATIONS: &str = "FCM/Notification";

routes! {
    /// The operations of this group.
    pub fn routes() -> Routes {
        Routes::of(env!("CARGO_CRATE_NAME"))
    }

    bearer list_devices::list_devices;
    bearer create_device::create_device;
    bearer retrieve_device::retrieve_device.taking_the_rest();
    bearer update_device::{update_device, update_device_partially}.taking_the_rest();
    bearer destroy_device::destroy_device.taking_the_rest();
    bearer list_notifications::list_notifications;
    bearer bulk_delete::{delete_notifications, delete_notifications_at_list};
    bearer delete_notification::delete_notification;
    bearer mark_read::mark_notifications_read;
    bearer preferences::{get_preferences, update_preferences};
}

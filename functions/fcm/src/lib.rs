//! Push devices, and the inbox of notifications.
//!
//! Invariants: a registration id is one customer's at any moment, so that a shared phone never gets
//! the last user's messages; a device is active only while the session lives that registered or
//! re-activated it; what an inbox counts changes with its items or not at all. No operation here
//! calls SNS: endpoints are the notifier's, which makes them when they are first needed.

mod bulk_delete;
mod create_device;
mod delete_notification;
mod destroy_device;
mod device;
mod list_devices;
mod list_notifications;
mod mark_read;
mod notification;
mod retrieve_device;
mod selection;
mod update_device;

use shared::{http::routes::Routes, operation, settings::Section};

/// The tags of the operations here, as the document's folders name them.
const DEVICES: &str = "FCM/Devices";
const NOTIFICATIONS: &str = "FCM/Notification";

/// The operations of this group.
pub fn routes() -> Routes {
    Routes::of(env!("CARGO_CRATE_NAME"))
        .needs(&[Section::WRITES])
        .bearer(operation!(list_devices::list_devices))
        .bearer(operation!(create_device::create_device))
        .bearer(operation!(retrieve_device::retrieve_device).taking_the_rest())
        .bearer(operation!(update_device::update_device).taking_the_rest())
        .bearer(operation!(update_device::update_device_partially).taking_the_rest())
        .bearer(operation!(destroy_device::destroy_device).taking_the_rest())
        .bearer(operation!(list_notifications::list_notifications))
        .bearer(operation!(bulk_delete::delete_notifications))
        .bearer(operation!(bulk_delete::delete_notifications_at_list))
        .bearer(operation!(delete_notification::delete_notification))
        .bearer(operation!(mark_read::mark_notifications_read))
}

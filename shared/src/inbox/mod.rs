//! Inboxes: a customer's notifications, and which of them are read.

pub(crate) mod fan_out;
pub mod keys;
pub(crate) mod model;
pub(crate) mod settings;
pub(crate) mod store;

pub use model::{Inbox, Notification, Receipt, Week};
pub use settings::InboxSettings;
pub use store::{Arrival, Arrived, ItemChange, MOST_CHANGES};

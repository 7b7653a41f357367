//! Accounts: who may log in, with which phone, and in which sessions.

pub(crate) mod customers;
pub(crate) mod deletion;
pub mod keys;
pub(crate) mod log_out;
pub(crate) mod model;
pub(crate) mod phone_change;
pub(crate) mod settings;
pub(crate) mod status;
pub(crate) mod store;

pub use customers::CUSTOMER_SHARDS;
pub use deletion::{Departure, LEAVING_SHARDS, Left};
pub use log_out::{LogOut, LogOutScope, LoggedOut};
pub use model::{
    Account, DeviceLabel, FRESH, Liveness, MOST_SESSIONS, Platform, Session, StaleRefresh, Status,
    StatusChange, minute_of,
};
pub use phone_change::{PhoneChange, PhoneChanged};
pub use settings::{RefreshSettings, SessionSettings};
pub use status::StatusSet;
pub use store::{LogInDevice, NewLogIn, Rotation, SessionAdded, Successor};

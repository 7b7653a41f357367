//! Accounts: who may log in, with which phone, and in which sessions.

pub(crate) mod customers;
pub(crate) mod deletion;
pub(crate) mod erasure;
pub(crate) mod export;
pub mod keys;
pub(crate) mod log_out;
pub(crate) mod model;
pub(crate) mod phone_change;
pub(crate) mod session_out;
pub(crate) mod status;
pub(crate) mod store;
pub(crate) mod tasks;

use futures_util::FutureExt;

use crate::domain::{
    Action::{Check, Delete, Get, Put, Query, QueryIndex, Update},
    Domain, Prefix,
    erasure::Erased,
    example::Example,
};

pub use customers::CUSTOMER_SHARDS;
pub use deletion::{Departure, LEAVING_SHARDS, Left};
pub use erasure::{Erasure, erase_customer};
pub use log_out::{LogOut, LogOutScope, LoggedOut};
pub use model::{
    Account, DeviceLabel, FRESH, Liveness, MOST_SESSIONS, Platform, Session, StaleRefresh, Status,
    StatusChange, minute_of,
};
pub use phone_change::{PhoneChange, PhoneChanged};
pub use session_out::SessionOut;
pub use status::StatusSet;
pub use store::{LogInDevice, NewLogIn, Rotation, SessionAdded, Successor};

/// What this domain declares of itself.
pub const DOMAIN: Domain = Domain {
    name: "account",
    prefixes: &[
        Prefix {
            name: "PHONE#",
            grants: &[
                ("customer", &[Get, Put, Delete]),
                ("notifier", &[Get]),
                ("cleanup", &[Delete]),
            ],
            erased: Erased::By(|of| erasure::erase_phone(of).boxed()),
        },
        Prefix {
            name: "AUTH#",
            grants: &[
                ("auth", &[Get, Update]),
                ("customer", &[Get, Put, Update]),
                ("wallet", &[Get]),
                ("fcm", &[Get]),
                ("notifier", &[Get, Query]),
                ("location", &[Get]),
                ("cleanup", &[Get, Update, Delete, Query, Check, QueryIndex]),
            ],
            erased: Erased::LastBy(|of| erasure::erase_account(of).boxed()),
        },
    ],
    examples: &[
        Example::new("an account: status, epoch, sessions", |of| keys::account(of.id())),
        Example::new("the customer who logs in with a phone", |of| keys::phone_owner(&of.phone)),
        Example::new("the list of all customers", |of| keys::customer_entry(of.id())),
        Example::new("the list of deleted accounts that are not erased yet", |of| {
            keys::leaving(of.id())
        }),
    ],
    export: export::EXPORT,
    tasks: tasks::TASKS,
};

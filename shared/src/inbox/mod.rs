//! Inboxes: a customer's notifications, and which of them are read.
//!
//! | partition | sort | item |
//! | --- | --- | --- |
//! | `INBOX#<customer>` | `HEAD` | the head of the inbox |
//! | `INBOX#<customer>` | `ITEM#<notification>` | a notification |
//! | `INBOX#<customer>` | `RECEIPT#<hash of the message's id>` | that a message came |
//! | `INBOX#FANOUT#<hash of the message's id>` | `SHARD#<0..f>` | progress of a message to all |

pub(crate) mod export;
pub(crate) mod fan_out;
pub mod keys;
pub(crate) mod model;
pub(crate) mod settings;
pub(crate) mod store;

use futures_util::FutureExt;
use table::IndexList;

use crate::domain::{
    Action::{BatchGet, Delete, Get, Put, Query, QueryIndex, Update},
    Domain, Prefix, RecordKind,
    clean_up::Task,
    erasure::Erased,
    example::Example,
};

pub use model::{Inbox, Notification, Receipt, Week};
pub use settings::InboxSettings;
pub use store::{Arrival, Arrived, ItemChange, MOST_CHANGES};

/// What this domain declares of itself.
pub const DOMAIN: Domain = Domain {
    name: "inbox",
    owns: "notifications",
    invariants: "Every change replaces the inbox's head, which has all counts and the marks up to \
        which everything is read or deleted. A message enters an inbox once. Items live for whole \
        weeks, so the counts of a week leave with its items",
    prefixes: &[Prefix {
        name: "INBOX#",
        grants: &[
            ("customer", &[Query]),
            ("fcm", &[Get, Put, Update, Delete, Query, BatchGet]),
            ("notifier", &[Get, Put, Update]),
            ("cleanup", &[Delete, Query, QueryIndex]),
        ],
        erased: Erased::By(|of| of.partition(keys::inbox_of(of.customer)).boxed()),
    }],
    records: &[
        RecordKind::of::<Inbox>(),
        RecordKind::of::<Notification>(),
        RecordKind::of::<Receipt>(),
    ],
    examples: &[
        Example::new("the head of an inbox: counts, marks", |of| keys::inbox(of.id())),
        Example::new("a notification", |of| keys::notification(of.id(), of.id())),
        Example::new("that a message came into an inbox", |of| keys::receipt(of.id(), &of.text)),
        Example::new("how far a message to all has come", |of| keys::fan_out(&of.text, 'a')),
    ],
    export: export::EXPORT,
    tasks: &[Task::expired("notifications", IndexList("INBOX#DUE"))],
    fixture: None,
};

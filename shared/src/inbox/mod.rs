//! Inboxes: a customer's notifications, and which of them are read.
//!
//! | partition | sort | item |
//! | --- | --- | --- |
//! | `INBOX#<customer>` | `HEAD` | the head of the inbox |
//! | `INBOX#<customer>` | `ITEM#<notification>` | a notification |
//! | `INBOX#<customer>` | `RECEIPT#<hash of the message's id>` | that a message came, of before |
//! | `INBOX#ALL` | `MESSAGE#<number>` | a message to all |
//! | `INBOX#FANOUT#<hash of the message's id>` | `RANGE#<00..ff>` | how far its pushes have come |
//! | `INBOX#FANOUT#<hash of the message's id>` | `SHARD#<0..f>` | the same, of before |

pub(crate) mod broadcast;
pub(crate) mod broadcast_cache;
pub(crate) mod export;
pub(crate) mod fan_out;
pub(crate) mod fixture;
pub mod keys;
pub(crate) mod marks;
pub(crate) mod merged;
pub(crate) mod model;
pub(crate) mod publishing;
pub(crate) mod recent;
pub(crate) mod settings;
pub(crate) mod store;

use futures_util::FutureExt;
use table::IndexList;

use crate::{
    device::DeviceRange,
    domain::{
        Action::{BatchGet, Delete, Get, Put, Query, QueryIndex, Update},
        Domain, Prefix, RecordKind,
        clean_up::Task,
        erasure::Erased,
        example::Example,
    },
};

pub use broadcast::{BROADCAST_LIFE, Broadcast, Broadcasts, MOST_BROADCASTS, Visible};
pub use broadcast_cache::BroadcastCache;
pub use marks::Marks;
pub use merged::{Changed, Named};
pub use model::{Inbox, Notification, Receipt, Week};
pub use publishing::{NewBroadcast, Publication, PushProgress, RangeProgress, ServedPage};
pub use recent::{MOST_RECENT, Recent};
pub use settings::InboxSettings;
pub use store::{Arrival, Arrived, ItemChange, MOST_CHANGES};

/// What this domain declares of itself.
pub const DOMAIN: Domain = Domain {
    name: "inbox",
    owns: "notifications",
    invariants: "Every change replaces the inbox's head, which has all counts and the marks up to \
        which everything is read or deleted. A message enters an inbox once. Items live for whole \
        weeks, so the counts of a week leave with its items. A message to all is one item of a \
        list that every inbox is merged with when it is read; the head has the customer's marks",
    prefixes: &[Prefix {
        name: "INBOX#",
        grants: &[
            ("customer", &[Query]),
            ("fcm", &[Get, Put, Update, Delete, Query, BatchGet]),
            ("notifier", &[Get, Put, Update, Delete, Query]),
            ("cleanup", &[Delete, Query, QueryIndex]),
        ],
        erased: Erased::By(|of| of.partition(keys::inbox_of(of.customer)).boxed()),
    }],
    records: &[
        RecordKind::of::<Inbox>(),
        RecordKind::of::<Notification>(),
        RecordKind::of::<Receipt>(),
        RecordKind::of::<Broadcast>(),
        RecordKind::of::<RangeProgress>(),
    ],
    examples: &[
        Example::new("the head of an inbox: counts, marks", |of| keys::inbox(of.id())),
        Example::new("a notification", |of| keys::notification(of.id(), of.id())),
        Example::new("that a message came into an inbox", |of| keys::receipt(of.id(), &of.text)),
        Example::new("a message to all", |_| keys::broadcast(7)),
        Example::new("how far the pushes of a message to all have come", |of| {
            keys::push_range(&of.text, DeviceRange::FIRST)
        }),
        Example::new("the same, before it was one item", |of| keys::fan_out(&of.text, 'a')),
    ],
    export: export::EXPORT,
    tasks: &[Task::expired("notifications", IndexList("INBOX#DUE"))],
    fixture: Some(|store, customer, now| fixture::store_old(store, customer, now).boxed()),
};

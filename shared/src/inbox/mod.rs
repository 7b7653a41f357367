//! Inboxes: a customer's notifications, and which of them are read.
//!
//! | partition | sort | item |
//! | --- | --- | --- |
//! | `INBOX#<customer>` | `HEAD` | the head of the inbox |
//! | `INBOX#<customer>` | `ITEM#<notification>` | a notification |
//! | `INBOX#<customer>` | `RECEIPT#<hash of the message's id>` | that a message came, of before |
//! | `INBOX#<customer>` | `SCHEDULED#<hash of the message's id>` | a message that waits |
//! | `INBOX#ALL` | `MESSAGE#<number>` | a message to all |
//! | `INBOX#SCHEDULED#<hash of the message's id>` | `HEAD` | when it is due, what became of it |
//! | `INBOX#SCHEDULED#<hash of the message's id>` | `TEXT` | its text, where it is for everybody |
//! | `INBOX#FANOUT#<hash of the message's id>` | `RANGE#<00..ff>` | how far its pushes have come |
//! | `INBOX#FANOUT#<hash of the message's id>` | `SHARD#<0..f>` | the same, of before |

pub(crate) mod audience;
pub(crate) mod broadcast;
pub(crate) mod broadcast_cache;
pub(crate) mod erasure;
pub(crate) mod export;
pub(crate) mod fan_out;
pub(crate) mod fixture;
pub mod keys;
pub(crate) mod marks;
pub(crate) mod merged;
pub(crate) mod model;
pub(crate) mod newest;
pub(crate) mod octets;
pub(crate) mod publishing;
pub(crate) mod recent;
pub(crate) mod scheduled;
pub(crate) mod settings;
pub(crate) mod states;
pub(crate) mod store;
pub(crate) mod tasks;

use crate::{
    device::DeviceRange,
    domain::{
        Action::{BatchGet, Delete, Get, Put, Query, QueryIndex, Update},
        Domain, Prefix, RecordKind,
        erasure::Erased,
        example::Example,
    },
};
use futures_util::FutureExt;

pub use audience::{Audience, Traits};
pub use broadcast::{BROADCAST_LIFE, Broadcast, Broadcasts, MOST_BROADCASTS, Visible};
pub use broadcast_cache::BroadcastCache;
pub use marks::Marks;
pub use merged::{Changed, Named};
pub use model::{Inbox, Notification, Receipt, SeenItem, Week};
pub use publishing::{NewBroadcast, Publication, PushProgress, RangeProgress, ServedPage};
pub use recent::{MOST_RECENT, Recent};
pub use scheduled::{Cancellation, Scheduled, ScheduledState, ScheduledText};
pub use settings::{InboxSettings, TopicSettings};
pub use states::States;
pub use store::{Arrival, Arrived, ItemChange, MOST_CHANGES};

/// What this domain declares of itself.
pub const DOMAIN: Domain = Domain {
    name: "inbox",
    owns: "notifications",
    invariants: "Every change replaces the inbox's head, which has all counts and the marks up to \
        which everything is read or deleted. A message enters an inbox once. Items live for whole \
        weeks, so the counts of a week leave with its items. A message to all is one item of a \
        list that every inbox is merged with when it is read; the head has the customer's marks. A \
        message that waits for its time is claimed or cancelled, never both",
    prefixes: &[Prefix {
        name: "INBOX#",
        grants: &[
            ("customer", &[Query]),
            ("fcm", &[Get, Put, Update, Delete, Query, BatchGet]),
            ("notifier", &[Get, Put, Update, Delete, Query]),
            ("cleanup", &[Get, Update, Delete, Query, QueryIndex]),
        ],
        erased: Erased::By(|of| erasure::erase(of).boxed()),
    }],
    records: &[
        RecordKind::of::<Inbox>(),
        RecordKind::of::<Notification>(),
        RecordKind::of::<Receipt>(),
        RecordKind::of::<Broadcast>(),
        RecordKind::of::<RangeProgress>(),
        RecordKind::of::<Scheduled>(),
        RecordKind::of::<ScheduledText>(),
    ],
    examples: &[
        Example::new("the head of an inbox: counts, marks", |of| keys::inbox(of.id())),
        Example::new("a notification", |of| keys::notification(of.id(), of.id())),
        Example::new("that a message came into an inbox", |of| keys::receipt(of.id(), &of.text)),
        Example::new("a message to all", |_| keys::broadcast(7)),
        Example::new("a message that waits for its time", |of| keys::scheduled(&of.text)),
        Example::new("its text, in the inbox of its customer", |of| {
            keys::scheduled_text(Some(of.id()), &of.text)
        }),
        Example::new("its text, where it is for everybody", |of| {
            keys::scheduled_text(None, &of.text)
        }),
        Example::new("how far the pushes of a message to all have come", |of| {
            keys::push_range(&of.text, DeviceRange::FIRST)
        }),
        Example::new("the same, before it was one item", |of| keys::fan_out(&of.text, 'a')),
    ],
    export: export::EXPORT,
    tasks: tasks::TASKS,
    fixture: Some(|store, customer, now| fixture::store_old(store, customer, now).boxed()),
};

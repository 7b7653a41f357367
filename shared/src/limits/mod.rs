//! Rate limits and budgets, counted in the table.

pub mod keys;
pub(crate) mod model;
pub(crate) mod store;

use table::IndexList;

use crate::{
    domain::{
        Action::{Delete, Get, Put, Query, QueryIndex, Update},
        Domain, Prefix,
        clean_up::Task,
        erasure::Erased,
        example::Example,
    },
    store::keys::day_of,
};

pub use model::{SHARDS, Send, SendLog, Wait, share_of, to_next_day, to_next_hour, to_next_minute};
pub use store::{BudgetKind, Counted, TriesOn};

/// What this domain declares of itself.
pub const DOMAIN: Domain = Domain {
    name: "limits",
    prefixes: &[Prefix {
        name: "RATE#",
        grants: &[
            ("auth", &[Get, Put, Update, Query]),
            ("customer", &[Update]),
            ("wallet", &[Update]),
            ("fcm", &[Update]),
            ("location", &[Update]),
            ("cleanup", &[Delete, QueryIndex]),
        ],
        erased: Erased::Nothing(
            "counters under hashes and ids, which expire within two days and are needed until then",
        ),
    }],
    examples: &[
        Example::new("the codes sent to a phone", |of| keys::sends_to_phone(&of.phone)),
        Example::new("the codes sent from a client's address in an hour", |of| {
            keys::sends_from_address(&of.address, of.now)
        }),
        Example::new("the tries on a phone's codes in a day", |of| {
            keys::tries_on_phone(&of.phone, of.now)
        }),
        Example::new("the tries on codes to a customer's own phone in a day", |of| {
            keys::tries_of_customer(of.id(), of.now)
        }),
        Example::new("a customer's writes in the minutes of an hour", |of| {
            keys::writes_of_customer(of.id(), of.now)
        }),
        Example::new("the unverified codes of a day", |of| {
            keys::budget_shard("US", day_of(of.now), 7)
        }),
    ],
    export: &[],
    tasks: &[Task::expired("limits", IndexList("RATE#DUE"))],
};

//! Rate limits and budgets, counted in the table.
//!
//! | partition | sort | item |
//! | --- | --- | --- |
//! | `RATE#sends-phone#<hash>` | `LOG` | the codes sent to a phone within the last day, by lane |
//! | `RATE#sends-address#<hash>#<day>` | `COUNT` | strangers' codes from an address, by hour |
//! | `RATE#texts#<hash>#<day>` | `COUNT` | text messages to a phone |
//! | `RATE#tries-device#<session>#<hour>` | `COUNT` | tries by a known device |
//! | `RATE#unknown-challenges#<hash>#<hour>` | `COUNT` | an address's tries at unknown challenges |
//! | `RATE#stolen#<session>` | `SESSION` | a session that ended as stolen |
//! | `RATE#tries#<hash>#<day>` | `COUNT` | tries at codes of a phone, by address |
//! | `RATE#tries#<customer>#<day>` | `COUNT` | tries at codes to a customer's own phone |
//! | `RATE#writes#<customer>#<hour>` | `COUNT` | writes of a customer, by minute |
//! | `RATE#budget#<scope>#<day>` | `SHARD#<00..15>` | codes of a day, by country or in all |
//! | `NET#<phone hash>` | `NETWORK#<hash>` | a network from which a code was verified, its tries |
//!
//! All of them expire.

pub(crate) mod budgets;
pub mod keys;
pub mod lanes;
pub(crate) mod model;
pub(crate) mod networks;
pub(crate) mod sends;
pub(crate) mod settings;
pub(crate) mod stolen;
pub(crate) mod store;
pub(crate) mod tries;

use futures_util::FutureExt;
use table::IndexList;

use crate::{
    domain::{
        Action::{Delete, Get, Put, Query, QueryIndex, Update},
        Domain, Prefix, RecordKind, WRITER_GROUPS,
        clean_up::Task,
        erasure::Erased,
        example::Example,
    },
    store::keys::day_of,
};

pub use budgets::BudgetKind;
pub use lanes::Lane;
pub use model::{SHARDS, Send, SendLog, Wait, share_of, to_next_day, to_next_hour, to_next_minute};
pub use networks::{KnownNetworks, MOST_NETWORKS};
pub use settings::{LaneSettings, SendLimits, TryLimits, WriteLimits};
pub use store::Counted;
pub use tries::{TriedIn, TriesOn};

/// What this domain declares of itself.
pub const DOMAIN: Domain = Domain {
    name: "limits",
    owns: "limits and budgets",
    invariants: "Each counter changes by its own conditional addition and takes part in no \
        transaction. A refusal changes nothing that counts against anybody else",
    prefixes: &[
        Prefix {
            name: "RATE#",
            grants: &[
                ("auth", &[Get, Put, Update, Query]),
                ("customer", &[Get, Update]),
                ("fcm", &[Get, Update]),
                (WRITER_GROUPS, &[Update]),
                ("cleanup", &[Delete, QueryIndex]),
            ],
            erased: Erased::Nothing(
                "counters under hashes and ids, which expire within two days and are needed until \
                then; a session that ended as stolen is noted until its tokens are worthless",
            ),
        },
        Prefix {
            name: "NET#",
            grants: &[
                ("auth", &[Get]),
                ("customer", &[Update, Delete, Query]),
                ("cleanup", &[Delete, Query, QueryIndex]),
            ],
            erased: Erased::ByPhone(|of| networks::erase_networks(of).boxed()),
        },
    ],
    records: &[RecordKind::of::<model::SendLog>()],
    examples: &[
        Example::new("the codes sent to a phone", |of| keys::sends_to_phone(&of.phone)),
        Example::new("the codes sent from a client's address in a day", |of| {
            keys::sends_from_address(&of.address, day_of(of.now))
        }),
        Example::new("the text messages to a phone in a day", |of| {
            keys::texts_to_phone(&of.phone, of.now)
        }),
        Example::new("the tries by a known device in an hour", |of| {
            keys::tries_of_device(of.id(), of.now)
        }),
        Example::new("the tries from an address at unknown challenges", |of| {
            keys::unknown_challenges(&of.address, of.now)
        }),
        Example::new("a session that ended as stolen", |of| keys::stolen_session(of.id())),
        Example::new("a network from which a code of a phone was verified", |of| {
            keys::known_network(&of.phone, &of.network)
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
    tasks: &[
        Task::expired("limits", IndexList("RATE#DUE")),
        Task::expired("networks", IndexList("NET#DUE")),
    ],
    fixture: None,
};

//! What a stack that moved in left: which customer each of its users became, and which of their
//! refresh tokens are spent.
//!
//! | partition | sort | item |
//! | --- | --- | --- |
//! | `LEGACY#<user>` | `USER` | the customer that a user of the old stack became |
//! | `LEGACY#<user>` | `TOKEN#<jti>` | that a refresh token of the user is spent, and how |
//!
//! The profile of such a customer has the user's id, which leads from the customer to the
//! partition. Tokens are spent when the old stack blacklisted them, or when they are exchanged for
//! a session here; an exchange is written in the transaction that adds the session.

pub(crate) mod erasure;
pub(crate) mod export;
pub(crate) mod fixture;
pub mod key;
pub mod keys;
pub(crate) mod model;
pub(crate) mod presented;
pub(crate) mod settings;
pub(crate) mod store;

use futures_util::FutureExt;

use crate::domain::{
    Action::{Delete, Get, Query, Update},
    Domain, Prefix, RecordKind,
    erasure::Erased,
    example::{Example, parsed},
};

pub use model::{LegacyId, LegacyToken, LegacyUser, Spent, TokenName, TooLong};
pub use presented::{LegacyRefusal, PresentedLegacy};
pub use settings::LegacySettings;
pub use store::{LegacyStanding, blacklist_token, exchange_token, put_user};

/// What this domain declares of itself.
pub const DOMAIN: Domain = Domain {
    name: "legacy",
    owns: "users and spent refresh tokens of a stack that moved in",
    invariants: "A user becomes one customer. A refresh token of the old stack is exchanged once, \
        in the transaction that adds its session; one that is spent is never made good again",
    prefixes: &[Prefix {
        name: "LEGACY#",
        grants: &[("auth", &[Get, Update]), ("customer", &[Query]), ("cleanup", &[Delete, Query])],
        erased: Erased::By(|of| erasure::erase_user(of).boxed()),
    }],
    records: &[RecordKind::of::<LegacyUser>(), RecordKind::of::<LegacyToken>()],
    examples: &[
        Example::new("the customer that a user of the old stack became", |_| {
            keys::user(&parsed("4711"))
        }),
        Example::new("the same of a user whose id no key can hold", |_| {
            keys::user(&parsed("amal#1"))
        }),
        Example::new("that a refresh token of the old stack is spent", |_| {
            keys::token(&parsed("4711"), &parsed("0f8fad5bd9cb469fa16570867728950e"))
        }),
    ],
    export: export::EXPORT,
    tasks: &[],
    fixture: Some(|store, customer, now| fixture::store(store, customer, now).boxed()),
};

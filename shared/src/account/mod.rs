//! Accounts: who may log in, with which phone, and in which sessions.
//!
//! | partition | sort | item |
//! | --- | --- | --- |
//! | `AUTH#<customer>` | `ACCOUNT` | the account: status, epoch, sessions |
//! | `PHONE#<hash>` | `OWNER` | the customer who logs in with a phone |
//! | `AUTH#CUSTOMERS#<0..f>` | `CUSTOMER#<customer>` | the list of all customers |
//! | `AUTH#LEAVING#<0..f>` | `CUSTOMER#<customer>` | deleted accounts that are not erased yet |
//!
//! The table of the erasure journal has `AUTH#JOURNAL#<0..f>` with `<time>#<customer>`: deletions.
//!
//! The index lists accounts under `AUTH#DUE#<0..f>`, by the end of the session that is known to end
//! first.

pub(crate) mod creation;
pub(crate) mod customers;
pub(crate) mod deletion;
pub(crate) mod erasure;
pub(crate) mod export;
pub(crate) mod journal;
pub mod keys;
pub(crate) mod log_out;
pub(crate) mod model;
pub(crate) mod phone;
pub(crate) mod refresh;
pub(crate) mod session_out;
pub(crate) mod sessions;
pub(crate) mod settings;
pub(crate) mod status;
pub(crate) mod store;
pub(crate) mod tasks;

use futures_util::FutureExt;

use crate::domain::{
    Action::{Check, Delete, Get, Put, Query, QueryIndex, Update, UpdateOnly},
    CALLER_GROUPS, Domain, Prefix, RecordKind,
    erasure::Erased,
    example::Example,
};

pub use creation::{new_account, new_account_with};
pub use customers::CUSTOMER_SHARDS;
pub use deletion::{DELETED_SHARDS, Deleted, close_account, list_deleted};
pub use erasure::{Erasure, erase_customer};
pub use journal::{
    JournaledDeletion, close_restored_account, journal_deletion, journaled_deletions,
};
pub use log_out::{LogOut, LogOutScope, LoggedOut};
pub use model::{
    Account, DeviceLabel, FIRST_EPOCH, FRESH, Liveness, MOST_REPEATS, MOST_SESSIONS, Platform,
    Session, StaleRefresh, Status, StatusChange,
};
pub use phone::{PhoneOwner, claim_phone, move_account, release_phone};
pub use refresh::{Generation, Rotation, Successor};
pub use session_out::SessionOut;
pub use sessions::{NewSession, add_moved_session, add_session};
pub use settings::{ErasureSettings, JournalSettings, RefreshSettings, SessionSettings};
pub use status::StatusSet;

/// What this domain declares of itself.
pub const DOMAIN: Domain = Domain {
    name: "account",
    owns: "status, epoch and sessions of an account; who owns a phone; lists of customers",
    invariants: "An account with all its sessions is one item, so log-in, refresh and log-out are \
        one conditional write each. Raising the epoch ends every session at once, without \
        comparing clocks. At most 20 sessions; a log-in that adds one more removes the one longest \
        unused. A phone leads to one account at most",
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
                (CALLER_GROUPS, &[Get, UpdateOnly(&["sessions"])]),
                ("notifier", &[Get, Query]),
                ("cleanup", &[Get, Update, Delete, Query, Check, QueryIndex]),
            ],
            erased: Erased::LastBy(|of| erasure::erase_account(of).boxed()),
        },
    ],
    records: &[
        RecordKind::of::<Account>(),
        RecordKind::of::<Deleted>(),
        RecordKind::of::<phone::PhoneOwner>(),
        RecordKind::of::<customers::CustomerEntry>(),
        RecordKind::of::<journal::JournaledDeletion>(),
    ],
    examples: &[
        Example::new("an account: status, epoch, sessions", |of| keys::account(of.id())),
        Example::new("the customer who logs in with a phone", |of| keys::phone_owner(&of.phone)),
        Example::new("the list of all customers", |of| keys::customer_entry(of.id())),
        Example::new("the list of deleted accounts that are not erased yet", |of| {
            keys::deleted_customer(of.id())
        }),
        Example::new("in the table of the erasure journal: an account that was deleted", |of| {
            keys::journaled_deletion(of.id(), of.now)
        }),
    ],
    export: export::EXPORT,
    tasks: tasks::TASKS,
    fixture: None,
};

//! Wallets: balances, the ledger behind them, holds, and the audit.
//!
//! | partition | sort | item |
//! | --- | --- | --- |
//! | `WALLET#<customer>` | `WALLET` | the balances |
//! | `WALLET#<customer>` | `ENTRY#<currency>#<entry>` | an entry of the ledger |
//! | `WALLET#<customer>` | `HOLD#<entry>` | a hold, named by the entry that opened it |
//! | `WALLET#<customer>` | `REVERSAL#<entry>` | that an entry was reversed |
//! | `WALLET#DUE#<0..f>` | `TIME#<milliseconds>#<customer>#<entry>` | open holds by their end |
//! | `WALLET#ALL#<0..f>` | `LEDGER#<ledger>` | the list of all ledgers |
//! | `WALLET#LEDGER#<ledger>` | as in a wallet | wallet and entries of an erased customer |
//! | `WALLET#AUDIT` | `PLACE` | where the audit of all continues |
//!
//! The index lists the wallets that have moved since they were audited under
//! `WALLET#MOVED#<0..f>`, by the first movement.

pub(crate) mod audit;
pub(crate) mod balance;
pub(crate) mod correcting;
pub(crate) mod correction;
pub(crate) mod currency;
pub(crate) mod erasure;
pub(crate) mod export;
pub(crate) mod holds;
pub mod keys;
pub(crate) mod ledger;
pub(crate) mod lifecycle;
pub(crate) mod moved;
pub(crate) mod settings;
pub(crate) mod store;
pub(crate) mod tally;
pub(crate) mod tasks;

use futures_util::FutureExt;

use crate::domain::{
    Action::{Delete, Get, Put, Query, QueryIndex, Update},
    Domain, Prefix, RecordKind,
    erasure::Erased,
    example::{Example, parsed},
};

pub use audit::{AuditPlace, Audited, LedgerBreak};
pub use balance::{
    Balance, Closing, MOST_CURRENCIES, MoneyLeft, Movement, Posting, Refusal, Wallet,
};
pub use correction::{Correction, Examined, ExaminedEntry, Keep, MOST_ACCEPTED, NoCorrection};
pub use currency::{Currency, UnknownCurrency};
pub use holds::ExpiredHolds;
pub use ledger::{Break, Entry, Funds, Hold, HoldStatus, Kind, LedgerAccount, MOST};
pub use lifecycle::{close_wallet, open_wallet, post_all};
pub use settings::{AuditSettings, HoldSettings};
pub use store::{DueHold, Listed, Posted, Reversal};
pub use tally::Tally;

/// What this domain declares of itself.
pub const DOMAIN: Domain = Domain {
    name: "wallet",
    owns: "balances, ledger, holds, audit",
    invariants: "In each currency available ≥ 0, held ≥ 0, and available + held is the sum of all \
        entries. Each change is one transaction of balance, entry, hold and stored answer. Entries \
        are numbered without gaps and never change. A wallet is created and closed with its \
        account",
    prefixes: &[Prefix {
        name: "WALLET#",
        grants: &[
            ("customer", &[Get, Put, Query]),
            ("wallet", &[Get, Put, Delete, Query]),
            ("cleanup", &[Get, Put, Update, Delete, Query, QueryIndex]),
        ],
        erased: Erased::By(|of| erasure::erase(of).boxed()),
    }],
    records: &[
        RecordKind::of::<Wallet>(),
        RecordKind::of::<Entry>(),
        RecordKind::of::<Hold>(),
        RecordKind::of::<store::Reversal>(),
        RecordKind::of::<store::Listed>(),
        RecordKind::of::<DueHold>(),
        RecordKind::of::<audit::Progress>(),
    ],
    examples: &[
        Example::new("the balances of a wallet", |of| keys::wallet(of.id())),
        Example::new("an entry of its ledger", |of| keys::entry(of.id(), parsed("KWD"), of.id())),
        Example::new("a hold", |of| keys::hold(of.id(), of.id())),
        Example::new("that an entry was reversed", |of| keys::reversal(of.id(), of.id())),
        Example::new("the list of open holds by their end", |of| {
            keys::due_hold(of.now, of.id(), of.id())
        }),
        Example::new("the list of all ledgers", |of| keys::listed_ledger(of.id())),
        Example::new("the wallet of an erased customer", |of| keys::former_wallet(of.id())),
        Example::new("an entry of the ledger of an erased customer", |of| {
            keys::former_entry(of.id(), parsed("KWD"), of.id())
        }),
        Example::new("where the audit continues", |_| keys::audit_place()),
    ],
    export: export::EXPORT,
    tasks: tasks::TASKS,
    fixture: None,
};

//! Rate limits and budgets, counted in the table.
//!
//! Invariants: each counter changes by a conditional write of its own, and none takes part in a
//! transaction; what is refused is not counted.
//!
//! | partition | sort | item |
//! | --- | --- | --- |
//! | `RATE#sends-phone#<hash>` | `LOG` | the codes sent to a phone within the last hour |
//! | `RATE#sends-address#<hash>#<hour>` | `COUNT` | codes sent from an address in an hour |
//! | `RATE#tries#<hash>#<day>` | `COUNT` | tries at codes of a phone, by address |
//! | `RATE#tries#<customer>#<day>` | `COUNT` | tries at codes to a customer's own phone |
//! | `RATE#writes#<customer>#<hour>` | `COUNT` | writes of a customer, by minute |
//! | `RATE#budget#<country or ALL>#<day>` | `SHARD#<00..15>` | unverified codes of a day |
//!
//! All of them expire.

pub(crate) mod budgets;
pub mod keys;
pub(crate) mod model;
pub(crate) mod sends;
pub(crate) mod settings;
pub(crate) mod store;
pub(crate) mod tries;

pub use budgets::BudgetKind;
pub use model::{SHARDS, Send, SendLog, Wait, share_of, to_next_day, to_next_hour, to_next_minute};
pub use settings::{SendLimits, TryLimits, WriteLimits};
pub use store::Counted;
pub use tries::TriesOn;

//! Rate limits and budgets, counted in the table.

pub mod keys;
pub(crate) mod model;
pub(crate) mod settings;
pub(crate) mod store;

pub use model::{SHARDS, Send, SendLog, Wait, share_of, to_next_day, to_next_hour, to_next_minute};
pub use settings::{SendLimits, TryLimits, WriteLimits};
pub use store::{BudgetKind, Counted, TriesOn};

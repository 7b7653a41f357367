//! Answers that are stored under an `Idempotency-Key`, and given again.

pub mod keys;
pub(crate) mod model;
pub(crate) mod store;

pub use model::{AnswerRecord, Asker, KEPT, NewAnswer, Once, RequestKey, Seen, Slot, StoredAnswer};

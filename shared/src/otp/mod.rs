//! One-time codes: how a code is made, stored and compared.

pub mod keys;
pub(crate) mod model;
pub(crate) mod settings;
pub(crate) mod store;

pub use model::{BudgetShares, Challenge, Purpose, draw_code};
pub use settings::{CodeSettings, CountrySettings, TestNumber};
pub use store::Reserved;

//! One-time codes: how a code is drawn, stored, tried and spent.
//!
//! Invariants: a code is stored as a hash; a try is reserved before the code is compared, so
//! parallel guesses cannot outrun the count; a code is spent in the transaction of what it proves.
//!
//! | partition | sort | item |
//! | --- | --- | --- |
//! | `OTP#<challenge>` | `CHALLENGE` | a sent code, with its tries; expires |

pub mod keys;
pub(crate) mod model;
pub(crate) mod settings;
pub(crate) mod store;

pub use model::{BudgetShares, Challenge, Purpose, draw_code};
pub use settings::{CodeSettings, CountrySettings, TestNumber};
pub use store::{Reserved, spend_code};

//! Customer profiles: names, contact, preferences, and the phone as the customer wrote it.
//!
//! Invariants: a profile is made with its account; it changes only from the version that was read.
//!
//! | partition | sort | item |
//! | --- | --- | --- |
//! | `PROFILE#<customer>` | `PROFILE` | the profile |

pub mod keys;
pub(crate) mod model;
pub(crate) mod store;

pub use model::{Customer, Details, Gender};
pub use store::{new_profile, replace_profile};

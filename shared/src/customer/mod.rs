//! Customer profiles.

pub mod keys;
pub(crate) mod model;
pub(crate) mod store;

pub use model::{Customer, Details, Gender};

//! The operator's service areas.

pub mod keys;
pub(crate) mod store;

pub use store::{AreaRelease, PresentAreas};

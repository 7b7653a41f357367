//! The sample shop: pets, orders and users.

pub mod keys;
pub(crate) mod model;
pub(crate) mod settings;
pub(crate) mod store;

pub use model::{Category, MOST_TAGS, Order, OrderStatus, Pet, PetStatus, Tag, User};
pub use settings::{SampleSettings, ShopSettings};
pub use store::PetChange;

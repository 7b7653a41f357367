//! The domain's own types: parsed once, right ever after. No keys, no HTTP, no storage.

pub mod account;
pub mod address;
pub mod app_info;
pub mod challenge;
pub mod currency;
pub mod customer;
pub mod device;
pub mod idempotency;
pub mod inbox;
pub mod ledger;
pub mod limits;
pub mod localized;
pub mod paging;
pub mod petstore;
pub mod phone;
pub mod point;
pub mod wallet;

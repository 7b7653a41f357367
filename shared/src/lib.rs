//! What every function of Satchel shares: the domains, the tokens and the conventions of the HTTP
//! API.
//!
//! Imports point one way: the crate `table` ← what knows no domain (`ids`, `clock`, `hashes`, `aws`,
//! `config`, …) ← the domains (`account`, `wallet`, …) ← `settings`, `app`, `auth`, `http` ←
//! `runtime` ← the groups. No two files import each other. `tests/contract/layers.rs` checks both.

pub mod account;
pub mod address;
pub mod app;
pub mod area;
pub mod audit;
pub mod auth;
pub mod aws;
pub mod clock;
pub mod config;
pub mod content;
pub mod customer;
pub mod deadline;
pub mod device;
pub mod domain;
pub mod domains;
pub mod hashes;
pub mod http;
pub mod idempotency;
pub mod ids;
pub mod inbox;
pub mod limits;
pub mod metrics;
pub mod otp;
pub mod paging;
pub mod petstore;
pub mod phone;
pub mod point;
pub mod runtime;
pub mod settings;
pub mod store;
pub mod subject;
pub mod swr_cache;
pub mod times;
pub mod wallet;

#[doc(hidden)]
pub use pastey;
pub use table::random;

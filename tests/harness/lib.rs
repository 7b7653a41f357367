//! The test harness: the stack of `template.yaml` in memory, requests that reach the real functions
//! as gateway events, a clock that only the test moves, and a wire to storage that delays, measures
//! and breaks calls.
//!
//! Invariant: each [`Api`] has its own database. The harness replaces only the clock, the
//! randomness and the wire, no other type of the product.

pub mod account;
pub mod api;
pub mod bootstrap;
pub mod clock;
pub mod conflicts;
pub mod cost;
pub mod erasure;
pub mod faults;
pub mod group;
pub mod kills;
pub mod legacy;
pub mod local_data;
pub mod log;
pub mod notify;
pub mod operator;
pub mod phone;
mod stale;
pub mod stalling;
pub mod table;
pub mod wire;

pub use api::{Answer, Api, ENCODINGS, Request};

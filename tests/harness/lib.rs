//! What the tests stand on: the stack of `template.yaml` in memory, requests that go through the
//! gateway's events into the real functions, a clock that only the test moves, and a wire that
//! delays, measures and breaks the calls to storage.
//!
//! Invariant: each [`Api`] has a database of its own; nothing here swaps a type of the product,
//! only the clock, chance and the wire.

pub mod api;
pub mod bootstrap;
pub mod clock;
pub mod conflicts;
pub mod faults;
pub mod group;
pub mod log;
pub mod notify;
pub mod operator;
pub mod phone;
pub mod stalling;
pub mod table;
pub mod wire;

pub use api::{Answer, Api, ENCODINGS, Request};

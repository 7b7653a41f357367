//! What every function of Satchel shares: the models, the tokens, the storage and the conventions
//! of the HTTP API.
//!
//! Dependencies point one way: `model`, `ids`, `clock`, `random`, `hashes`, `kept`, `metrics`,
//! `deadline` ← `store`, `auth::tokens` ← `app` ← `http`, `auth::caller` ← `runtime`. `store` and
//! `model` know nothing of HTTP; no operation of a group names the AWS SDK.

pub mod app;
pub mod audit;
pub mod auth;
pub mod aws;
pub mod clock;
pub mod config;
pub mod deadline;
pub mod hashes;
pub mod http;
pub mod ids;
pub mod kept;
pub mod metrics;
pub mod model;
pub mod notify;
pub mod random;
pub mod runtime;
pub mod store;
pub mod tally;

#[doc(hidden)]
pub use pastey;

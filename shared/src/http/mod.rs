//! The conventions of the HTTP API: routes, checks and their order, bodies, errors. Every group
//! gets them by being registered.

pub mod address;
pub(crate) mod admission;
pub mod app_version;
pub mod body;
pub mod checked;
pub mod checks;
pub mod cors;
pub mod documented;
pub mod error;
pub mod error_format;
pub mod etag;
pub mod failure;
pub mod idempotency;
pub mod language;
#[cfg(feature = "mock")]
pub mod mocked;
pub mod negotiate;
#[cfg(feature = "document")]
pub mod openapi;
pub mod operation;
pub mod origin;
pub mod page;
pub mod path;
pub mod public;
pub mod rate_limit;
mod registration;
pub mod request;
pub mod routes;
#[cfg(feature = "mock")]
mod unknown_path;

//! The groups that serve the operations of the API.
//!
//! A new group is one line among the dependencies in `Cargo.toml`: the build script writes
//! [`GROUPS`] and [`MOCKED`] from them.

use shared::http::routes::Routes;

/// A package under `functions/` that serves operations.
#[derive(Debug, Clone, Copy)]
pub struct Group {
    /// Its folder.
    pub name: &'static str,
    /// What the package's `Cargo.toml` says of it.
    pub description: &'static str,
    /// Its operations.
    pub routes: fn() -> Routes,
}

include!(concat!(env!("OUT_DIR"), "/groups.rs"));

//! Tokens and their bearers. `tokens` is pure: it is given time and keys. `caller` adds the lookup
//! of the session.

pub mod actor;
pub mod caller;
pub mod claims;
pub mod ed25519;
pub mod keyring;
pub mod operator;
pub mod public_keys;
pub mod settings;
pub mod tokens;

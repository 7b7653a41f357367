//! Tokens and who presents them. `tokens` is pure given time and keys; `caller` joins it with
//! storage.

pub mod caller;
pub mod claims;
pub mod ed25519;
pub mod keyring;
pub mod operator;
pub mod public_keys;
pub mod tokens;

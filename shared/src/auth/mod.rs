//! Tokens and their bearers. `tokens` is pure: it is given time and keys. `caller` adds the lookup
//! of the session.

pub mod actor;
pub mod caller;
pub mod claims;
pub mod ed25519;
pub mod keyring;
pub mod known_device;
pub mod operator;
pub mod public_keys;
pub mod settings;
pub mod tokens;

use crate::domain::{
    Action::{Put, Query},
    CALLER_GROUPS, Domain, Prefix, RecordKind,
    erasure::Erased,
    example::Example,
};

/// What this domain declares of itself.
pub const DOMAIN: Domain = Domain {
    name: "auth",
    owns: "public signing keys",
    invariants: "Version n of the key signs; n-1, n and n+1 verify and are published",
    prefixes: &[Prefix {
        name: "KEY#",
        grants: &[("auth", &[Put, Query]), ("customer", &[Put, Query]), (CALLER_GROUPS, &[Query])],
        erased: Erased::Nothing("public keys of our own"),
    }],
    records: &[RecordKind::of::<public_keys::PublishedKey>()],
    examples: &[Example::new("a public signing key", |_| public_keys::signing_key(3))],
    export: &[],
    tasks: &[],
    fixture: None,
};

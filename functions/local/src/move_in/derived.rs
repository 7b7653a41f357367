//! What follows from the old stack's keys: ids that are the same whenever a dump is read again.
//!
//! Invariant: they follow from a secret, too, so that nobody can tell from an id whose it is.

use std::sync::atomic::{AtomicU64, Ordering};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use shared::{
    hashes::{ContentHash, Signer},
    legacy::LegacyId,
    random::Random,
};

/// A source of bytes that depend on what they are for, and on nothing else.
pub struct Derived {
    signer: Signer,
    subject: String,
    blocks: AtomicU64,
}

impl Derived {
    /// For the thing of this kind with this key.
    pub fn new(signer: &Signer, kind: &str, key: &str) -> Self {
        let (signer, blocks) = (signer.clone(), AtomicU64::new(0));
        Self { signer, subject: format!("{kind} {key}"), blocks }
    }
}

impl Random for Derived {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let number = self.blocks.fetch_add(1, Ordering::Relaxed).to_string();
            let block = self.signer.sign(&["move-in", &self.subject, &number]);
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}

/// Keyed hash of a value: equal values have equal ones.
pub fn digest(signer: &Signer, value: &impl Serialize) -> String {
    let text = serde_json::to_string(value).unwrap_or_default();
    URL_SAFE_NO_PAD.encode(&signer.sign(&["move-in digest", &text])[..16])
}

/// What the note of a user is found by.
pub fn hash_of(signer: &Signer, user: &LegacyId) -> ContentHash {
    ContentHash::of(&digest(signer, &("user", user)))
}

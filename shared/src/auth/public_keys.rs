//! Public signing keys in the table, for functions without the token secret.

use serde::{Deserialize, Serialize};
use table::{Key, Query, Write, item};

use crate::store::{Store, StoreError};

/// One published key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedKey {
    /// Version of the signing key.
    pub version: u32,
    /// RFC 7638 thumbprint.
    pub kid: String,
    /// base64url of the 32 public bytes (RFC 8037 `x`).
    pub x: String,
}

impl Store {
    /// Publishes a key unless it is published already, at a cold start. Half a read unit, and a
    /// write unit the first time.
    pub async fn publish_key(&self, key: &PublishedKey) -> Result<(), StoreError> {
        let stored: Option<PublishedKey> = self.table.get(signing_key(key.version), false).await?;
        if stored.as_ref() == Some(key) {
            return Ok(());
        }
        // Of several functions that start at once, the first publishes it.
        let put = Write::put(item(signing_key(key.version), "signing_key", key)?);
        self.table.write(put.when("attribute_not_exists(pk)")).await.map(drop)
    }

    /// The two newest keys. One trip, half a read unit.
    pub async fn published_keys(&self) -> Result<Vec<PublishedKey>, StoreError> {
        let query = Query::of(signing_key(0).partition()).newest_first();
        self.table.first(query, 2).await?.records()
    }
}

/// A public signing key by its version.
pub fn signing_key(version: u32) -> Key {
    Key::new("KEY#TOKEN", format!("VERSION#{version:010}"))
}

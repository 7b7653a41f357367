//! Public signing keys in the table, for functions without the token secret.

use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};
use table::{Key, Query, Write, item, kinds};

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

/// How many versions verify: the one that signs, and its two neighbours.
const VERIFYING: usize = 3;

kinds! { PublishedKey: "signing_key" }

impl Store {
    /// Publishes those of the keys that are not published yet, at a cold start. One trip, half a
    /// read unit; a second trip and a write unit for each new key.
    pub async fn publish_keys(&self, keys: &[PublishedKey]) -> Result<(), StoreError> {
        // After a rollback there are newer ones.
        let query = Query::of(signing_key(0).partition()).newest_first();
        let published: Vec<PublishedKey> =
            self.table.first(query, 4 * VERIFYING).await?.records()?;
        let new = keys.iter().filter(|key| !published.contains(key));
        try_join_all(new.map(|key| self.publish_key(key))).await.map(drop)
    }

    /// Of several functions that start at once, the first publishes a key.
    async fn publish_key(&self, key: &PublishedKey) -> Result<(), StoreError> {
        let put = Write::put(item(signing_key(key.version), key)?);
        self.table.write(put.when("attribute_not_exists(pk)")).await.map(drop)
    }

    /// The newest keys: those that verify. One trip, half a read unit.
    ///
    /// The newest is one version ahead of the one that signs. During a deploy that rotates, and
    /// after one that was rolled back, it is two ahead of the older one.
    pub async fn published_keys(&self) -> Result<Vec<PublishedKey>, StoreError> {
        let query = Query::of(signing_key(0).partition()).newest_first();
        self.table.first(query, VERIFYING).await?.records()
    }
}

/// A public signing key by its version.
pub fn signing_key(version: u32) -> Key {
    Key::new("KEY#TOKEN", format!("VERSION#{version:010}"))
}

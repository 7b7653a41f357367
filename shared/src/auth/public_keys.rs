//! Public signing keys in the table, for functions without the token secret.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use serde::{Deserialize, Serialize};
use table::{Key, Query, item, record};

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
    /// Publishes a key if it is not published yet. Half a read unit, and a write unit the first
    /// time.
    pub async fn publish_key(&self, key: &PublishedKey) -> Result<(), StoreError> {
        if self.table.get::<PublishedKey>(signing_key(key.version), false).await?.as_ref()
            == Some(key)
        {
            return Ok(());
        }
        let sent = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(item(signing_key(key.version), "signing_key", key)?))
            .condition_expression("attribute_not_exists(pk)")
            .send()
            .await;
        match sent {
            Err(error)
                if !matches!(
                    error.as_service_error(),
                    Some(PutItemError::ConditionalCheckFailedException(_))
                ) =>
            {
                Err(error.into())
            }
            _ => Ok(()),
        }
    }

    /// The two newest keys. One trip, half a read unit.
    pub async fn published_keys(&self) -> Result<Vec<PublishedKey>, StoreError> {
        let query = Query::of(signing_key(0).partition()).newest_first();
        self.table.first(query, 2).await?.items.into_iter().map(record).collect()
    }
}

/// A public signing key by its version.
pub fn signing_key(version: u32) -> Key {
    Key::new("KEY#TOKEN".to_owned(), format!("VERSION#{version:010}"))
}

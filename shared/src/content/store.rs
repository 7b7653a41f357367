//! What the app shows to everybody, in versions.
//!
//! Protocol: a version is written once and never changed; the app information names the one that is
//! served, with what every function must know of it. Publishing is one transaction, so that nobody
//! sees half of it, and holds only while the app information names the version that the operator
//! looked at. A version knows which one it took the place of, so that a rollback has a way back
//! from each.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use table::{Transaction, Write, item, kinds, number};

use crate::{
    content::{Availability, keys},
    store::{Store, StoreError},
};

/// The app information as it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppInfo {
    /// The version of the content that is served; none before the first.
    #[serde(default)]
    pub version: Option<u64>,
    /// The newest version that there is; a rollback leaves it behind. 0 before the first.
    #[serde(default)]
    pub newest: u64,
    /// What every function must know.
    #[serde(flatten)]
    pub availability: Availability,
}

/// A version of the content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentVersion {
    /// Its number, from 1 on.
    pub version: u64,
    /// The version that was served before it, if any.
    pub replaces: Option<u64>,
    /// When it was published.
    pub since: Timestamp,
    /// The content as JSON.
    pub content: String,
}

kinds! {
    AppInfo: "app_info",
    ContentVersion: "content",
}

impl Store {
    /// The app information. One trip, half a read unit for each 4 KB, a whole one where
    /// `consistent`.
    pub async fn app_info(&self, consistent: bool) -> Result<Option<AppInfo>, StoreError> {
        self.table.get(keys::app_info(), consistent).await
    }

    /// A version of the content, strongly consistent, since who asks for it has just read of it.
    /// One trip, a read unit for each 4 KB.
    pub async fn content(&self, version: u64) -> Result<Option<ContentVersion>, StoreError> {
        self.table.get(keys::content(version), true).await
    }

    /// Puts `after` in the place of the app information, and with it the new version of the
    /// content, if there is one. False where the app information is not what it was `before`. One
    /// trip, two write units for each KB.
    pub async fn publish(
        &self,
        before: Option<&AppInfo>,
        after: &AppInfo,
        new: Option<&ContentVersion>,
    ) -> Result<bool, StoreError> {
        let info = Write::put(item(keys::app_info(), after)?);
        let mut transaction = Transaction::new();
        transaction.add(when_unchanged(before, info));
        if let Some(new) = new {
            let version = item(keys::content(new.version), new)?;
            transaction.add(Write::new_item(version));
        }
        Ok(self.table.commit(transaction).await?.is_done())
    }
}

/// Writes only where the app information names the versions that it named `before`.
fn when_unchanged(before: Option<&AppInfo>, write: Write) -> Write {
    let Some(before) = before else { return write.when("attribute_not_exists(pk)") };
    match before.version {
        None => {
            write.when_exists().when("attribute_not_exists(#version)").name("#version", "version")
        }
        Some(version) => {
            write.when_is("version", number(version)).when_is("newest", number(before.newest))
        }
    }
}

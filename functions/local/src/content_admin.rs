//! What the operator does to the content: publishing a file, and taking that back.
//!
//! Protocol: a draft is made of what stands in the table and what shall stand there, and says how
//! they differ; publishing it is one transaction, which does nothing where somebody else has
//! published meanwhile. Invariant: nothing is published that was not read as a whole and found
//! right, and what it takes the place of stays in the table.

use std::fmt;

use app_info::{
    changes::{Change, changes},
    content::{Content, Problem},
};
use jiff::Timestamp;
use shared::{
    content::{AppInfo, ContentVersion},
    store::{Store, StoreError},
};

/// A table whose content is looked after.
pub struct ContentAdmin {
    store: Store,
}

/// Something to be published, and what it takes the place of.
#[derive(Debug)]
pub struct Draft {
    /// How they differ.
    pub changes: Vec<Change>,
    before: Option<AppInfo>,
    after: AppInfo,
    new: Option<ContentVersion>,
}

/// Why nothing was published.
#[derive(Debug)]
pub enum ContentError {
    /// The file is not what it must be.
    Wrong(Vec<Problem>),
    /// There is nothing to go back to.
    NothingBefore,
    /// Somebody else has published meanwhile.
    Overtaken,
    /// A version that the table names is not there, or cannot be read.
    Damaged(u64),
    /// Storage failed.
    Store(StoreError),
}

/// What stands in the table.
struct Present {
    info: Option<AppInfo>,
    content: Option<Content>,
}

impl ContentAdmin {
    /// A admin over this table.
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    /// The content that is served, if there is any. Two trips.
    pub async fn present(&self) -> Result<Option<Content>, ContentError> {
        Ok(self.read().await?.content)
    }

    /// What publishing this file would change. Two trips.
    pub async fn draft(&self, file: &str, now: Timestamp) -> Result<Draft, ContentError> {
        let content = Content::check(file).map_err(ContentError::Wrong)?;
        Ok(self.read().await?.replaced_by(&content, now))
    }

    /// What going back to the version before the present one would change. Four trips.
    pub async fn draft_of_rollback(&self) -> Result<Draft, ContentError> {
        let Present { info, content } = self.read().await?;
        let (info, content) = info.zip(content).ok_or(ContentError::NothingBefore)?;
        let present = info.version.ok_or(ContentError::NothingBefore)?;
        let version = self.version(present).await?.0.replaces.ok_or(ContentError::NothingBefore)?;
        let (_, earlier) = self.version(version).await?;
        let after = AppInfo {
            version: Some(version),
            newest: info.newest,
            availability: earlier.availability.clone(),
        };
        Ok(Draft {
            changes: difference(Some(&info), Some(&content), &earlier),
            before: Some(info),
            after,
            new: None,
        })
    }

    /// Publishes a draft, and gives the number of the version that is served from now on. One trip.
    pub async fn publish(&self, draft: &Draft) -> Result<u64, ContentError> {
        let Draft { before, after, new, .. } = draft;
        let published = self
            .store
            .publish(before.as_ref(), after, new.as_ref())
            .await
            .map_err(ContentError::Store)?;
        after.version.filter(|_| published).ok_or(ContentError::Overtaken)
    }

    /// Publishes a file where the table knows nothing of any content yet; false where it does. Two
    /// trips.
    pub async fn fill(&self, file: &str, now: Timestamp) -> Result<bool, ContentError> {
        if self.store.app_info(true).await.map_err(ContentError::Store)?.is_some() {
            return Ok(false);
        }
        let content = Content::check(file).map_err(ContentError::Wrong)?;
        match self.publish(&Present { info: None, content: None }.replaced_by(&content, now)).await
        {
            Ok(_) => Ok(true),
            Err(ContentError::Overtaken) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn read(&self) -> Result<Present, ContentError> {
        let info = self.store.app_info(true).await.map_err(ContentError::Store)?;
        let Some(version) = info.as_ref().and_then(|info| info.version) else {
            return Ok(Present { info, content: None });
        };
        let (_, mut content) = self.version(version).await?;
        // The availability may have been changed by hand since it was published.
        if let Some(AppInfo { availability, .. }) = &info {
            content.availability = availability.clone();
        }
        Ok(Present { info, content: Some(content) })
    }

    async fn version(&self, version: u64) -> Result<(ContentVersion, Content), ContentError> {
        let stored = self
            .store
            .content(version)
            .await
            .map_err(ContentError::Store)?
            .ok_or(ContentError::Damaged(version))?;
        let content =
            serde_json::from_str(&stored.content).map_err(|_| ContentError::Damaged(version))?;
        Ok((stored, content))
    }
}

impl Present {
    /// What publishing this content would change.
    fn replaced_by(self, content: &Content, now: Timestamp) -> Draft {
        let Self { info, content: replaced } = self;
        let version = info.as_ref().map_or(0, |info| info.newest) + 1;
        let new = ContentVersion {
            version,
            replaces: info.as_ref().and_then(|info| info.version),
            since: now,
            content: content.to_json().to_string(),
        };
        let after = AppInfo {
            version: Some(version),
            newest: version,
            availability: content.availability.clone(),
        };
        Draft {
            changes: difference(info.as_ref(), replaced.as_ref(), content),
            before: info,
            after,
            new: Some(new),
        }
    }
}

/// Without a content there may still be availability, made by hand.
fn difference(info: Option<&AppInfo>, before: Option<&Content>, after: &Content) -> Vec<Change> {
    let availability =
        || serde_json::to_value(info.map(|info| &info.availability)).unwrap_or_default();
    let before = before.map_or_else(availability, Content::to_json);
    let before = if before.is_null() { serde_json::json!({}) } else { before };
    changes(&before, &after.to_json())
}

impl fmt::Display for ContentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wrong(problems) => {
                let all: Vec<String> = problems.iter().map(ToString::to_string).collect();
                f.write_str(&all.join("; "))
            }
            Self::NothingBefore => f.write_str("there is no version before the present one"),
            Self::Overtaken => {
                f.write_str("somebody else has published meanwhile; look at the changes again")
            }
            Self::Damaged(version) => {
                write!(f, "version {version} of the content is not there or cannot be read")
            }
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ContentError {}

//! Publishing the app's content.
//!
//! Protocol: publishing is one transaction, which writes the new version and makes it the current
//! one. A rollback makes the version that the current one replaced current again.

use app_info::{
    changes::{Change, changes},
    content::{Content, Problem},
};
use jiff::Timestamp;
use serde_json::json;
use shared::{
    content::{AppInfo, ContentVersion},
    store::Store,
};

use crate::publication::{Publication, PublishError};

pub struct ContentAdmin {
    store: Store,
}

#[derive(Debug)]
pub struct Draft {
    pub changes: Vec<Change>,
    before: Option<AppInfo>,
    after: AppInfo,
    /// The version to write; none for a rollback.
    new: Option<ContentVersion>,
}

pub type ContentError = PublishError<Problem>;

/// What the table holds.
struct Present {
    info: Option<AppInfo>,
    content: Option<Content>,
}

impl ContentAdmin {
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    /// The published content, if there is any. Two trips.
    pub async fn present(&self) -> Result<Option<Content>, ContentError> {
        Ok(self.read().await?.content)
    }

    /// Publishes a file if nothing was ever published, and returns whether it did. Two trips.
    pub async fn publish_if_empty(&self, file: &str, now: Timestamp) -> Result<bool, ContentError> {
        if self.store.app_info(true).await?.is_some() {
            return Ok(false);
        }
        let content = Content::check(file).map_err(ContentError::Invalid)?;
        let empty = Present { info: None, content: None };
        match self.publish(&empty.replaced_by(&content, now)).await {
            Ok(_) => Ok(true),
            Err(ContentError::Conflict) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn read(&self) -> Result<Present, ContentError> {
        let info = self.store.app_info(true).await?;
        let Some(version) = info.as_ref().and_then(|info| info.version) else {
            return Ok(Present { info, content: None });
        };
        let (_, mut content) = self.version(version).await?;
        // The availability may have been changed by hand since the content was published.
        if let Some(AppInfo { availability, .. }) = &info {
            content.availability = availability.clone();
        }
        Ok(Present { info, content: Some(content) })
    }

    async fn version(&self, version: u64) -> Result<(ContentVersion, Content), ContentError> {
        let unreadable =
            || ContentError::Unreadable(format!("version {version} of the app's content"));
        let stored = self.store.content(version).await?.ok_or_else(unreadable)?;
        let content = serde_json::from_str(&stored.content).map_err(|_| unreadable())?;
        Ok((stored, content))
    }
}

impl Publication for ContentAdmin {
    type Draft = Draft;
    type Problem = Problem;
    /// The number of the version that is served from now on.
    type Version = u64;

    /// Two trips.
    async fn draft(&self, file: &str, now: Timestamp) -> Result<Draft, ContentError> {
        let content = Content::check(file).map_err(ContentError::Invalid)?;
        Ok(self.read().await?.replaced_by(&content, now))
    }

    /// Four trips.
    async fn draft_of_rollback(&self) -> Result<Draft, ContentError> {
        let Present { info, content } = self.read().await?;
        let (info, content) = info.zip(content).ok_or(ContentError::NoPreviousVersion)?;
        let present = info.version.ok_or(ContentError::NoPreviousVersion)?;
        let (present, _) = self.version(present).await?;
        let version = present.replaces.ok_or(ContentError::NoPreviousVersion)?;
        let (_, earlier) = self.version(version).await?;
        let after = AppInfo {
            version: Some(version),
            newest: info.newest,
            availability: earlier.availability.clone(),
        };
        Ok(Draft {
            changes: differences(Some(&info), Some(&content), &earlier),
            before: Some(info),
            after,
            new: None,
        })
    }

    fn changes(draft: &Draft) -> Vec<String> {
        draft.changes.iter().map(ToString::to_string).collect()
    }

    fn summary(draft: &Draft) -> String {
        format!("version {}", draft.after.version.unwrap_or_default())
    }

    /// One trip.
    async fn publish(&self, draft: &Draft) -> Result<u64, ContentError> {
        let Draft { before, after, new, .. } = draft;
        let published = self.store.publish(before.as_ref(), after, new.as_ref()).await?;
        after.version.filter(|_| published).ok_or(ContentError::Conflict)
    }

    async fn published_file(&self) -> Result<String, ContentError> {
        let content = self.present().await?.ok_or(ContentError::NothingPublished)?;
        Ok(format!("{:#}", content.to_json()))
    }
}

impl Present {
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
            changes: differences(info.as_ref(), replaced.as_ref(), content),
            before: info,
            after,
            new: Some(new),
        }
    }
}

/// Before any content is published, the table may still hold an availability that was set by hand.
fn differences(info: Option<&AppInfo>, before: Option<&Content>, after: &Content) -> Vec<Change> {
    let availability =
        || serde_json::to_value(info.map(|info| &info.availability)).unwrap_or_default();
    let before = before.map_or_else(availability, Content::to_json);
    let before = if before.is_null() { json!({}) } else { before };
    changes(&before, &after.to_json())
}

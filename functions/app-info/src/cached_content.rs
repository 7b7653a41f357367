//! The content that the table holds, kept in the process, and the form of every
//! answer that shows it.

use std::sync::Arc;

use axum::response::Response;
use http::HeaderMap;
use serde::Serialize;
use shared::{
    app::AppState,
    content::AppInfo,
    http::{error::ApiError, language::Languages, public::Public},
    store::StoreError,
    swr_cache::SwrCache,
};

use crate::content::Content;

/// What `Cache-Control` says: as long as this process keeps it, too.
pub(crate) const CACHE: &str = "public, max-age=60, stale-while-revalidate=600";

/// A version of the content, with the platforms and the maintenance that hold now.
#[derive(Debug)]
pub(crate) struct CachedContent {
    version: Option<u64>,
    pub(crate) content: Content,
}

/// The content that this process serves.
#[derive(Debug, Clone, Default)]
pub(crate) struct ContentCache(Arc<SwrCache<CachedContent>>);

impl ContentCache {
    /// The content that is served now. No trip in a warm process; two sequential trips before the
    /// first answer. Once a minute, beside a request, the app information is read again: half a
    /// read unit, and a read unit for each 4 KB of the content if there is a new version.
    pub(crate) async fn get(&self, app: &AppState) -> Result<Arc<CachedContent>, ApiError> {
        let name = app.settings.content()?.app_name.clone();
        let (of, last) = (app.clone(), self.0.last());
        let read = async move { CachedContent::read(&of, name.as_str(), last).await.map(Arc::new) };
        Ok(self.0.get(app.now(), read).await?)
    }
}

impl CachedContent {
    async fn read(
        app: &AppState,
        app_name: &str,
        last: Option<Arc<Self>>,
    ) -> Result<Self, StoreError> {
        let AppInfo { version, availability, .. } =
            app.store.app_info(false).await?.unwrap_or_default();
        let mut content = match (version, last.filter(|last| last.version == version)) {
            (_, Some(same)) => same.content.clone(),
            (Some(version), None) => published(app, version).await?,
            (None, None) => Content::nameless(app_name),
        };
        content.availability.platforms = availability.platforms;
        content.availability.maintenance = availability.maintenance;
        Ok(Self { version, content })
    }

    /// The language of the content for someone who wants `wanted`.
    pub(crate) fn language(&self, wanted: &Languages) -> &str {
        let offered = &self.content.availability.languages;
        wanted.lookup(offered).or(offered.first().map(String::as_str)).unwrap_or("en")
    }
}

async fn published(app: &AppState, version: u64) -> Result<Content, StoreError> {
    let absent =
        || StoreError::Corrupt(format!("there is no version {version} of the content").into());
    let text = app.store.content(version).await?.ok_or_else(absent)?.content;
    let mut content: Content =
        serde_json::from_str(&text).map_err(|error| StoreError::Corrupt(error.into()))?;
    content.social_accounts.sort_by_key(|account| account.order);
    content.faqs.sort_by_key(|faq| faq.order);
    Ok(content)
}

/// `body` in `language`, as everybody is told it who asks alike; `vary` names the request's headers
/// that it depends on.
pub(crate) fn answer(
    request: &HeaderMap,
    language: &str,
    vary: &'static str,
    body: &impl Serialize,
) -> Result<Response, ApiError> {
    Public { cache_control: CACHE, language, vary }.answer(request, body)
}

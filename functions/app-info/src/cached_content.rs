//! The content that the table holds, kept in the process, and the form of every
//! answer that shows it.

use std::sync::{Arc, PoisonError, RwLock};

use http::HeaderMap;
use serde::Serialize;
use shared::{
    app::AppState,
    content::{AppInfo, Update},
    http::{
        error::ApiError,
        language::{KnownLanguages, Languages},
        public::{Public, Rendered},
    },
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
    languages: KnownLanguages,
    rendered: RwLock<Vec<(Shown, String, Rendered)>>,
}

/// An answer that only the language changes: one body for each is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    AppInfo(Update),
    SocialAccounts,
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
        Ok(Self {
            version,
            content,
            languages: KnownLanguages::default(),
            rendered: RwLock::default(),
        })
    }

    /// The language of the content for someone who wants what `Accept-Language` asks for.
    pub(crate) fn language(&self, headers: &HeaderMap) -> &str {
        self.or_first(self.languages.lookup(headers, &self.content.availability.languages))
    }

    /// The language of the content for someone who wants `wanted`.
    pub(crate) fn language_of(&self, wanted: &Languages) -> &str {
        self.or_first(wanted.lookup(&self.content.availability.languages))
    }

    fn or_first<'a>(&'a self, found: Option<&'a str>) -> &'a str {
        let first = || self.content.availability.languages.first().map(String::as_str);
        found.or_else(first).unwrap_or("en")
    }

    /// `shown` in a language of the content, which `body` makes where it was not made before.
    pub(crate) fn rendered<T: Serialize>(
        &self,
        shown: Shown,
        language: &str,
        body: impl FnOnce() -> T,
    ) -> Result<Rendered, ApiError> {
        let known = self.rendered.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.iter().find(|known| known.0 == shown && known.1 == language) {
            return Ok(found.2.clone());
        }
        drop(known);
        let made = Rendered::new(language, &body())?;
        let mut known = self.rendered.write().unwrap_or_else(PoisonError::into_inner);
        known.push((shown, language.to_owned(), made.clone()));
        Ok(made)
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

/// How an answer in `language` may be kept; `vary` names the request's headers that it depends on.
pub(crate) fn public<'a>(language: &'a str, vary: &'static str) -> Public<'a> {
    Public { cache_control: CACHE, language, vary }
}

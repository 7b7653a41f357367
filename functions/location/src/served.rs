//! The published service areas, cached in the process.

use std::sync::Arc;

use shared::{
    app::AppState,
    area::{AreaReleaseId, PresentAreas},
    store::StoreError,
    swr_cache::SwrCache,
};

use crate::areas::{Area, AreaIndex};

/// A release of the service areas.
#[derive(Debug, Default)]
pub(crate) struct Served {
    release: Option<AreaReleaseId>,
    pub(crate) index: Arc<AreaIndex>,
    /// The country whose claims come first; empty for none.
    pub(crate) worldview: String,
}

/// The service areas that this process serves.
#[derive(Debug, Clone, Default)]
pub(crate) struct AreaCache(Arc<SwrCache<Served>>);

impl AreaCache {
    /// The release that is served now. No trip in a warm process; before the first answer one trip
    /// for the release's id, and one for each megabyte of it. Once a minute, beside a request, the
    /// id is read again: half a read unit, and a read unit for each 4 KB of the areas if there is a
    /// new release.
    pub(crate) async fn get(&self, app: &AppState) -> Result<Arc<Served>, StoreError> {
        let (of, last) = (app.clone(), self.0.last());
        let read = async move { Served::read(&of, last).await.map(Arc::new) };
        self.0.get(app.now(), read).await
    }

    /// Like [`AreaCache::get`]; no areas where they cannot be read.
    pub(crate) async fn get_or_none(&self, app: &AppState) -> Arc<Served> {
        let none = || Served { worldview: worldview(app), ..Served::default() };
        self.get(app).await.unwrap_or_else(|_| Arc::new(none()))
    }
}

impl Served {
    async fn read(app: &AppState, last: Option<Arc<Self>>) -> Result<Self, StoreError> {
        let PresentAreas { release, .. } = app.store.present_areas(false).await?;
        let index = match (release, last.filter(|last| last.release == release)) {
            (_, Some(same)) => same.index.clone(),
            (Some(release), None) => {
                let areas: Vec<Area> = serde_json::from_str(&app.store.areas(release).await?)
                    .map_err(|error| StoreError::Corrupt(error.into()))?;
                Arc::new(AreaIndex::new(areas))
            }
            (None, None) => Arc::default(),
        };
        Ok(Self { release, index, worldview: worldview(app) })
    }
}

/// The group declares the section, so there is one.
fn worldview(app: &AppState) -> String {
    app.settings.regions().map(|regions| regions.worldview.clone()).unwrap_or_default()
}

//! The service areas that hold now, as this process keeps them.

use std::sync::Arc;

use shared::{
    app::AppState, area::PresentAreas, ids::AreaReleaseId, store::StoreError, swr_cache::SwrCache,
};

use crate::areas::{Area, AreaIndex};

/// A release of the service areas, to be asked.
#[derive(Debug, Default)]
pub(crate) struct Served {
    release: Option<AreaReleaseId>,
    pub(crate) index: Arc<AreaIndex>,
}

/// What holds now. No trip in a warm process; before its first answer one for which release holds,
/// and one for each megabyte of it. Once a minute, beside a request, the former is read again: half
/// a read unit; a read unit for each 4 KB of the areas where another holds.
pub(crate) async fn areas_now(app: &AppState) -> Result<Arc<Served>, StoreError> {
    let kept = app.own::<SwrCache<Served>>();
    let (of, last) = (app.clone(), kept.last());
    kept.get(app.now(), async move { Served::read(&of, last).await.map(Arc::new) }).await
}

/// The same for what can do without: no areas where they cannot be read.
pub(crate) async fn areas_if_known(app: &AppState) -> Arc<Served> {
    areas_now(app).await.unwrap_or_default()
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
        Ok(Self { release, index })
    }
}

//! `GetRegionByPoint`.

use axum::{Extension, extract::State, response::Response};
use http::HeaderMap;
use shared::{
    app::AppState,
    error_responses,
    http::{
        body::Query,
        error::ApiError,
        etag::IfNoneMatch,
        language::{Languages, QueryLanguage},
        public::Public,
        request::{Flat, Location},
    },
    request,
};

use crate::{countries::Language, region::Region, served::AreaCache};

/// What `Cache-Control` says: as long as this process keeps the service areas, too.
pub(crate) const CACHE: &str = "public, max-age=60";

request! {
    /// Which point is meant.
    pub struct RegionQuery {
        point: Flat<Location>,
        language: Flat<QueryLanguage>,
    }
}

/// Country, subdivision, service area and time zone of a point.
///
/// Names are in the language `lang` or, without it, in the first wanted one that there is, or else
/// in English. So is the name of a subdivision that has none in the language. Where several
/// countries have the point, because one lies within another's claim (Hong Kong, say), the
/// smallest is `country` and the others are `also`. A disputed place has the
/// country under which ISO 3166 lists it, or the one whose view the operator has set, and `also`
/// has all others that claim it. The subdivision is one of ISO 3166-2, mostly to within half a
/// kilometre; on coasts and small islands it is the nearest one. Borders of countries are right on
/// land to within a few hundred metres, and time zones within one country to about two kilometres.
///
/// Borders of countries and time zones: © OpenStreetMap contributors, under the Open Database
/// License (https://www.openstreetmap.org/copyright). Subdivisions: Natural Earth; towns of
/// GeoNames (https://www.geonames.org), CC BY 4.0.
#[utoipa::path(get, path = "/api/region/", operation_id = "GetRegionByPoint", tag = crate::REGION,
    params(
        RegionQuery, Languages, IfNoneMatch,
    ),
    responses(
        (status = 200, description = "What lies there.", body = Region,
            example = json!(crate::region::example())),
        NoPoint, InternationalWaters,
    ))]
pub async fn get_region_by_point(
    State(app): State<AppState>,
    Extension(areas): Extension<AreaCache>,
    headers: HeaderMap,
    Query(RegionQuery { point, language }): Query<RegionQuery>,
) -> Result<Response, ApiError> {
    let language = Language::asked(&language, &headers);
    let areas = areas.get(&app).await?;
    let region = Region::at(point.into(), &areas, language).ok_or_else(ApiError::not_found)?;
    Public { cache_control: CACHE, language: language.tag, vary: "Accept-Language" }
        .answer(&headers, &region)
}

error_responses! {
    /// No point, or one that does not exist.
    NoPoint: ApiError::field(
        "lat",
        "max_value",
        "Ensure this value is less than or equal to 90."
    );
    /// International waters.
    InternationalWaters: ApiError::not_found();
}

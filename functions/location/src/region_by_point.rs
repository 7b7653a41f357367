//! `GetRegionByPoint`.

use axum::{extract::State, response::Response};
use http::HeaderMap;
use shared::{
    app::AppState,
    http::{
        body::Query,
        error::ApiError,
        language::Languages,
        public::Public,
        request::{Flat, Location, Nullable, Optional, Text},
    },
    request,
};

use crate::{countries::Language, region::Region, served::areas_now};

/// What `Cache-Control` says: as long as this process keeps the service areas, too.
const CACHE: &str = "public, max-age=60";

request! {
    /// Which point is meant.
    pub struct RegionQuery {
        point: Flat<Location>,
        /// The wanted language (BCP 47), in place of `Accept-Language`.
        lang: Optional<Nullable<Text>>,
    }
}

/// What lies at a point.
///
/// The country is told in the language `lang` or, where that is absent, the wanted one that comes
/// first among those that there are, else in English. Where several countries have the point,
/// because it is disputed or because one lies within another's claim (Hong Kong, say), the smallest
/// is `country` and the others are `also`. Boundaries are right on land to within a few hundred
/// metres, and time zones within one country to about two kilometres.
///
/// Boundaries and time zones: © OpenStreetMap contributors, under the Open Database License
/// (https://www.openstreetmap.org/copyright).
///
/// No trip to storage in a warm process. At its start one for which service areas hold and one for
/// each megabyte of them; the former again once a minute, beside a request.
#[utoipa::path(get, path = "/api/region/", operation_id = "GetRegionByPoint", tag = crate::REGION,
    params(
        RegionQuery,
        ("Accept-Language" = Option<String>, Header, description = "The wanted languages."),
        ("If-None-Match" = Option<String>, Header, description = "An `ETag` seen before."),
    ),
    responses(
        (status = 200, description = "What lies there.", body = Region, headers(
            ("ETag" = String, description = "Names this answer in this language."),
            ("Cache-Control" = String, description = "`public, max-age=60`"),
            ("Content-Language" = String, description = "The language of the countries' names.")),
            example = json!(crate::region::example())),
        (status = 304, description = "`If-None-Match` names what would be answered."),
        (status = 400, description = "No point, or one that there is not.", body = shared::http::error::ErrorBody,
            example = json!({"type": "validation_error", "errors": [{"code": "max_value",
                "detail": "Ensure this value is less than or equal to 90.", "attr": "lat"}]})),
        (status = 404, description = "International waters.", body = shared::http::error::ErrorBody,
            example = json!({"type": "client_error", "errors": [{"code": "not_found", "detail": "Not found.", "attr": null}]})),
    ))]
pub async fn get_region_by_point(
    State(app): State<AppState>,
    headers: HeaderMap,
    Query(RegionQuery { point, lang }): Query<RegionQuery>,
) -> Result<Response, ApiError> {
    let wanted = lang.as_deref().map_or_else(|| Languages::of(&headers), Languages::named);
    let language = Language::wanted(&wanted);
    let areas = areas_now(&app).await?;
    let region =
        Region::at(point.into(), &areas.index, language).ok_or_else(ApiError::not_found)?;
    Public { cache_control: CACHE, language: language.tag, vary: "Accept-Language" }
        .answer(&headers, &region)
}

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
        fields::{Fields, FromFields, Reported},
        language::{Languages, QueryLanguage},
        public::Public,
        rules::{Decimal, text},
    },
    point::Point,
};

use crate::{countries::Language, region::Region, served::AreaCache};

/// What `Cache-Control` says: as long as this process keeps the service areas, too.
pub(crate) const CACHE: &str = "public, max-age=60";

/// Which point is meant.
#[derive(Debug)]
pub struct RegionQuery {
    point: Point,
    language: Option<String>,
}

/// The degrees of a point, in the two fields that name them.
pub(crate) fn point(fields: &mut Fields) -> Result<Point, Reported> {
    let [latitude, longitude] = Point::MOST.map(|most| Decimal(-most, most));
    let lat = fields.required("lat", latitude);
    let lng = fields.required("lng", longitude);
    Ok(Point::new(lat?, lng?))
}

impl FromFields for RegionQuery {
    fn from_fields(fields: &mut Fields) -> Result<Self, Reported> {
        let point = point(fields);
        let language = fields.optional("lang", text().or_blank());
        Ok(Self { point: point?, language: language?.filter(|language| !language.is_empty()) })
    }
}

/// What lies at a point.
///
/// Names are in the language `lang` or, without it, in the first wanted one that there is, or else
/// in English. Where several countries have the point, because it is disputed or because one lies
/// within another's claim (Hong Kong, say), the smallest is `country` and the others are `also`.
/// Boundaries are right on land to within a few hundred metres, and time zones within one country
/// to about two kilometres.
///
/// Boundaries and time zones: © OpenStreetMap contributors, under the Open Database License
/// (https://www.openstreetmap.org/copyright).
#[utoipa::path(get, path = "/api/region/", operation_id = "GetRegionByPoint", tag = crate::REGION,
    params(
        ("lat" = f64, Query, description = "Degrees north, -90 to 90 (WGS 84).",
            minimum = -90, maximum = 90),
        ("lng" = f64, Query, description = "Degrees east, -180 to 180.",
            minimum = -180, maximum = 180),
        QueryLanguage, IfNoneMatch,
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
    let wanted = language.as_deref().map_or_else(|| Languages::of(&headers), Languages::named);
    let language = Language::wanted(&wanted);
    let areas = areas.get(&app).await?;
    let region = Region::at(point, &areas.index, language).ok_or_else(ApiError::not_found)?;
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

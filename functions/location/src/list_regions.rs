//! `ListRegions`.

use axum::response::Response;
use http::HeaderMap;
use serde::Serialize;
use serde_json::{Value, json};
use shared::{
    error_responses,
    http::{
        body::Query,
        error::ApiError,
        etag::IfNoneMatch,
        language::{Languages, QueryLanguage},
        public::Public,
        request::Flat,
    },
    request,
};
use utoipa::ToSchema;

use crate::{
    address::CountryCode,
    countries::Language,
    list_countries::CACHE,
    subdivisions::{self, Subdivision},
};

request! {
    /// Whose subdivisions are wanted.
    pub struct RegionsQuery {
        /// ISO 3166-1 alpha-2.
        country: CountryCode,
        language: Flat<QueryLanguage>,
    }
}

/// A subdivision of a country.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Subdivision)]
pub struct RegionOut {
    /// ISO 3166-2.
    code: &'static str,
    /// In the language of the answer where it has a name in that, else in English.
    name: &'static str,
    /// The code of the larger subdivision that it is part of; null where it is of the first level.
    #[schema(required)]
    parent: Option<&'static str>,
}

/// The subdivisions of a country.
///
/// As ISO 3166-2 lists them, in the language `lang` or, without it, in the first wanted one that
/// there is, or else in English. In the order of their names. Where there are two levels, both are
/// there, and `parent` says which is part of which. Empty where ISO lists none.
///
/// Names: Unicode CLDR, Unicode License v3.
#[utoipa::path(get, path = "/api/regions/", operation_id = "ListRegions", tag = crate::REGION,
    params(
        RegionsQuery, Languages, IfNoneMatch,
    ),
    responses(
        (status = 200, description = "The subdivisions, by name.", body = Vec<RegionOut>,
            example = json!(example())),
        NoCountry,
    ))]
pub async fn list_regions(
    headers: HeaderMap,
    Query(RegionsQuery { country, language }): Query<RegionsQuery>,
) -> Result<Response, ApiError> {
    let language = Language::asked(&language, &headers);
    let listed = subdivisions::in_order(&country, language).into_iter();
    let regions: Vec<_> = listed.map(RegionOut::from).collect();
    Public { cache_control: CACHE, language: language.tag, vary: "Accept-Language" }
        .answer(&headers, &regions)
}

impl From<(Subdivision, &'static str)> for RegionOut {
    fn from((one, name): (Subdivision, &'static str)) -> Self {
        Self { code: one.code, name, parent: one.parent().map(|parent| parent.code) }
    }
}

error_responses! {
    /// No country, or one that does not exist.
    NoCountry: ApiError::field("country", "invalid_choice", "\"XX\" is not a valid choice.");
}

/// The subdivisions of the examples.
fn example() -> Value {
    json!([{"code": "SA-14", "name": "Aseer", "parent": null},
        {"code": "SA-01", "name": "Riyadh", "parent": null}])
}

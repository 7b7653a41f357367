//! `ListCountries`.

use axum::{extract::State, response::Response};
use http::HeaderMap;
use serde::Serialize;
use serde_json::{Value, json};
use shared::{
    app::AppState,
    error_responses,
    http::{
        body::Query,
        error::ApiError,
        etag::IfNoneMatch,
        language::{Languages, QueryLanguage},
        public::Public,
        request::{Flat, Optional, Text},
    },
    request,
};
use utoipa::ToSchema;

use crate::{
    countries::{Country, Language, country},
    search,
};

/// What `Cache-Control` says: it changes with a release of ours alone.
pub(crate) const CACHE: &str = "public, max-age=86400";

request! {
    /// Which countries are wanted.
    pub struct CountryQuery {
        /// Only those that have this in a name, in that language or in English: the name in the
        /// list, or another one that people use (Ivory Coast, Holland). Case, accents, hyphens and
        /// the like do not count. Names with a word that begins so hide those that have it
        /// within a word, and an abbreviation such as UK, USA or UAE finds its country alone. Also
        /// those whose code is this (`DE`, `DEU`), or whose dial code begins so (`+44`, `44`,
        /// `0044`). At most 200 characters.
        search: Optional<Text<0, 200>>,
        language: Flat<QueryLanguage>,
    }
}

/// A country.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Country)]
pub struct CountryOut {
    /// ISO 3166-1 alpha-2.
    code: &'static str,
    /// ISO 3166-1 alpha-3.
    alpha3: &'static str,
    /// ISO 3166-1, three digits.
    numeric: &'static str,
    /// In the language of the answer.
    name: &'static str,
    /// The codes that its phone numbers begin with, the most used first.
    dial_codes: Vec<String>,
    /// ISO 4217.
    currency: &'static str,
    /// How many decimals an amount of the currency in minor units has.
    #[schema(required)]
    currency_exponent: Option<u16>,
    flag: String,
    /// Whether codes are sent to its phones.
    sms_enabled: bool,
}

/// Lists the countries, with dial codes and currencies.
///
/// For the choice of a country beside a phone number or an address. All of ISO 3166-1, sorted by
/// their names in the language of the answer. That is `lang` or, without it, the first language of
/// `Accept-Language` that there is, or else English. Cache it: the `ETag` changes with a release
/// alone.
#[utoipa::path(get, path = "/api/countries/", operation_id = "ListCountries", tag = crate::COUNTRY,
    params(
        CountryQuery, Languages, IfNoneMatch,
    ),
    responses(
        (status = 200, description = "The countries, by name.", body = Vec<CountryOut>,
            example = json!(example())),
        SearchTooLong,
    ))]
pub async fn list_countries(
    State(app): State<AppState>,
    headers: HeaderMap,
    Query(query): Query<CountryQuery>,
) -> Result<Response, ApiError> {
    let language = Language::asked(&query.language, &headers);
    let listed =
        language.names().filter_map(|(code, name)| country(code).map(|country| (country, name)));
    let found = search::countries(&query.search.unwrap_or_default(), language);
    let shown = listed
        .filter(|(country, _)| found.as_ref().is_none_or(|found| found.contains(country.code)));
    let served = app.settings.countries()?;
    let codes_go_to = |country: &Country| served.contains(country.code);
    let countries: Vec<_> =
        shown.map(|(country, name)| CountryOut::new(country, name, codes_go_to(country))).collect();
    Public { cache_control: CACHE, language: language.tag, vary: "Accept-Language" }
        .answer(&headers, &countries)
}

impl CountryOut {
    fn new(country: &Country, name: &'static str, sms_enabled: bool) -> Self {
        let Country { code, alpha3, numeric, currency, .. } = *country;
        let (dial_codes, currency_exponent) = (country.dial_codes(), country.currency_exponent());
        Self {
            code,
            alpha3,
            numeric,
            name,
            dial_codes,
            currency,
            currency_exponent,
            flag: country.flag(),
            sms_enabled,
        }
    }
}

error_responses! {
    /// A search that is too long.
    SearchTooLong: ApiError::field(
        "search",
        "max_length",
        "Ensure this field has no more than 200 characters."
    );
}

/// The countries of the examples.
fn example() -> Value {
    json!([{"code": "SA", "alpha3": "SAU", "numeric": "682", "name": "Saudi Arabia",
        "dial_codes": ["+966"], "currency": "SAR", "currency_exponent": 2, "flag": "🇸🇦",
        "sms_enabled": true}])
}

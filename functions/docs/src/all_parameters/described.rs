//! The parameters of `allParameters` as the document describes them.

#![expect(dead_code, reason = "for the document; `reading` has the rules")]

use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// Parameters of the path.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct InPath {
    /// A whole number from 1.
    #[param(minimum = 1, example = 7)]
    id: i64,
}

/// Parameters of the query.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct InQuery {
    /// A text.
    #[param(min_length = 1, max_length = 50, example = "shoes")]
    text: String,
    /// A whole number.
    #[param(minimum = 1, maximum = 100, required = false, nullable = false, example = 20)]
    integer: Option<i32>,
    /// A number.
    #[param(required = false, nullable = false, example = 9.5)]
    number: Option<f64>,
    /// A truth value.
    #[param(required = false, nullable = false, example = true)]
    boolean: Option<bool>,
    /// A day.
    #[param(required = false, nullable = false, value_type = Option<String>, format = Date,
        example = "2026-11-25")]
    day: Option<String>,
    /// One of three.
    #[param(required = false, nullable = false, inline, example = "newest")]
    sort: Option<Sort>,
    /// A list that repeats its name: `form=a&form=b`.
    #[param(required = false, nullable = false, style = Form, explode = true,
        example = json!(["a", "b"]))]
    form: Option<Vec<String>>,
    /// A list between commas: `commas=1,2`.
    #[param(required = false, nullable = false, style = Form, explode = false,
        example = json!([1, 2]))]
    commas: Option<Vec<i32>>,
    /// A list between spaces: `spaces=a%20b`.
    #[param(required = false, nullable = false, style = SpaceDelimited, explode = false,
        example = json!(["a", "b"]))]
    spaces: Option<Vec<String>>,
    /// A list between bars: `pipes=a|b`.
    #[param(required = false, nullable = false, style = PipeDelimited, explode = false,
        example = json!(["a", "b"]))]
    pipes: Option<Vec<String>>,
    /// An object: `filter[color]=red&filter[least]=3`.
    #[param(required = false, nullable = false, style = DeepObject, explode = true, inline)]
    filter: Option<Filter>,
}

/// Headers.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub(crate) struct InHeaders {
    /// Where the request comes from.
    #[param(rename = "X-Request-Source", min_length = 1, max_length = 50, example = "docs")]
    source: String,
    /// A list between commas.
    #[param(rename = "X-Flags", required = false, nullable = false, example = json!(["a", "b"]))]
    flags: Option<Vec<String>>,
}

/// Cookies.
#[derive(IntoParams)]
#[into_params(parameter_in = Cookie)]
pub(crate) struct InCookies {
    /// How pages look.
    #[param(inline, required = false, nullable = false, example = "dark")]
    theme: Option<Theme>,
}

/// Light or dark.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Theme {
    Light,
    Dark,
}

/// An order.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Sort {
    Newest,
    Oldest,
    Name,
}

/// What things must be like.
#[derive(ToSchema)]
pub(crate) struct Filter {
    /// Its colour.
    #[schema(nullable = false, example = "red")]
    color: Option<String>,
    /// How many at least.
    #[schema(nullable = false, minimum = 0, example = 3)]
    least: Option<i32>,
}

//! Errors and parameters in the words of the document: each is made from the error value or the
//! type that the code uses, and an operation's `#[utoipa::path]` only names it.
//!
//! Nothing here runs in a Lambda.

use std::collections::BTreeMap;

use http::{HeaderName, HeaderValue, header};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ContentBuilder, Header, HeaderBuilder, Object, Ref, RefOr, Required, Response,
        ResponseBuilder, Type,
        example::ExampleBuilder,
        path::{Parameter, ParameterBuilder, ParameterIn},
    },
};

use crate::http::error::{ApiError, ErrorBody};

/// The answers of a type that stands in `responses(…)`, by status.
pub type Responses = BTreeMap<String, RefOr<Response>>;

/// Declares types for `responses(…)` of `#[utoipa::path]`. The doc comment says when, and the error
/// values are the examples:
///
/// ```ignore
/// error_responses! {
///     /// The caller has as many devices as a customer may have.
///     pub(crate) TooManyDevices: too_many_devices();
/// }
/// ```
#[macro_export]
macro_rules! error_responses {
    ($($(#[doc = $when:expr])+ $vis:vis $name:ident: $($error:expr),+;)+) => {$(
        $(#[doc = $when])+
        $vis enum $name {}

        impl ::utoipa::IntoResponses for $name {
            fn responses() -> $crate::http::documented::Responses {
                $crate::http::documented::responses(concat!($($when),+), &[$($error),+])
            }
        }
    )+};
}

/// The answer that these errors have in common, under their status.
pub fn responses(when: &str, errors: &[ApiError]) -> Responses {
    let status = errors.first().map(|error| error.status().as_str().to_owned());
    status.into_iter().map(|status| (status, RefOr::T(response(when, errors)))).collect()
}

/// The same without its status. Without errors it has no body. Examples are named by their codes.
pub(crate) fn response(when: &str, errors: &[ApiError]) -> Response {
    let response = ResponseBuilder::new().description(when.trim());
    let Some(first) = errors.first() else { return response.build() };
    let examples = errors.iter().map(|error| {
        let body = error.body();
        let summary = body.errors.first().map(|first| first.detail.to_string());
        let example = ExampleBuilder::new()
            .summary(summary.unwrap_or_default())
            .value(serde_json::to_value(&body).ok());
        (error.code().to_owned(), RefOr::T(example.build()))
    });
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(ErrorBody::name())))
        .examples_from_iter(examples);
    let response = response.content("application/json", content.build());
    let headers = first.headers().iter().filter_map(|(name, value)| header_of(name, value));
    headers.fold(response, |response, (name, header)| response.header(name, header)).build()
}

/// How the document shows a header of an error.
fn header_of(name: &HeaderName, value: &HeaderValue) -> Option<(&'static str, Header)> {
    let (name, kind, description) = match *name {
        header::RETRY_AFTER => ("Retry-After", Type::Integer, "Seconds to wait.".to_owned()),
        header::ALLOW => ("Allow", Type::String, "The methods of the path.".to_owned()),
        header::WWW_AUTHENTICATE => {
            ("WWW-Authenticate", Type::String, format!("`{}`", value.to_str().ok()?))
        }
        _ => return None,
    };
    let header =
        HeaderBuilder::new().schema(Some(Object::with_type(kind))).description(Some(description));
    Some((name, header.build()))
}

/// A header that a request may have, for an `IntoParams`.
pub fn optional_header(name: &str, description: &str) -> Parameter {
    parameter::<String>(ParameterIn::Header, name, Required::False, description)
}

/// A header that a request must have, for an `IntoParams`.
pub fn required_header(name: &str, description: &str) -> Parameter {
    parameter::<String>(ParameterIn::Header, name, Required::True, description)
}

/// A field that a query may have, for an `IntoParams`.
pub fn optional_query<T: PartialSchema>(name: &str, description: &str) -> Parameter {
    parameter::<T>(ParameterIn::Query, name, Required::False, description)
}

fn parameter<T: PartialSchema>(
    place: ParameterIn,
    name: &str,
    required: Required,
    description: &str,
) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(required)
        .description(Some(description))
        .schema(Some(T::schema()))
        .build()
}

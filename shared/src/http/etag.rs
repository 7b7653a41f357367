//! Entity tags (RFC 9110 section 8.8.3) and the conditions that name them.

use http::{HeaderMap, HeaderValue, header};
use utoipa::{
    IntoParams,
    openapi::path::{Parameter, ParameterIn},
};

use crate::http::documented;

pub(crate) const IF_NONE_MATCH: &str = "If-None-Match";
pub(crate) const IF_MATCH: &str = "If-Match";

/// The header `If-None-Match`, for `params(…)`.
pub enum IfNoneMatch {}

/// The header `If-Match`, for `params(…)`.
pub enum IfMatch {}

/// A strong entity tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ETag(String);

impl ETag {
    /// The tag of a version of a thing. `version` must not hold a quote.
    pub fn new(version: impl std::fmt::Display) -> Self {
        Self(format!("\"{version}\""))
    }

    /// Whether `If-None-Match` names it, so that 304 is the answer. Weak comparison.
    pub fn is_known_to(&self, headers: &HeaderMap) -> bool {
        self.named_by(headers, header::IF_NONE_MATCH, |tag| tag.strip_prefix("W/").unwrap_or(tag))
            .unwrap_or(false)
    }

    /// Whether `If-Match` is absent or names it. Strong comparison.
    pub fn satisfies(&self, headers: &HeaderMap) -> bool {
        self.named_by(headers, header::IF_MATCH, |tag| tag).unwrap_or(true)
    }

    /// As a header's value.
    pub fn header(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.0).ok()
    }

    fn named_by(
        &self,
        headers: &HeaderMap,
        name: header::HeaderName,
        read: fn(&str) -> &str,
    ) -> Option<bool> {
        let mut values =
            headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).peekable();
        values.peek()?;
        Some(
            values
                .flat_map(|value| value.split(','))
                .map(str::trim)
                .any(|tag| tag == "*" || read(tag) == self.0),
        )
    }
}

impl IntoParams for IfNoneMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let about = "An `ETag` seen before.";
        vec![documented::optional_header(IF_NONE_MATCH, about)]
    }
}

impl IntoParams for IfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let about = "Change only this version.";
        vec![documented::optional_header(IF_MATCH, about)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn conditions_name_one_of_many_tags_or_any() {
        let tag = ETag::new("7");
        assert!(tag.is_known_to(&with(header::IF_NONE_MATCH, r#""6", W/"7""#)));
        assert!(!tag.is_known_to(&with(header::IF_NONE_MATCH, r#""6""#)));
        assert!(tag.is_known_to(&with(header::IF_NONE_MATCH, "*")));
        assert!(!tag.is_known_to(&HeaderMap::new()));
        assert!(tag.satisfies(&HeaderMap::new()));
        assert!(!tag.satisfies(&with(header::IF_MATCH, r#"W/"7""#)));
        assert!(tag.satisfies(&with(header::IF_MATCH, r#""7""#)));
    }
}

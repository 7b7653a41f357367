//! Answers in JSON or XML, whichever the client likes better.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, header, request::Parts};
use serde::Serialize;
use shared::http::{checked::Checked, error::ApiError, negotiate::Accept};

use crate::xml;

/// The most bytes of a list, as they stand in the event of an answer; Lambda takes six megabytes.
pub(crate) const MOST_BYTES: usize = 5_500_000;
/// Says that a list was cut there.
const TRUNCATED: HeaderName = HeaderName::from_static("x-truncated");

/// What an answer is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Json,
    Xml,
}

impl Form {
    /// XML only where it is liked better: all who take both were written for JSON first.
    pub(crate) fn wanted(accept: &Accept) -> Self {
        let of = |media| accept.quality(media);
        if of("application/xml") > of("application/json") { Self::Xml } else { Self::Json }
    }

    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Xml => "application/xml",
        }
    }

    /// One thing, whose element is named `root`.
    pub(crate) fn write(self, root: &str, value: &impl Serialize) -> Result<Vec<u8>, ApiError> {
        match self {
            Self::Json => serde_json::to_vec(value).map_err(ApiError::internal),
            Self::Xml => {
                Ok(xml::document(root, &serde_json::to_value(value).map_err(ApiError::internal)?)
                    .into_bytes())
            }
        }
    }

    pub(crate) fn answer(self, root: &str, value: &impl Serialize) -> Result<Response, ApiError> {
        Ok(self.respond(self.write(root, value)?))
    }

    /// A list, of which as much is written as an answer can hold.
    pub(crate) fn list(
        self,
        root: &str,
        name: &str,
        items: &[impl Serialize],
    ) -> Result<Response, ApiError> {
        let (opening, between, closing) = match self {
            Self::Json => ("[".to_owned(), ",", "]".to_owned()),
            Self::Xml => (xml::opening(root), "", format!("</{root}>")),
        };
        let (mut body, mut weight, mut cut) = (opening.into_bytes(), 0, false);
        for (place, item) in items.iter().enumerate() {
            let written = match self {
                Self::Json => serde_json::to_vec(item).map_err(ApiError::internal)?,
                Self::Xml => {
                    xml::element(name, &serde_json::to_value(item).map_err(ApiError::internal)?)
                        .into_bytes()
                }
            };
            weight += weight_of(&written);
            if weight > MOST_BYTES {
                cut = true;
                break;
            }
            if place > 0 {
                body.extend_from_slice(between.as_bytes());
            }
            body.extend_from_slice(&written);
        }
        body.extend_from_slice(closing.as_bytes());
        let mut response = self.respond(body);
        if cut {
            response.headers_mut().insert(TRUNCATED, HeaderValue::from_static("true"));
        }
        Ok(response)
    }

    fn respond(self, body: Vec<u8>) -> Response {
        ([(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type()))], body)
            .into_response()
    }
}

impl<S: Sync> FromRequestParts<S> for Form {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::wanted(&Accept::of(&parts.headers)))
    }
}

impl Checked for Form {}

/// Bytes of a text of the event, where it stands in JSON once more.
fn weight_of(written: &[u8]) -> usize {
    written
        .iter()
        .map(|byte| if matches!(byte, b'"' | b'\\' | b'\n' | b'\t') { 2 } else { 1 })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xml_is_for_those_who_like_it_better() {
        let form = |accept: &'static str| {
            let headers =
                http::HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]);
            Form::wanted(&Accept::of(&headers))
        };
        for json in [
            "*/*",
            "application/json",
            "application/xml, application/json",
            "application/*",
            "text/html, */*;q=0.1",
        ] {
            assert_eq!(form(json), Form::Json, "{json}");
        }
        for xml in [
            "application/xml",
            "application/xml, application/json;q=0.9",
            "application/xml, */*;q=0.8",
        ] {
            assert_eq!(form(xml), Form::Xml, "{xml}");
        }
        assert_eq!(Form::wanted(&Accept::default()), Form::Json);
    }

    #[tokio::test]
    async fn a_list_is_cut_where_an_answer_can_hold_no_more() {
        let items = vec!["\"".repeat(100_000); 40];
        let response = Form::Json.list("pets", "Pet", &items).unwrap();
        assert_eq!(response.headers()["x-truncated"], "true");
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let kept: Vec<String> = serde_json::from_slice(&body).unwrap();
        assert_eq!(kept.len(), 13);
        assert!(
            Form::Json
                .list("pets", "Pet", &items[..3])
                .unwrap()
                .headers()
                .get("x-truncated")
                .is_none()
        );
    }
}

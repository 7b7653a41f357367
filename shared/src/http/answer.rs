//! From an axum response to the one that `lambda_http` writes into the answer event: text as it is,
//! everything else as base64.
//!
//! `lambda_http`'s own conversion of a foreign body brings the tables of all character encodings
//! along, a tenth of a function's zip; ours are all UTF-8.

use std::{future::Future, pin::Pin};

use axum::{body::to_bytes, response::Response};
use http::{HeaderMap, header};
use lambda_http::{Body, IntoResponse};

/// A response on its way into the answer event.
pub(crate) struct Answer(pub(crate) Response);

impl IntoResponse for Answer {
    fn into_response(self) -> Pin<Box<dyn Future<Output = http::Response<Body>> + Send>> {
        Box::pin(async move {
            let (parts, body) = self.0.into_parts();
            // Every body of ours is in memory already, so that there is nothing that could fail.
            let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
            let body = if bytes.is_empty() {
                Body::Empty
            } else {
                event_body(&parts.headers, bytes.into())
            };
            http::Response::from_parts(parts, body)
        })
    }
}

fn event_body(headers: &HeaderMap, bytes: Vec<u8>) -> Body {
    if !is_text(headers) {
        return Body::Binary(bytes);
    }
    String::from_utf8(bytes).map_or_else(|error| Body::Binary(error.into_bytes()), Body::Text)
}

fn is_text(headers: &HeaderMap) -> bool {
    let content_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let textual = media.starts_with("text/")
        || ["application/json", "application/javascript", "application/xml"]
            .contains(&media.as_str())
        || media.ends_with("+json")
        || media.ends_with("+xml");
    textual && !headers.contains_key(header::CONTENT_ENCODING)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(content_type: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::CONTENT_TYPE, http::HeaderValue::from_static(content_type))])
    }

    #[test]
    fn text_stays_text_and_all_else_becomes_base64() {
        for text in [
            "application/json",
            "application/problem+json",
            "text/csv; charset=utf-8",
            "image/svg+xml",
        ] {
            assert!(matches!(event_body(&headers(text), b"x".to_vec()), Body::Text(_)), "{text}");
        }
        for binary in ["image/png", "application/octet-stream", ""] {
            assert!(
                matches!(event_body(&headers(binary), b"x".to_vec()), Body::Binary(_)),
                "{binary}"
            );
        }
        assert!(matches!(event_body(&headers("text/plain"), vec![0xff]), Body::Binary(_)));
        let mut compressed = headers("text/html");
        compressed.insert(header::CONTENT_ENCODING, http::HeaderValue::from_static("br"));
        assert!(matches!(event_body(&compressed, b"x".to_vec()), Body::Binary(_)));
    }
}

//! A response as the answer event of API Gateway: text as it is, everything else as base64.

use axum::{body::to_bytes, response::Response};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use serde::{Serialize, Serializer, ser::SerializeMap};

/// A response on its way to the gateway.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
    status_code: u16,
    #[serde(serialize_with = "one_value_each")]
    headers: HeaderMap,
    body: Option<String>,
    is_base64_encoded: bool,
}

impl Answer {
    pub(super) async fn of(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        // Every body of ours is in memory already, so that there is nothing that could fail.
        let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
        let (body, is_base64_encoded) = event_body(&parts.headers, bytes);
        Self { status_code: parts.status.as_u16(), headers: parts.headers, body, is_base64_encoded }
    }
}

fn event_body(headers: &HeaderMap, bytes: Bytes) -> (Option<String>, bool) {
    if bytes.is_empty() {
        return (None, false);
    }
    if !is_text(headers) {
        return (Some(STANDARD.encode(bytes)), true);
    }
    match String::from_utf8(bytes.into()) {
        Ok(text) => (Some(text), false),
        Err(error) => (Some(STANDARD.encode(error.into_bytes())), true),
    }
}

fn is_text(headers: &HeaderMap) -> bool {
    let content_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = content_type.split(';').next().unwrap_or_default().trim();
    let is = |name: &str| media.eq_ignore_ascii_case(name);
    let begins = |start: &str| {
        media.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start))
    };
    let ends = |end: &str| {
        let at = media.len().checked_sub(end.len());
        at.and_then(|at| media.get(at..)).is_some_and(|tail| tail.eq_ignore_ascii_case(end))
    };
    let textual = is("application/json")
        || begins("text/")
        || is("application/javascript")
        || is("application/xml")
        || ends("+json")
        || ends("+xml");
    textual && !headers.contains_key(header::CONTENT_ENCODING)
}

/// The event holds one value per header.
fn one_value_each<S: Serializer>(headers: &HeaderMap, serializer: S) -> Result<S::Ok, S::Error> {
    let text = |value: &'_ HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let mut map = serializer.serialize_map(Some(headers.keys_len()))?;
    if headers.len() == headers.keys_len() {
        for (name, value) in headers {
            match std::str::from_utf8(value.as_bytes()) {
                Ok(value) => map.serialize_entry(name.as_str(), value)?,
                Err(_) => map.serialize_entry(name.as_str(), &text(value))?,
            }
        }
    } else {
        for name in headers.keys() {
            let values: Vec<String> = headers.get_all(name).iter().map(text).collect();
            map.serialize_entry(name.as_str(), &values.join(", "))?;
        }
    }
    map.end()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use serde_json::{Value, json};

    use super::*;

    async fn answer(content_type: &'static str, body: &'static [u8], encoding: bool) -> Value {
        let mut response = Response::new(Body::from(body));
        response.headers_mut().insert(header::CONTENT_TYPE, content_type.parse().unwrap());
        if encoding {
            response.headers_mut().insert(header::CONTENT_ENCODING, "br".parse().unwrap());
        }
        serde_json::to_value(Answer::of(response).await).unwrap()
    }

    #[tokio::test]
    async fn text_stays_text_and_all_else_becomes_base64() {
        for text in [
            "application/json",
            "Application/JSON",
            "application/problem+json",
            "text/csv; charset=utf-8",
            "image/svg+xml",
        ] {
            let answer = answer(text, b"x\"", false).await;
            assert_eq!(
                answer,
                json!({
                    "statusCode": 200,
                    "headers": {"content-type": text},
                    "body": "x\"",
                    "isBase64Encoded": false,
                })
            );
        }
        for (content_type, body, encoding) in [
            ("image/png", &b"x"[..], false),
            ("application/octet-stream", b"x", false),
            ("", b"x", false),
            ("text/plain", b"\xff", false),
            ("text/html", b"x", true),
        ] {
            let answer = answer(content_type, body, encoding).await;
            assert_eq!(answer["isBase64Encoded"], true, "{content_type}");
            assert_eq!(answer["body"], STANDARD.encode(body));
        }
    }

    #[tokio::test]
    async fn values_of_one_header_become_one() {
        let mut response = Response::new(Body::empty());
        for value in ["a", "b", "c"] {
            response.headers_mut().append(header::LINK, value.parse().unwrap());
        }
        let answer = serde_json::to_value(Answer::of(response).await).unwrap();
        assert_eq!(answer["headers"], json!({"link": "a, b, c"}));
    }

    #[tokio::test]
    async fn an_answer_without_a_body_has_none() {
        let answer = answer("application/json", b"", false).await;
        assert_eq!((&answer["body"], &answer["isBase64Encoded"]), (&Value::Null, &false.into()));
    }
}

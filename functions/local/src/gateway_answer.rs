//! From a function's answer to the response a client gets, and the answers that the gateway makes
//! itself.
//!
//! Protocol: payload format 2.0. An object without `statusCode` is itself the body of a 200;
//! `multiValueHeaders` are not read; each of `cookies` is a `Set-Cookie`; an answer that is no such
//! thing is the function's failure. The gateway's own answers are `{"message": …}` and cannot be
//! shaped by us.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde_json::{Map, Value, json};

/// Headers that belong to the connection or that the gateway writes anew.
const NOT_PASSED_ON: [HeaderName; 4] =
    [header::CONNECTION, header::TRANSFER_ENCODING, header::UPGRADE, header::CONTENT_LENGTH];

/// Reads the answer of a function; nothing where it is malformed.
pub fn response(answer: &[u8]) -> Option<Response<Bytes>> {
    let answer: Value = serde_json::from_slice(answer).ok()?;
    let Some(status) = answer.get("statusCode") else {
        return Some(inferred(&answer));
    };
    let status = u16::try_from(status.as_u64()?).ok()?;
    let mut response = Response::new(body(&answer)?);
    *response.status_mut() =
        StatusCode::from_u16(status).ok().filter(|status| status.as_u16() >= 200)?;
    let headers = response.headers_mut();
    for (name, value) in answer["headers"].as_object().into_iter().flat_map(Map::iter) {
        let name: HeaderName = name.parse().ok()?;
        if !NOT_PASSED_ON.contains(&name) {
            headers.insert(name, header_value(value)?);
        }
    }
    for cookie in answer["cookies"].as_array().into_iter().flatten() {
        headers.append(header::SET_COOKIE, header_value(cookie)?);
    }
    if !response.body().is_empty() && !response.headers().contains_key(header::CONTENT_TYPE) {
        let plain = HeaderValue::from_static("text/plain;charset=UTF-8");
        response.headers_mut().insert(header::CONTENT_TYPE, plain);
    }
    Some(response)
}

/// An answer of the gateway itself.
pub fn message(status: StatusCode, message: &str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(json!({"message": message}).to_string()));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn inferred(answer: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(answer.to_string()));
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn body(answer: &Value) -> Option<Bytes> {
    match (&answer["body"], answer["isBase64Encoded"].as_bool()) {
        (Value::Null, _) => Some(Bytes::new()),
        (Value::String(text), Some(true)) => STANDARD.decode(text).ok().map(Bytes::from),
        (Value::String(text), _) => Some(Bytes::from(text.clone())),
        (other, _) => Some(Bytes::from(other.to_string())),
    }
}

/// A text as it is; numbers and truth values as they are written.
fn header_value(value: &Value) -> Option<HeaderValue> {
    match value {
        Value::String(text) => HeaderValue::from_bytes(text.as_bytes()).ok(),
        Value::Number(_) | Value::Bool(_) => HeaderValue::from_str(&value.to_string()).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(answer: &Value) -> Option<Response<Bytes>> {
        response(answer.to_string().as_bytes())
    }

    #[test]
    fn an_encoded_body_is_decoded_and_cookies_are_set() {
        let response = answered(&json!({
            "statusCode": 201, "headers": {"Content-Type": "image/png", "content-length": "99", "x-n": 3},
            "cookies": ["a=1", "b=2"], "body": "aGk=", "isBase64Encoded": true,
        }))
        .unwrap();
        assert_eq!((response.status().as_u16(), response.body().as_ref()), (201, b"hi".as_slice()));
        assert_eq!(response.headers()["x-n"], "3");
        assert!(!response.headers().contains_key(header::CONTENT_LENGTH));
        let cookies: Vec<_> = response.headers().get_all(header::SET_COOKIE).iter().collect();
        assert_eq!(cookies, ["a=1", "b=2"]);
    }

    #[test]
    fn an_answer_without_a_status_is_the_body() {
        let response = answered(&json!({"fine": true})).unwrap();
        assert_eq!(
            (response.status().as_u16(), response.body().as_ref()),
            (200, br#"{"fine":true}"#.as_slice())
        );
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
    }

    #[test]
    fn a_malformed_answer_is_none() {
        assert!(response(b"{").is_none());
        assert!(answered(&json!({"statusCode": "200"})).is_none());
        assert!(answered(&json!({"statusCode": 42})).is_none());
        assert!(
            answered(&json!({"statusCode": 200, "body": "%", "isBase64Encoded": true})).is_none()
        );
        assert!(answered(&json!({"statusCode": 200, "headers": {"a b": "c"}})).is_none());
    }
}

//! Converts a function's output into the client's response, and builds the gateway's own responses.
//!
//! Protocol: payload format 2.0. An object without `statusCode` is the body of a 200;
//! `multiValueHeaders` is ignored; each of `cookies` becomes a `Set-Cookie`; any other output is a
//! failure of the function. The gateway's own responses are `{"message": …}`.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// Headers that belong to the connection or that the gateway sets itself.
const NOT_FORWARDED: [HeaderName; 4] =
    [header::CONNECTION, header::TRANSFER_ENCODING, header::UPGRADE, header::CONTENT_LENGTH];

/// Converts a function's output; `None` if it is malformed.
pub fn response(output: &[u8]) -> Option<Response<Bytes>> {
    let output: Value = serde_json::from_slice(output).ok()?;
    let Some(status) = output.get("statusCode") else {
        return Some(json_response(StatusCode::OK, &output));
    };
    let status = u16::try_from(status.as_u64()?).ok()?;
    let mut response = Response::new(body(&output)?);
    *response.status_mut() =
        StatusCode::from_u16(status).ok().filter(|status| status.as_u16() >= 200)?;
    let headers = response.headers_mut();
    for (name, value) in output["headers"].as_object().into_iter().flat_map(Map::iter) {
        let name: HeaderName = name.parse().ok()?;
        if !NOT_FORWARDED.contains(&name) {
            headers.insert(name, header_value(value)?);
        }
    }
    for cookie in output["cookies"].as_array().into_iter().flatten() {
        headers.append(header::SET_COOKIE, header_value(cookie)?);
    }
    if !response.body().is_empty() && !response.headers().contains_key(header::CONTENT_TYPE) {
        let plain = HeaderValue::from_static("text/plain;charset=UTF-8");
        response.headers_mut().insert(header::CONTENT_TYPE, plain);
    }
    Some(response)
}

/// A response of the gateway itself.
pub fn message(status: StatusCode, message: &str) -> Response<Bytes> {
    json_response(status, &json!({"message": message}))
}

pub fn json_response(status: StatusCode, body: &impl Serialize) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(serde_json::to_vec(body).unwrap_or_default()));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn body(output: &Value) -> Option<Bytes> {
    match (&output["body"], output["isBase64Encoded"].as_bool()) {
        (Value::Null, _) => Some(Bytes::new()),
        (Value::String(text), Some(true)) => STANDARD.decode(text).ok().map(Bytes::from),
        (Value::String(text), _) => Some(Bytes::from(text.clone())),
        (other, _) => Some(Bytes::from(other.to_string())),
    }
}

/// A string, or a number or boolean in its JSON form.
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

    fn converted(output: &Value) -> Option<Response<Bytes>> {
        response(output.to_string().as_bytes())
    }

    #[test]
    fn an_encoded_body_is_decoded_and_cookies_are_set() {
        let response = converted(&json!({
            "statusCode": 201,
            "headers": {"Content-Type": "image/png", "content-length": "99", "x-n": 3},
            "cookies": ["a=1", "b=2"],
            "body": "aGk=",
            "isBase64Encoded": true,
        }))
        .unwrap();
        assert_eq!((response.status().as_u16(), response.body().as_ref()), (201, b"hi".as_slice()));
        assert_eq!(response.headers()["x-n"], "3");
        assert!(!response.headers().contains_key(header::CONTENT_LENGTH));
        let cookies: Vec<_> = response.headers().get_all(header::SET_COOKIE).iter().collect();
        assert_eq!(cookies, ["a=1", "b=2"]);
    }

    #[test]
    fn an_output_without_a_status_is_the_body() {
        let response = converted(&json!({"fine": true})).unwrap();
        assert_eq!(
            (response.status().as_u16(), response.body().as_ref()),
            (200, br#"{"fine":true}"#.as_slice())
        );
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
    }

    #[test]
    fn a_malformed_output_is_none() {
        assert!(response(b"{").is_none());
        assert!(converted(&json!({"statusCode": "200"})).is_none());
        assert!(converted(&json!({"statusCode": 42})).is_none());
        assert!(
            converted(&json!({"statusCode": 200, "body": "%", "isBase64Encoded": true})).is_none()
        );
        assert!(converted(&json!({"statusCode": 200, "headers": {"a b": "c"}})).is_none());
    }
}

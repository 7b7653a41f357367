//! The event of API Gateway's HTTP API, version 2.0, as a request.
//!
//! The types of `lambda_http` hold every member of an event and of all other gateways' events, and
//! would be most of the work of a request that needs no storage. Only what a request is made of is
//! read here. Invariant: the request is that of the client, whatever it sent: a header that is none
//! is left out.

use std::{borrow::Cow, fmt, net::IpAddr};

use axum::body::Body;
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, header};
use lambda_http::Error;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};

use crate::http::{address::ClientAddress, path};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GatewayEvent<'a> {
    #[serde(borrow, default)]
    raw_path: Cow<'a, str>,
    #[serde(borrow, default)]
    raw_query_string: Cow<'a, str>,
    #[serde(default)]
    headers: Headers,
    /// What the gateway took out of the header.
    cookies: Option<Vec<String>>,
    #[serde(borrow)]
    request_context: RequestContext<'a>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext<'a> {
    #[serde(borrow)]
    http: Http<'a>,
    request_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Http<'a> {
    #[serde(borrow)]
    method: Cow<'a, str>,
    #[serde(borrow, default)]
    source_ip: Cow<'a, str>,
}

/// A request, and the gateway's id of it.
pub(super) struct Received {
    pub(super) request: Request<Body>,
    pub(super) id: Option<String>,
}

impl Received {
    /// Reads an event.
    pub(super) fn read(event: &str) -> Result<Self, Error> {
        let event: GatewayEvent<'_> = serde_json::from_str(event)
            .map_err(|error| format!("not an event of an HTTP API: {error}"))?;
        let RequestContext { http, request_id } = event.request_context;
        let body = event.body.unwrap_or_default();
        let body = if event.is_base64_encoded {
            Body::from(STANDARD.decode(body)?)
        } else {
            Body::from(body)
        };
        let mut request = Request::new(body);
        *request.method_mut() = Method::from_bytes(http.method.as_bytes())?;
        *request.uri_mut() = path::uri(&event.raw_path, &event.raw_query_string);
        *request.headers_mut() = event.headers.0;
        let cookies = event.cookies.map(|cookies| HeaderValue::try_from(cookies.join("; ")));
        if let Some(Ok(cookies)) = cookies {
            request.headers_mut().insert(header::COOKIE, cookies);
        }
        if let Ok(seen) = http.source_ip.parse::<IpAddr>() {
            request.extensions_mut().insert(ClientAddress(seen));
        }
        Ok(Self { request, id: request_id })
    }
}

#[derive(Default)]
struct Headers(HeaderMap);

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(HeadersVisitor)
    }
}

struct HeadersVisitor;

impl<'de> Visitor<'de> for HeadersVisitor {
    type Value = Headers;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("headers")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Headers, A::Error> {
        let mut headers = HeaderMap::with_capacity(24);
        while let Some((Text(name), Text(value))) = map.next_entry()? {
            let name = HeaderName::from_bytes(name.as_bytes());
            let value = HeaderValue::from_bytes(value.as_bytes());
            if let (Ok(name), Ok(value)) = (name, value) {
                headers.append(name, value);
            }
        }
        Ok(Headers(headers))
    }
}

#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use serde_json::{Value, json};

    use super::*;

    fn event() -> Value {
        json!({
            "version": "2.0",
            "rawPath": "/api/devices/a b/",
            "rawQueryString": "page_size=2",
            "cookies": ["a=1", "b=2"],
            "headers": {"accept": "*/*", "X-Name": "Zo\u{eb}", "bad name": "x", "bad": "a\nb"},
            "requestContext": {
                "http": {"method": "PATCH", "sourceIp": "2001:db8::1"},
                "requestId": "r1",
            },
            "body": "{}",
            "isBase64Encoded": false,
        })
    }

    async fn body(received: Received) -> Vec<u8> {
        to_bytes(received.request.into_body(), usize::MAX).await.unwrap().to_vec()
    }

    #[tokio::test]
    async fn an_event_is_the_request_that_the_client_sent() {
        let received = Received::read(&event().to_string()).unwrap();
        let request = &received.request;
        assert_eq!(request.method(), Method::PATCH);
        assert_eq!(request.uri(), "/api/devices/a%20b?page_size=2");
        assert_eq!(request.headers()["x-name"].as_bytes(), "Zo\u{eb}".as_bytes());
        assert_eq!(request.headers()["cookie"], "a=1; b=2");
        assert_eq!(request.headers().len(), 3, "what is no header is left out");
        let ClientAddress(address) = request.extensions().get().unwrap();
        assert_eq!(address.to_string(), "2001:db8::1");
        assert_eq!(received.id.as_deref(), Some("r1"));
        assert_eq!(body(received).await, b"{}");
    }

    #[tokio::test]
    async fn a_body_may_be_base64_or_absent() {
        let read = |body: Value, encoded: bool| {
            let mut event = event();
            event["body"] = body;
            event["isBase64Encoded"] = encoded.into();
            Received::read(&event.to_string())
        };
        assert_eq!(body(read("/wA=".into(), true).unwrap()).await, [0xff, 0]);
        assert_eq!(body(read(Value::Null, false).unwrap()).await, b"");
        assert!(read("no base64!".into(), true).is_err());
    }

    #[test]
    fn what_is_no_event_is_an_error() {
        for text in ["", "{}", "[]", r#"{"Records": []}"#, r#"{"requestContext": {"http": {}}}"#] {
            assert!(Received::read(text).is_err(), "{text}");
        }
    }
}

//! The event that an HTTP API builds from a request, in payload format 2.0.
//!
//! Protocol: the path is decoded and ends at a decoded `?`; header names are lower case, and
//! repeated headers are joined by commas; cookies are a member of their own; a member that would be
//! empty is absent; a body is base64 unless its content type is text. Sources: the developer guide,
//! and captures of the real service in middleapi/standard-server#93 and
//! fastify/aws-lambda-fastify#169.

use std::{collections::BTreeMap, net::IpAddr};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderMap, Request, Uri, header};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use crate::route_table::RouteKey;

pub const ACCOUNT_ID: &str = "123456789012";
pub const API_ID: &str = "local";

/// What the gateway adds to a request.
#[derive(Debug, Clone, Copy)]
pub struct RequestMetadata<'a> {
    /// The route that matched.
    pub route_key: &'a RouteKey,
    /// The values of the variables in the route's path.
    pub path_parameters: &'a BTreeMap<String, String>,
    pub request_id: &'a str,
    /// The random part of the trace id, 24 hexadecimal digits.
    pub trace: &'a str,
    pub source_ip: IpAddr,
    /// When the request was received.
    pub now: Timestamp,
}

/// Builds the event. `raw_path` is the request's decoded path, from [`raw_path`].
pub fn event(request: &Request<Bytes>, raw_path: &str, metadata: RequestMetadata<'_>) -> Value {
    let query = request.uri().query().unwrap_or_default();
    let mut event = Map::new();
    let mut put = |name: &str, value: Value| drop(event.insert(name.to_owned(), value));
    put("version", "2.0".into());
    put("routeKey", metadata.route_key.to_string().into());
    put("rawPath", raw_path.into());
    put("rawQueryString", query.into());
    if let Some(cookies) = cookies(request.headers()) {
        put("cookies", cookies.into());
    }
    put("headers", json!(headers(request, metadata)));
    if !query.is_empty() {
        put("queryStringParameters", json!(query_parameters(query)));
    }
    put("requestContext", request_context(request, raw_path, metadata));
    let body = request.body();
    let encoded = !body.is_empty() && !is_text(request.headers(), body);
    if !body.is_empty() {
        put(
            "body",
            if encoded {
                STANDARD.encode(body)
            } else {
                String::from_utf8_lossy(body).into_owned()
            }
            .into(),
        );
    }
    if !metadata.path_parameters.is_empty() {
        put("pathParameters", json!(metadata.path_parameters));
    }
    put("isBase64Encoded", encoded.into());
    Value::Object(event)
}

/// The path as it is in the event: decoded, up to the first decoded `?`. Bytes that are not UTF-8
/// become U+FFFD.
pub fn raw_path(uri: &Uri) -> String {
    let decoded = percent_decode_str(uri.path()).decode_utf8_lossy();
    decoded.split('?').next().unwrap_or_default().to_owned()
}

/// The size of the request line and the header values in bytes, which API Gateway limits.
pub fn head_size(request: &Request<Bytes>) -> usize {
    let target = request.uri().path_and_query().map_or(1, |target| target.as_str().len());
    let line = request.method().as_str().len() + target + "  HTTP/1.1".len();
    line + request.headers().values().map(http::HeaderValue::len).sum::<usize>()
}

fn cookies(headers: &HeaderMap) -> Option<Vec<String>> {
    let lines =
        headers.get_all(header::COOKIE).iter().map(|line| String::from_utf8_lossy(line.as_bytes()));
    let cookies: Vec<String> = lines
        .flat_map(|line| line.split(';').map(|cookie| cookie.trim().to_owned()).collect::<Vec<_>>())
        .filter(|cookie| !cookie.is_empty())
        .collect();
    (!cookies.is_empty()).then_some(cookies)
}

/// The client's headers and those that the gateway adds: length, trace id, and the forwarding
/// chain, which ends with the client's address.
fn headers(request: &Request<Bytes>, metadata: RequestMetadata<'_>) -> BTreeMap<String, String> {
    let mut joined: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in request.headers().iter().filter(|(name, _)| *name != header::COOKIE) {
        let value = String::from_utf8_lossy(value.as_bytes());
        joined
            .entry(name.as_str().to_owned())
            .and_modify(|values| values.extend([",", &*value]))
            .or_insert_with(|| value.into_owned());
    }
    let source = metadata.source_ip.to_string();
    let chain = match joined.get("x-forwarded-for") {
        Some(claimed) => format!("{claimed}, {source}"),
        None => source,
    };
    let port = joined
        .get("host")
        .and_then(|host| host.rsplit_once(':'))
        .map_or("80", |(_, port)| port)
        .to_owned();
    let seconds = metadata.now.as_second();
    joined.insert("x-amzn-trace-id".to_owned(), format!("Root=1-{seconds:08x}-{}", metadata.trace));
    joined.insert("x-forwarded-for".to_owned(), chain);
    joined.insert("x-forwarded-port".to_owned(), port);
    joined.insert("x-forwarded-proto".to_owned(), "http".to_owned());
    joined.insert("content-length".to_owned(), request.body().len().to_string());
    joined
}

fn query_parameters(query: &str) -> BTreeMap<String, String> {
    let pairs: Vec<(String, String)> = serde_html_form::from_str(query).unwrap_or_default();
    let mut joined: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in pairs {
        joined.entry(name).and_modify(|values| values.extend([",", &value])).or_insert(value);
    }
    joined
}

fn request_context(
    request: &Request<Bytes>,
    raw_path: &str,
    metadata: RequestMetadata<'_>,
) -> Value {
    let text =
        |name| request.headers().get(name).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let host = text(header::HOST).unwrap_or_default();
    let domain = host.rsplit_once(':').map_or(&*host, |(domain, _)| domain);
    json!({
        "accountId": ACCOUNT_ID,
        "apiId": API_ID,
        "domainName": domain,
        "domainPrefix": domain.split('.').next().unwrap_or_default(),
        "http": {
            "method": request.method().as_str(),
            "path": raw_path,
            "protocol": "HTTP/1.1",
            "sourceIp": metadata.source_ip.to_string(),
            "userAgent": text(header::USER_AGENT).unwrap_or_default(),
        },
        "requestId": metadata.request_id,
        "routeKey": metadata.route_key.to_string(),
        "stage": "$default",
        "time": metadata.now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
        "timeEpoch": metadata.now.as_millisecond(),
    })
}

/// Whether a body is passed as text. A body that is declared as text but is not UTF-8 cannot be in
/// JSON, so it is encoded too.
fn is_text(headers: &HeaderMap, body: &[u8]) -> bool {
    let value =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let textual = essence.starts_with("text/")
        || matches!(
            essence.as_str(),
            "application/json" | "application/xml" | "application/javascript"
        )
        || essence.ends_with("+json")
        || essence.ends_with("+xml");
    textual && std::str::from_utf8(body).is_ok()
}

#[cfg(test)]
mod tests;

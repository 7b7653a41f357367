//! Cross-origin answers (the Fetch standard), given here and not by the gateway: a browser may call
//! from anywhere, since callers prove themselves by a header that no browser adds by itself. For
//! the same reason a page may send any header: libraries for tracing and analytics add their own.

use http::{HeaderMap, HeaderValue, header};

/// The headers that are allowed to a request which does not say what it will send.
const REQUEST_HEADERS: &str = "Authorization, Content-Type, Idempotency-Key, If-Match, \
    If-None-Match, Prefer, X-App-Platform, X-App-Version, api_key";
const RESPONSE_HEADERS: &str = "Content-Language, ETag, Idempotency-Replayed, Link, \
    Preference-Applied, Preference-Refused, RateLimit, RateLimit-Policy, Retry-After, \
    WWW-Authenticate, X-Expires-After, X-Rate-Limit, X-Request-Id";

/// Adds what every answer carries.
pub fn allow_origin(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers
        .insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(RESPONSE_HEADERS));
}

/// Adds what the answer to `OPTIONS` carries: the methods of `allow`, and the headers that `asked`,
/// the request's headers, ask for.
pub fn allow_preflight(headers: &mut HeaderMap, allow: &HeaderValue, asked: &HeaderMap) {
    let asked = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS);
    let names = asked.filter(|names| names.as_bytes().iter().copied().all(is_in_header_names));
    let names = names.cloned().unwrap_or(HeaderValue::from_static(REQUEST_HEADERS));
    headers.insert(header::ALLOW, allow.clone());
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, allow.clone());
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    headers.insert(header::VARY, HeaderValue::from_static("Access-Control-Request-Headers"));
}

/// Whether a list of header names may contain this byte (RFC 9110, sections 5.1 and 5.6).
fn is_in_header_names(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~, \t".contains(&byte)
}

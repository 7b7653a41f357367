//! Cross-origin answers (the Fetch standard), given here and not by the gateway: a browser may call
//! from anywhere, since callers prove themselves by a header that no browser adds by itself.

use http::{HeaderMap, HeaderValue, header};

const REQUEST_HEADERS: &str = "Authorization, Content-Type, Idempotency-Key, If-Match, \
    If-None-Match, Prefer, X-App-Platform, X-App-Version, api_key";
const RESPONSE_HEADERS: &str = "Content-Language, ETag, Idempotency-Replayed, Link, \
    Preference-Applied, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, \
    X-Expires-After, X-Rate-Limit, X-Request-Id";

/// Adds what every answer carries.
pub fn allow_origin(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers
        .insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(RESPONSE_HEADERS));
}

/// Adds what the answer to `OPTIONS` carries; `allow` lists the path's methods.
pub fn allow_methods(headers: &mut HeaderMap, allow: &HeaderValue) {
    headers.insert(header::ALLOW, allow.clone());
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, allow.clone());
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(REQUEST_HEADERS));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
}

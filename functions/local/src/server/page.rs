//! The page `/_local/`, which shows what is sent to phones as it comes.
//!
//! Invariant: it asks no other host for anything, and nothing that it shows can become markup.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, header};

/// Styles, scripts and requests of its own alone. No text becomes markup, scripts or an address of
/// a script (Trusted Types).
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
     form-action 'none'; base-uri 'none'; frame-ancestors 'none'; \
     require-trusted-types-for 'script'; trusted-types 'none'",
);

/// Name under `/_local/`, content type, content.
const FILES: [(&str, &str, &str); 3] = [
    ("", "text/html; charset=utf-8", include_str!("../../phone/phone.html")),
    ("phone.css", "text/css; charset=utf-8", include_str!("../../phone/phone.css")),
    ("phone.js", "text/javascript; charset=utf-8", include_str!("../../phone/phone.js")),
];

/// The page, or one of its files.
pub(super) fn file(name: &str) -> Option<Response<Bytes>> {
    let (_, content_type, content) = FILES.into_iter().find(|(known, ..)| *known == name)?;
    let mut response = Response::new(Bytes::from_static(content.as_bytes()));
    response.headers_mut().extend([
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            HeaderValue::from_static("same-origin"),
        ),
    ]);
    Some(response)
}

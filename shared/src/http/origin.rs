//! The address by which a client reached the stack: the gateway serves none but its own host names,
//! and says by which protocol.

use http::{HeaderMap, HeaderName, header};

/// Scheme and host, as the client used them.
pub fn origin(headers: &HeaderMap) -> String {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(header::HOST).unwrap_or_default();
    let scheme = if text(HeaderName::from_static("x-forwarded-proto")) == Some("http") {
        "http"
    } else {
        "https"
    };
    format!("{scheme}://{host}")
}

//! From the gateway's event to the path we route by.
//!
//! The gateway decodes the path once and hands over the result, so every character that may not
//! stand in a URI is escaped again here, `%` first of all. A final slash is dropped: both forms are
//! one path, and neither is answered by a redirect.

use http::{Uri, uri::PathAndQuery};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// What may not stand as it is in a path that was decoded: all but RFC 3986's `pchar` and `/`.
const IN_PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// What may not stand in a query, which the gateway hands over as it came.
const IN_QUERY: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>');

/// The URI of a decoded path and a raw query.
pub fn uri(decoded_path: &str, raw_query: &str) -> Uri {
    let path = match decoded_path.strip_suffix('/').unwrap_or(decoded_path) {
        path if path.starts_with('/') => path.to_owned(),
        path => format!("/{path}"),
    };
    let mut text = utf8_percent_encode(&path, IN_PATH).to_string();
    if !raw_query.is_empty() {
        text.push('?');
        text.extend(utf8_percent_encode(raw_query, IN_QUERY));
    }
    PathAndQuery::try_from(text).map(Uri::from).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_slash_forms_are_one_path() {
        assert_eq!(uri("/api/send-otp/", "").path(), "/api/send-otp");
        assert_eq!(uri("/api/send-otp", "").path(), "/api/send-otp");
        assert_eq!(uri("/", "").path(), "/");
        assert_eq!(uri("", "").path(), "/");
    }

    #[test]
    fn what_the_gateway_decoded_is_escaped_again() {
        assert_eq!(uri("/v2/user/a b", "").path(), "/v2/user/a%20b");
        assert_eq!(uri("/x/100%", "").path(), "/x/100%25");
        assert_eq!(uri("/x/a#b?c\nd", "").path(), "/x/a%23b%3Fc%0Ad");
        assert_eq!(uri("/x/手机", "q=1 2").to_string(), "/x/%E6%89%8B%E6%9C%BA?q=1%202");
    }
}

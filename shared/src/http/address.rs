//! The client's address: what API Gateway saw or, where requests have to come through the
//! operator's own CDN, what that CDN saw.
//!
//! Protocol: with an edge secret, the CDN sends it in `X-Edge-Secret` and the client's address in
//! `CloudFront-Viewer-Address`. A request without the secret is refused. Without an edge secret
//! both headers mean nothing.
//!
//! Invariant: no header is trusted but those of a request that carries the secret.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::FromRequestParts;
use http::{HeaderMap, HeaderName, HeaderValue, Request, request::Parts};
use secrecy::ExposeSecret;
use subtle::ConstantTimeEq;

use crate::{http::error::ApiError, settings::EdgeSettings};

const SECRET: HeaderName = HeaderName::from_static("x-edge-secret");
const VIEWER: HeaderName = HeaderName::from_static("cloudfront-viewer-address");

/// The address that the request came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// Refuses a request that did not come through the CDN, where there is one. Takes the secret out of
/// one that did, and notes the address that the CDN saw instead of the gateway's.
pub(crate) fn admit<B>(edge: &EdgeSettings, request: &mut Request<B>) -> Result<(), ApiError> {
    let sent = request.headers_mut().remove(SECRET);
    let Some(secret) = &edge.secret else { return Ok(()) };
    let sent = sent.as_ref().map_or(&b""[..], HeaderValue::as_bytes);
    if !bool::from(secret.expose_secret().as_bytes().ct_eq(sent)) {
        return Err(ApiError::permission_denied());
    }
    if let Some(address) = viewer(request.headers()) {
        request.extensions_mut().insert(ClientAddress(address));
    }
    Ok(())
}

impl<S: Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        // An event without an address counts against one shared one: limits hold rather than
        // vanish.
        let seen = parts.extensions.get::<Self>().copied();
        Ok(seen.unwrap_or(Self(IpAddr::V4(Ipv4Addr::UNSPECIFIED))))
    }
}

fn viewer(headers: &HeaderMap) -> Option<IpAddr> {
    host_of(headers.get(VIEWER)?.to_str().ok()?.trim())
}

/// The host of `192.0.2.1:443`, `[2001:db8::1]:443` or, as CloudFront writes it,
/// `2001:db8::1:443`; the port may be absent.
fn host_of(text: &str) -> Option<IpAddr> {
    let with_port = text.parse::<SocketAddr>().map(|address| address.ip()).ok();
    let before_colon = || text.rsplit_once(':').and_then(|(host, _)| host.parse().ok());
    let alone = || text.trim_start_matches('[').trim_end_matches(']').parse().ok();
    with_port.or_else(before_colon).or_else(alone)
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;

    #[test]
    fn the_host_of_an_address_is_read_in_every_form() {
        for (text, host) in [
            ("198.51.100.10:46532", "198.51.100.10"),
            ("198.51.100.10", "198.51.100.10"),
            ("[2001:db8::1]:46532", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("2001:db8:85a3:0:0:8a2e:370:7334:46532", "2001:db8:85a3::8a2e:370:7334"),
            ("2001:db8::8a2e:370:46532", "2001:db8::8a2e:370"),
            ("2001:db8:85a3:0:0:8a2e:370:7334", "2001:db8:85a3::8a2e:370:7334"),
        ] {
            assert_eq!(host_of(text), host.parse().ok(), "{text}");
        }
        for text in ["", "x", ":443", "198.51.100.10.1:443", "example.com:443"] {
            assert_eq!(host_of(text), None, "{text}");
        }
    }

    #[test]
    fn only_a_request_with_the_secret_says_where_it_comes_from() {
        let admit = |secret: Option<&str>, headers: &[(&'static str, &str)]| {
            let mut request = Request::new(());
            for (name, value) in headers {
                request.headers_mut().append(*name, value.parse().unwrap());
            }
            let edge = EdgeSettings { secret: secret.map(SecretString::from) };
            let admitted = super::admit(&edge, &mut request).is_ok();
            let address = request.extensions().get().map(|ClientAddress(ip)| ip.to_string());
            assert!(!request.headers().contains_key(SECRET));
            (admitted, address)
        };
        let viewer = ("cloudfront-viewer-address", "198.51.100.10:46532");
        let right = ("x-edge-secret", "right");
        assert_eq!(admit(None, &[viewer, right]), (true, None));
        assert_eq!(admit(Some("right"), &[viewer]), (false, None));
        assert_eq!(admit(Some("right"), &[viewer, ("x-edge-secret", "wrong")]), (false, None));
        assert_eq!(admit(Some("right"), &[viewer, ("x-edge-secret", "")]), (false, None));
        assert_eq!(admit(Some("right"), &[right]), (true, None));
        let seen = Some("198.51.100.10".to_owned());
        assert_eq!(admit(Some("right"), &[viewer, right]), (true, seen));
    }
}

//! The client's address: what API Gateway saw, and nothing a header says.

use std::net::{IpAddr, Ipv4Addr};

use axum::extract::FromRequestParts;
use http::request::Parts;
use lambda_http::request::RequestContext;

/// The address that the request came from.
#[derive(Debug, Clone, Copy)]
pub struct ClientAddress(pub IpAddr);

impl<S: Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let seen = parts.extensions.get::<RequestContext>().and_then(|context| match context {
            RequestContext::ApiGatewayV2(context) => {
                context.http.source_ip.as_deref()?.parse().ok()
            }
            _ => None,
        });
        // An event without an address counts against one shared one: limits hold rather than
        // vanish.
        Ok(Self(seen.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))))
    }
}

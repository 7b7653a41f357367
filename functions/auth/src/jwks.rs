//! `jwks`: the public keys that verify our tokens (RFC 7517, RFC 8037).

use axum::{Json, extract::State};
use http::{HeaderName, HeaderValue, header};
use serde::Serialize;
use shared::{app::AppState, http::error::ApiError};
use utoipa::ToSchema;

/// A JWK set.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeySet {
    /// The key that signs now, then the one before it.
    keys: Vec<PublicKey>,
}

/// An Ed25519 public key.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublicKey {
    kty: &'static str,
    crv: &'static str,
    #[serde(rename = "use")]
    usage: &'static str,
    alg: &'static str,
    kid: String,
    x: String,
}

/// The public keys of access and refresh tokens, cacheable for five minutes.
///
/// No trip to storage.
#[utoipa::path(get, path = "/.well-known/jwks.json", operation_id = "jwks", tag = crate::TAG, responses(
    (status = 200, description = "The key that signs now, and the one before it while there is one.", body = KeySet,
        headers(("Cache-Control" = String, description = "`public, max-age=300`")),
        example = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA",
            "kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})),
))]
pub async fn get_jwks(
    State(app): State<AppState>,
) -> Result<([(HeaderName, HeaderValue); 1], Json<KeySet>), ApiError> {
    let keys = app.issuer()?.published().into_iter();
    let keys = keys
        .map(|key| PublicKey {
            kty: "OKP",
            crv: "Ed25519",
            usage: "sig",
            alg: "EdDSA",
            kid: key.kid,
            x: key.x,
        })
        .collect();
    let cache = HeaderValue::from_static("public, max-age=300");
    Ok(([(header::CACHE_CONTROL, cache)], Json(KeySet { keys })))
}

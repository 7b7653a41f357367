//! `jwks`: the public keys that verify our tokens (RFC 7517, RFC 8037).

use axum::{Json, extract::State};
use http::{HeaderName, HeaderValue, header};
use serde::Serialize;
use serde_json::{Value, json};
use shared::{app::AppState, http::error::ApiError};
use utoipa::ToSchema;

/// How long the keys may be cached.
pub(crate) const CACHE: &str = "public, max-age=300";

/// A JWK set.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeySet {
    /// The key that signs now, then the one before it, if any, and the one after it.
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

/// The public keys of access and refresh tokens.
///
/// Whoever verifies tokens may cache them for five minutes.
#[utoipa::path(get, path = "/.well-known/jwks.json", operation_id = "jwks", tag = crate::TAG,
    responses((status = 200, body = KeySet,
        description = "The key that signs now, the one before it and the next one, so that a \
            rotation or a rollback finds them in every cache.",
        example = json!(example()))))]
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
    let cache = HeaderValue::from_static(CACHE);
    Ok(([(header::CACHE_CONTROL, cache)], Json(KeySet { keys })))
}

/// The keys of the examples.
fn example() -> Value {
    json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA",
        "kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})
}

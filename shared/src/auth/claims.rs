//! The claims of our tokens, with SimpleJWT's names (RFC 7519 for the registered ones).

use serde::{Deserialize, Serialize};

use crate::ids::{CustomerId, SessionId};

/// What a token may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenType {
    /// Sent with each request.
    Access,
    /// Exchanged for a new pair.
    Refresh,
}

/// The claims of an access or refresh token. Times are seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// What the token may be used for.
    pub token_type: TokenType,
    /// When it expires.
    pub exp: i64,
    /// When it was issued.
    pub iat: i64,
    /// Unique id of the token.
    pub jti: String,
    /// The customer.
    pub user_id: CustomerId,
    /// The session.
    pub sid: SessionId,
    /// The issuer.
    pub iss: String,
    /// The audience.
    pub aud: String,
    /// The generation that the token belongs to. Access tokens of earlier versions of the code have
    /// none.
    #[serde(rename = "gen", skip_serializing_if = "Option::is_none")]
    pub generation: Option<u64>,
}

//! Reading a refresh token of the old stack, with the checks of SimpleJWT in its order: signature,
//! `exp`, `jti`, `token_type`, user. That it is not blacklisted is looked up afterwards.
//!
//! Invariants: nothing of a token counts before its signature is verified; only the algorithm of
//! the key is accepted, whatever the header says.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::legacy::{LegacyId, TokenName, key::LegacyKey};

/// A refresh token that the old stack issued. Whether it is spent is not known yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresentedLegacy {
    /// Its user.
    pub user: LegacyId,
    /// Its id.
    pub token: TokenName,
    /// When it was issued, if it says so.
    pub issued: Option<Timestamp>,
    /// When it expires.
    pub expires: Timestamp,
    /// Whether that has passed.
    pub is_expired: bool,
}

/// Why a token is refused, in the words of SimpleJWT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LegacyRefusal {
    /// Malformed, or signed by another key or in another way.
    Invalid,
    /// Its `exp` has passed, and it is no refresh token that may have a successor.
    Expired,
    /// It has no `exp`.
    NoExpiry,
    /// It has no `jti`.
    NoId,
    /// It has no `token_type`.
    NoType,
    /// It is no refresh token.
    WrongType,
    /// It names no user.
    NoUser,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    /// Extensions that must be understood; we know none.
    crit: Option<Value>,
}

impl PresentedLegacy {
    /// Reads a token that `key` signed; `user_claim` names its user.
    pub fn read(
        token: &str,
        key: &LegacyKey,
        user_claim: &str,
        now: Timestamp,
    ) -> Result<Self, LegacyRefusal> {
        let claims = signed(token, key).ok_or(LegacyRefusal::Invalid)?;
        let issued = match claims.get("iat") {
            None => None,
            Some(issued) => Some(time(issued).ok_or(LegacyRefusal::Invalid)?),
        };
        if let Some(begins) = claims.get("nbf")
            && time(begins).is_none_or(|begins| begins > now)
        {
            return Err(LegacyRefusal::Invalid);
        }
        let expires = claims.get("exp").ok_or(LegacyRefusal::NoExpiry)?;
        let expires = time(expires).ok_or(LegacyRefusal::Invalid)?;
        let is_expired = expires <= now;
        // An expired refresh token may have a successor that lives longer.
        let refused = |why| Err(if is_expired { LegacyRefusal::Expired } else { why });
        let Some(name) = claims.get("jti") else { return refused(LegacyRefusal::NoId) };
        match claims.get("token_type").map(Value::as_str) {
            Some(Some("refresh")) => {}
            Some(_) => return refused(LegacyRefusal::WrongType),
            None => return refused(LegacyRefusal::NoType),
        }
        let Some(token) = name.as_str().and_then(|name| name.parse().ok()) else {
            return refused(LegacyRefusal::Invalid);
        };
        let Some(user) = claims.get(user_claim).and_then(user_id) else {
            return refused(LegacyRefusal::NoUser);
        };
        Ok(Self { user, token, issued, expires, is_expired })
    }
}

/// The claims of a token that `key` signed (RFC 7515 section 5.2).
fn signed(token: &str, key: &LegacyKey) -> Option<Map<String, Value>> {
    let (message, signature) = token.rsplit_once('.')?;
    let (header, claims) = message.split_once('.')?;
    let header: Header = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
    if header.alg != key.algorithm() || header.crit.is_some() {
        return None;
    }
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    if !key.verifies(message.as_bytes(), &signature) {
        return None;
    }
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
}

/// A number of seconds since 1970; a fraction is cut off, as PyJWT does.
fn time(claim: &Value) -> Option<Timestamp> {
    #[expect(clippy::cast_possible_truncation, reason = "out of range is cut, and is then no time")]
    let seconds = claim.as_i64().or_else(|| claim.as_f64().map(|seconds| seconds as i64))?;
    Timestamp::from_second(seconds).ok()
}

/// A user's id is a text, or a number in tokens of older versions of SimpleJWT.
fn user_id(claim: &Value) -> Option<LegacyId> {
    match claim {
        Value::String(id) => id.parse().ok(),
        Value::Number(id) => id.to_string().parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests;

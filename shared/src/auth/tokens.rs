//! Issues and verifies the tokens of customers: JWTs (RFC 7519) signed with Ed25519 (RFC 8037).
//!
//! Invariants: version n of the key signs, n and n-1 verify; a refresh token is made of stored
//! values only, so it comes out the same, byte for byte, on every instance and also after the key
//! moved on to its next version.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use ring::{
    digest, hkdf, hmac,
    signature::{Ed25519KeyPair, KeyPair},
};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    account::Session,
    auth::{
        claims::{Claims, TokenType},
        ed25519,
        public_keys::PublishedKey,
    },
    config::TokenConfig,
    ids::{CustomerId, SessionId},
};

/// What stands before the 32 bytes of a seed in a PKCS #8 document of an Ed25519 key (RFC 8410
/// section 7).
const PKCS8_OF_A_SEED: &[u8] = &[
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenError {
    /// Not ours, not whole, or not for us.
    Invalid,
    /// Past its end.
    Expired,
    /// Of the other type.
    WrongType,
}

/// One version of the signing key.
struct SigningKey {
    version: u32,
    kid: String,
    x: String,
    private: EncodingKey,
}

/// Issues tokens; only functions with the token secret have one.
pub struct Issuer {
    rules: TokenConfig,
    /// The version that signs, then the one before it.
    keys: Vec<SigningKey>,
    /// Names refresh tokens, the same under every version of the key.
    names: hmac::Key,
}

/// A key that verifies.
#[derive(Clone)]
pub struct VerifyingKey(DecodingKey);

impl Issuer {
    /// Derives the keys from the secret.
    pub fn new(secret: &SecretString, rules: &TokenConfig) -> Self {
        ed25519::install();
        let before = rules.key_version.checked_sub(1).filter(|version| *version > 0);
        let keys = std::iter::once(rules.key_version)
            .chain(before)
            .map(|version| SigningKey::derive(secret, version))
            .collect();
        let names =
            hmac::Key::new(hmac::HMAC_SHA256, &derive(secret, "satchel refresh token names"));
        Self { rules: rules.clone(), keys, names }
    }

    /// Thumbprint of the key that signs now.
    pub fn kid(&self) -> &str {
        self.keys.first().map(|key| key.kid.as_str()).unwrap_or_default()
    }

    /// The life times and limits.
    pub fn rules(&self) -> &TokenConfig {
        &self.rules
    }

    /// The public keys, the one that signs first.
    pub fn published(&self) -> Vec<PublishedKey> {
        let public = |key: &SigningKey| PublishedKey {
            version: key.version,
            kid: key.kid.clone(),
            x: key.x.clone(),
        };
        self.keys.iter().map(public).collect()
    }

    /// The refresh token of a session's newest generation. `None`: its key is more than one version
    /// old.
    pub fn refresh_token(
        &self,
        customer: CustomerId,
        id: SessionId,
        session: &Session,
    ) -> Option<String> {
        let key = self.keys.iter().find(|key| key.kid == session.kid)?;
        let name = hmac::sign(&self.names, format!("{id}\u{1f}{}", session.generation).as_bytes());
        let claims = Claims {
            token_type: TokenType::Refresh,
            exp: session.expires().as_second(),
            iat: session.rotated.as_second(),
            jti: URL_SAFE_NO_PAD.encode(&name.as_ref()[..16]),
            user_id: customer,
            sid: id,
            iss: self.rules.issuer.clone(),
            aud: self.rules.audience.clone(),
            generation: Some(session.generation),
        };
        key.sign(&claims)
    }

    /// A new access token of a session, named `jti`.
    pub fn access_token(
        &self,
        customer: CustomerId,
        id: SessionId,
        session: &Session,
        jti: String,
        now: Timestamp,
    ) -> Option<String> {
        let ends =
            now.saturating_add(self.rules.access_life).unwrap_or(Timestamp::MAX).min(session.ends);
        let claims = Claims {
            token_type: TokenType::Access,
            exp: ends.as_second(),
            iat: now.as_second(),
            jti,
            user_id: customer,
            sid: id,
            iss: self.rules.issuer.clone(),
            aud: self.rules.audience.clone(),
            generation: None,
        };
        self.keys.first()?.sign(&claims)
    }
}

impl SigningKey {
    fn derive(secret: &SecretString, version: u32) -> Self {
        let seed = derive(secret, &format!("satchel token key {version}"));
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).expect("a seed has 32 bytes");
        let x = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
        let private = [PKCS8_OF_A_SEED, &seed].concat();
        Self { version, kid: thumbprint(&x), x, private: EncodingKey::from_ed_der(&private) }
    }

    fn sign(&self, claims: &Claims) -> Option<String> {
        let header = Header { kid: Some(self.kid.clone()), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, claims, &self.private).ok()
    }
}

impl VerifyingKey {
    /// The key of these public bytes in base64url; none where they are no key.
    pub fn new(x: &str) -> Option<Self> {
        ed25519::install();
        DecodingKey::from_ed_components(x).ok().map(Self)
    }

    pub(crate) fn key(&self) -> &DecodingKey {
        &self.0
    }
}

/// The `kid` that a token names.
pub fn kid_of(token: &str) -> Option<String> {
    jsonwebtoken::decode_header(token).ok().filter(|header| header.alg == Algorithm::EdDSA)?.kid
}

/// The claims of `token` if `key` signed it, it is of type `wanted`, for us, and not past its end
/// by our own clock.
pub fn verify(
    token: &str,
    key: &VerifyingKey,
    wanted: TokenType,
    rules: &TokenConfig,
    now: Timestamp,
) -> Result<Claims, TokenError> {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.validate_exp = false;
    validation.set_required_spec_claims(&["exp", "iss", "aud"]);
    validation.set_issuer(&[&rules.issuer]);
    validation.set_audience(&[&rules.audience]);
    let claims = jsonwebtoken::decode::<Claims>(token, &key.0, &validation)
        .map_err(|_| TokenError::Invalid)?
        .claims;
    if claims.exp <= now.as_second() {
        return Err(TokenError::Expired);
    }
    if claims.token_type != wanted {
        return Err(TokenError::WrongType);
    }
    Ok(claims)
}

/// Thumbprint of an Ed25519 public key: SHA-256 of its required members in order (RFC 7638, RFC
/// 8037 appendix A.3).
pub fn thumbprint(x: &str) -> String {
    let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, members.as_bytes()))
}

/// 32 bytes of HKDF-SHA256 (RFC 5869).
fn derive(secret: &SecretString, purpose: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    hkdf::Salt::new(hkdf::HKDF_SHA256, &[])
        .extract(secret.expose_secret().as_bytes())
        .expand(&[purpose.as_bytes()], hkdf::HKDF_SHA256)
        .and_then(|derived| derived.fill(&mut bytes))
        .expect("32 bytes are within what HKDF-SHA256 gives");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thumbprint_is_that_of_rfc_8037() {
        assert_eq!(
            thumbprint("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        );
    }
}

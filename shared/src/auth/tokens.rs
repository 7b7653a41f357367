//! Issues and verifies customers' tokens: JWTs (RFC 7519) signed with Ed25519 (RFC 8037).
//!
//! Invariants: version n of the key signs, n-1, n and n+1 verify; a refresh token is computed from
//! stored values only, so every instance computes the same bytes, also after the key's version
//! changed.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use ring::{
    digest, hkdf, hmac,
    signature::{Ed25519KeyPair, KeyPair},
};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    account::{Generation, Session},
    auth::{
        claims::{Claims, TokenType},
        ed25519,
        public_keys::PublishedKey,
        settings::{IssuerSettings, TokenSettings},
    },
    ids::{CustomerId, SessionId},
};

/// The bytes before the 32 bytes of the seed in the PKCS #8 form of an Ed25519 key (RFC 8410
/// section 7).
const PKCS8_OF_A_SEED: &[u8] = &[
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenError {
    /// Malformed, not signed by us, or for another audience.
    Invalid,
    /// Its `exp` has passed.
    Expired,
    /// An access token where a refresh token is needed, or the reverse.
    WrongType,
}

/// What a refresh token of ours says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PresentedRefresh {
    /// The generation that it belongs to.
    pub of: Generation,
    /// When that was made.
    pub made: Timestamp,
    /// Whether its `exp` has passed.
    pub is_expired: bool,
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
    tokens: TokenSettings,
    access_life: SignedDuration,
    /// The version that signs, then the one before it and the one after it.
    keys: Vec<SigningKey>,
    /// Key of the `jti` of refresh tokens, the same for every version of the signing key.
    names: hmac::Key,
}

/// A key that verifies.
#[derive(Clone)]
pub struct VerifyingKey(DecodingKey);

impl Issuer {
    /// Derives the keys from the secret.
    pub fn new(issuer: &IssuerSettings, tokens: TokenSettings) -> Self {
        ed25519::install();
        let IssuerSettings { secret, key_version, access_life } = issuer;
        let before = key_version.checked_sub(1).filter(|version| *version > 0);
        let keys = std::iter::once(*key_version)
            .chain(before)
            .chain(key_version.checked_add(1))
            .map(|version| SigningKey::derive(secret, version))
            .collect();
        let names =
            hmac::Key::new(hmac::HMAC_SHA256, &derive(secret, "satchel refresh token names"));
        Self { tokens, access_life: *access_life, keys, names }
    }

    /// Thumbprint of the key that signs.
    pub fn kid(&self) -> &str {
        self.keys.first().map(|key| key.kid.as_str()).unwrap_or_default()
    }

    /// The public keys; the first one signs.
    pub fn published(&self) -> Vec<PublishedKey> {
        let public = |key: &SigningKey| PublishedKey {
            version: key.version,
            kid: key.kid.clone(),
            x: key.x.clone(),
        };
        self.keys.iter().map(public).collect()
    }

    /// The refresh token of a session's newest generation; `None` if its key is more than one
    /// version old.
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
            iss: self.tokens.issuer.clone(),
            aud: self.tokens.audience.clone(),
            generation: Some(session.generation),
        };
        key.sign(&claims)
    }

    /// A new access token of a session's newest generation.
    pub fn access_token(
        &self,
        customer: CustomerId,
        id: SessionId,
        session: &Session,
        jti: String,
        now: Timestamp,
    ) -> Option<String> {
        let ends = now.saturating_add(self.access_life).unwrap_or(Timestamp::MAX).min(session.ends);
        let claims = Claims {
            token_type: TokenType::Access,
            exp: ends.as_second(),
            iat: now.as_second(),
            jti,
            user_id: customer,
            sid: id,
            iss: self.tokens.issuer.clone(),
            aud: self.tokens.audience.clone(),
            generation: Some(session.generation),
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
    /// The key of these public bytes in base64url; `None` if they are no key.
    pub fn new(x: &str) -> Option<Self> {
        ed25519::install();
        DecodingKey::from_ed_components(x).ok().map(Self)
    }

    pub(crate) fn key(&self) -> &DecodingKey {
        &self.0
    }
}

/// The `kid` in a token's header.
pub fn kid_of(token: &str) -> Option<String> {
    jsonwebtoken::decode_header(token).ok().filter(|header| header.alg == Algorithm::EdDSA)?.kid
}

/// The claims of `token` if `key` signed it, it is of type `wanted`, for our audience, and not
/// expired at `now`.
pub fn verify(
    token: &str,
    key: &VerifyingKey,
    wanted: TokenType,
    tokens: &TokenSettings,
    now: Timestamp,
) -> Result<Claims, TokenError> {
    let claims = signed(token, key, tokens)?;
    if claims.exp <= now.as_second() {
        return Err(TokenError::Expired);
    }
    if claims.token_type != wanted {
        return Err(TokenError::WrongType);
    }
    Ok(claims)
}

/// What a refresh token says if `key` signed it for our audience, at most `oldest` before `now`.
/// It may be spent, and it may be expired.
pub fn verify_refresh_of_any_age(
    token: &str,
    key: &VerifyingKey,
    tokens: &TokenSettings,
    oldest: SignedDuration,
    now: Timestamp,
) -> Result<PresentedRefresh, TokenError> {
    let claims = signed(token, key, tokens)?;
    let made = Timestamp::from_second(claims.iat).map_err(|_| TokenError::Invalid)?;
    let is_expired = claims.exp <= now.as_second();
    match claims.generation {
        _ if claims.token_type != TokenType::Refresh && is_expired => Err(TokenError::Expired),
        _ if claims.token_type != TokenType::Refresh => Err(TokenError::WrongType),
        _ if now.duration_since(made) > oldest => Err(TokenError::Expired),
        None => Err(TokenError::Invalid),
        Some(number) => Ok(PresentedRefresh {
            of: Generation { customer: claims.user_id, session: claims.sid, number },
            made,
            is_expired,
        }),
    }
}

/// The claims of `token` if `key` signed it for our audience.
fn signed(token: &str, key: &VerifyingKey, tokens: &TokenSettings) -> Result<Claims, TokenError> {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.validate_exp = false;
    validation.set_required_spec_claims(&["exp", "iss", "aud"]);
    validation.set_issuer(&[&tokens.issuer]);
    validation.set_audience(&[&tokens.audience]);
    let decoded = jsonwebtoken::decode::<Claims>(token, &key.0, &validation);
    decoded.map(|decoded| decoded.claims).map_err(|_| TokenError::Invalid)
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
    use crate::random::SystemRandom;

    const DAY: i64 = 86_400;

    fn start() -> Timestamp {
        "2026-11-22T10:00:00Z".parse().unwrap()
    }

    fn at(seconds: i64) -> Timestamp {
        start() + SignedDuration::from_secs(seconds)
    }

    fn tokens() -> TokenSettings {
        TokenSettings { issuer: "satchel".to_owned(), audience: "app".to_owned() }
    }

    fn key() -> (SigningKey, VerifyingKey) {
        let key = SigningKey::derive(&"secret".into(), 1);
        let public = VerifyingKey::new(&key.x).unwrap();
        (key, public)
    }

    /// Claims of a token that lives for 30 days.
    fn claims(token_type: TokenType, generation: Option<u64>) -> Claims {
        Claims {
            token_type,
            exp: at(30 * DAY).as_second(),
            iat: start().as_second(),
            jti: "jti".to_owned(),
            user_id: CustomerId::new(start(), &SystemRandom),
            sid: SessionId::new(start(), &SystemRandom),
            iss: tokens().issuer,
            aud: tokens().audience,
            generation,
        }
    }

    #[test]
    fn an_access_token_of_an_earlier_version_has_no_generation_and_is_valid() {
        let (key, public) = key();
        let issued = claims(TokenType::Access, None);
        let token = key.sign(&issued).unwrap();
        assert_eq!(verify(&token, &public, TokenType::Access, &tokens(), at(1)), Ok(issued));
    }

    #[test]
    fn a_refresh_token_of_any_age_is_one_of_ours_within_its_longest_age() {
        let (key, public) = key();
        let oldest = SignedDuration::from_secs(180 * DAY);
        let presented = |claims: &Claims, seconds| {
            let token = key.sign(claims).unwrap();
            verify_refresh_of_any_age(&token, &public, &tokens(), oldest, at(seconds))
        };
        let issued = claims(TokenType::Refresh, Some(7));
        let of = Generation { customer: issued.user_id, session: issued.sid, number: 7 };
        for (seconds, is_expired) in [(1, false), (30 * DAY, true), (180 * DAY, true)] {
            let expected = PresentedRefresh { of, made: start(), is_expired };
            assert_eq!(presented(&issued, seconds), Ok(expected));
        }
        assert_eq!(presented(&issued, 180 * DAY + 1), Err(TokenError::Expired));
        let access = claims(TokenType::Access, Some(7));
        assert_eq!(presented(&access, 1), Err(TokenError::WrongType));
        assert_eq!(presented(&access, 30 * DAY), Err(TokenError::Expired));
        let without = claims(TokenType::Refresh, None);
        assert_eq!(presented(&without, 1), Err(TokenError::Invalid));
        let of_others = Claims { aud: "another-app".to_owned(), ..issued };
        assert_eq!(presented(&of_others, 1), Err(TokenError::Invalid));
    }

    #[test]
    fn the_thumbprint_is_that_of_rfc_8037() {
        assert_eq!(
            thumbprint("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        );
    }
}

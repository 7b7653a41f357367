//! The operator's key pair and the short-lived tokens signed with it.
//!
//! Protocol: Ed25519. The private key is a PKCS #8 PEM (RFC 8410), which the operator keeps. The
//! public key is the template's parameter `OperatorPublicKey`: its 32 bytes as base64url. A token
//! is a JWT (`alg` EdDSA, `kid` = RFC 7638 thumbprint) for the audience `operator`, with scopes,
//! the reason for the audit log, and a lifetime of at most 15 minutes. A token that moves money
//! names its customer, and the amount that it may move at most.

use std::fmt;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use ring::{
    rand::SystemRandom as RingRandom,
    signature::{Ed25519KeyPair, KeyPair as _},
};
use serde::Serialize;
use shared::{
    auth::{ed25519, operator::Money, tokens::thumbprint},
    ids::CustomerId,
    operator_token::{MoneyScope, TokenId},
    random::SystemRandom,
};

/// The longest lifetime of a token.
pub const MAX_MINUTES: u8 = 15;

const PEM_BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const PEM_END: &str = "-----END PRIVATE KEY-----";

pub struct OperatorKey {
    document: Vec<u8>,
    public: String,
}

/// What a token permits.
#[derive(Debug, Clone)]
pub struct Grant {
    pub scopes: Vec<String>,
    /// The reason, for the audit log.
    pub why: String,
    /// The only customer that the token is for.
    pub customer_id: Option<CustomerId>,
    /// The most that the token may move.
    pub limit: Option<Money>,
    /// Lifetime, 1 to [`MAX_MINUTES`].
    pub minutes: u8,
}

/// The text is not an Ed25519 private key in PKCS #8 PEM, or no key could be generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyError;

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
    jti: TokenId,
    scope: String,
    why: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_id: Option<CustomerId>,
    #[serde(flatten)]
    limit: Option<Money>,
}

impl Grant {
    /// Whether a scope of the token moves money.
    pub fn moves_money(&self) -> bool {
        let is_money = |scope: &String| MoneyScope::ALL.iter().any(|money| money.name() == scope);
        self.scopes.iter().any(is_money)
    }
}

impl OperatorKey {
    pub fn generate() -> Result<Self, KeyError> {
        let document = Ed25519KeyPair::generate_pkcs8(&RingRandom::new()).map_err(|_| KeyError)?;
        Self::from_document(document.as_ref().to_vec())
    }

    /// Parses the private key.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let (_, rest) = pem.split_once(PEM_BEGIN).ok_or(KeyError)?;
        let (base64, _) = rest.split_once(PEM_END).ok_or(KeyError)?;
        let base64: String = base64.split_whitespace().collect();
        Self::from_document(STANDARD.decode(base64).map_err(|_| KeyError)?)
    }

    fn from_document(document: Vec<u8>) -> Result<Self, KeyError> {
        ed25519::install();
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&document).map_err(|_| KeyError)?;
        let public = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
        Ok(Self { document, public })
    }

    /// The private key; keep it secret.
    pub fn to_pem(&self) -> String {
        format!("{PEM_BEGIN}\n{}\n{PEM_END}\n", STANDARD.encode(&self.document))
    }

    /// The public key in the form of the parameter `OperatorPublicKey`.
    pub fn public(&self) -> &str {
        &self.public
    }

    /// RFC 7638: SHA-256 of the required members in alphabetical order.
    pub fn thumbprint(&self) -> String {
        thumbprint(&self.public)
    }

    /// Signs a token that is valid from `now`.
    pub fn sign(&self, grant: &Grant, now: Timestamp) -> Result<String, KeyError> {
        let minutes = grant.minutes.clamp(1, MAX_MINUTES);
        let header = Header { kid: Some(self.thumbprint()), ..Header::new(Algorithm::EdDSA) };
        let claims = Claims {
            iss: "operator",
            aud: "operator",
            iat: now.as_second(),
            exp: now.as_second() + i64::from(minutes) * 60,
            jti: TokenId::new(now, &SystemRandom),
            scope: grant.scopes.join(" "),
            why: &grant.why,
            customer_id: grant.customer_id,
            limit: grant.limit,
        };
        encode(&header, &claims, &EncodingKey::from_ed_der(&self.document)).map_err(|_| KeyError)
    }
}

impl fmt::Debug for OperatorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OperatorKey").field("public", &self.public).finish_non_exhaustive()
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("is not an Ed25519 private key in PKCS #8 PEM")
    }
}

impl std::error::Error for KeyError {}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};
    use serde_json::Value;

    use super::*;

    /// From RFC 8410, section 10.3.
    const RFC_KEY: &str = "-----BEGIN PRIVATE KEY-----\n\
        MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
        -----END PRIVATE KEY-----\n";
    const CUSTOMER: &str = "019aac3f-0000-7000-8000-000000000001";

    fn grant() -> Grant {
        let scopes = ["wallet:credit", "wallet:reverse"].map(str::to_owned).to_vec();
        Grant {
            scopes,
            why: "ticket 7".to_owned(),
            customer_id: CUSTOMER.parse().ok(),
            limit: Some(Money { amount: 1_250, currency: "KWD".parse().unwrap() }),
            minutes: 5,
        }
    }

    #[test]
    fn a_token_verifies_with_the_public_key_alone() {
        let key = OperatorKey::from_pem(&OperatorKey::generate().unwrap().to_pem()).unwrap();
        let now = "2026-11-22T00:00:00Z".parse().unwrap();
        let token = key.sign(&grant(), now).unwrap();
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_audience(&["operator"]);
        validation.set_issuer(&["operator"]);
        validation.validate_exp = false;
        let public = DecodingKey::from_ed_components(key.public()).unwrap();
        let claims = decode::<Value>(&token, &public, &validation).unwrap().claims;
        assert_eq!(claims["scope"], "wallet:credit wallet:reverse");
        assert_eq!(
            (&claims["why"], &claims["customer_id"]),
            (&"ticket 7".into(), &CUSTOMER.into())
        );
        assert_eq!((&claims["amount"], &claims["currency"]), (&1_250.into(), &"KWD".into()));
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 300);
        assert_eq!(decode_header(&token).unwrap().kid, Some(key.thumbprint()));
    }

    #[test]
    fn a_key_made_by_openssl_is_read() {
        let key = OperatorKey::from_pem(RFC_KEY).unwrap();
        assert_eq!(key.public(), "Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE");
        assert_eq!(
            OperatorKey::from_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----")
                .unwrap_err(),
            KeyError
        );
    }
}

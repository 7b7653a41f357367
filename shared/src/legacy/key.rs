//! The key of the old stack's tokens: HS256 (RFC 7518 section 3.2) or RS256 (section 3.3).
//!
//! Invariant: the form of the key alone says which algorithm it is for. A PEM is a public key for
//! RS256 or an error, and never the secret of an HMAC: else whoever knows a public key could sign.
//! A public key in another form is an error, too.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::{
    hmac,
    signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey},
};
use secrecy::{ExposeSecret, SecretString};

/// As many bytes as the hash has (RFC 7518 section 3.2). Django takes less, so we do; but who has
/// one token can look for a short secret by trying.
const SAFE_SECRET: usize = 32;

/// What public keys begin with that are no PEM: DER in base64, a JWK, OpenSSH's form.
const PUBLIC: [&str; 3] = ["MII", "{", "ssh-"];
const NOT_PEM: &str = "looks like a public key; write it as PEM, without anything before it";

/// What a PEM begins with.
const PEM: &str = "-----BEGIN ";
/// The object identifier of RSA keys with its empty parameters (RFC 8017 appendix A.1).
const RSA: [u8; 15] =
    [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];

/// What a refresh token of the old stack is verified with.
#[derive(Clone)]
pub enum LegacyKey {
    /// The secret that signed it, for HS256.
    Secret(SecretString),
    /// The public key, for RS256, as the ASN.1 structure `RSAPublicKey`.
    Public(Vec<u8>),
}

impl LegacyKey {
    /// Reads a secret, or a public key in PEM of at least 2048 bits, whose line breaks may be lost
    /// or written `\n`. What is wrong with it, where it is neither.
    pub fn read(text: SecretString) -> Result<Self, &'static str> {
        let exposed = text.expose_secret().trim_start();
        if !exposed.starts_with(PEM) {
            let is_public =
                exposed.contains(PEM) || PUBLIC.iter().any(|of| exposed.starts_with(of));
            return if is_public { Err(NOT_PEM) } else { Ok(Self::Secret(text)) };
        }
        public_key(exposed).map(Self::Public).ok_or("is a PEM, but of no RSA public key")
    }

    /// The `alg` of the tokens that it verifies.
    pub fn algorithm(&self) -> &'static str {
        match self {
            Self::Secret(_) => "HS256",
            Self::Public(_) => "RS256",
        }
    }

    /// Whether it is a secret that somebody could find by trying.
    pub fn is_weak(&self) -> bool {
        matches!(self, Self::Secret(secret) if secret.expose_secret().len() < SAFE_SECRET)
    }

    /// Whether it signed `message`.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Secret(secret) => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes());
                hmac::verify(&key, message, signature).is_ok()
            }
            Self::Public(key) => UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key)
                .verify(message, signature)
                .is_ok(),
        }
    }
}

/// The `RSAPublicKey` in a PEM, of either form (RFC 5280 section 4.1, RFC 8017 appendix A.1.1).
fn public_key(pem: &str) -> Option<Vec<u8>> {
    let (label, rest) = pem.strip_prefix(PEM)?.split_once("-----")?;
    let (body, _) = rest.split_once("-----END ")?;
    let body: String = body.replace("\\n", "").split_whitespace().collect();
    let der = STANDARD.decode(body).ok()?;
    match label {
        "RSA PUBLIC KEY" => content(&der, 0x30).is_some().then_some(der),
        "PUBLIC KEY" => {
            let bits = content(&der, 0x30)?.strip_prefix(&RSA)?;
            // A bit string whose last byte is used whole.
            let key = content(bits, 0x03)?.strip_prefix(&[0])?;
            content(key, 0x30).map(|_| key.to_vec())
        }
        _ => None,
    }
}

/// The content of the one DER value of this type that `der` consists of.
fn content(der: &[u8], tag: u8) -> Option<&[u8]> {
    let (first, rest) = der.strip_prefix(&[tag])?.split_first()?;
    let (length, rest) = match first {
        0x00..=0x7f => (usize::from(*first), rest),
        0x81 | 0x82 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    (rest.len() == length).then_some(rest)
}

impl fmt::Debug for LegacyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.algorithm())
    }
}

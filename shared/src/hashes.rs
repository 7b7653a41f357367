//! Keyed hashes under the pepper: phones and addresses never stand in a key in the clear, codes
//! never stand anywhere in the clear.

use std::net::IpAddr;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{digest, hmac};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::{ids::ChallengeId, otp::Purpose, phone::Phone};

/// HMAC-SHA256 under the pepper, a prefix telling the uses apart.
#[derive(Clone)]
pub struct Hashes(hmac::Key);

/// Hash of a phone number, 128 bits in base64url.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PhoneHash(String);

/// Hash of a client address, 128 bits in base64url; of an IPv6 address the first 64 bits count.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AddressHash(String);

/// Hash of a code, bound to its challenge, phone and purpose.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CodeHash(String);

impl Hashes {
    /// Hashes under this pepper.
    pub fn new(pepper: &SecretString) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, pepper.expose_secret().as_bytes()))
    }

    /// The phone as it stands in keys.
    pub fn phone(&self, phone: &Phone) -> PhoneHash {
        PhoneHash(self.short(&["phone", phone.as_str()]))
    }

    /// The client's address as it stands in keys.
    pub fn address(&self, address: IpAddr) -> AddressHash {
        let network = match address.to_canonical() {
            IpAddr::V4(v4) => v4.to_string(),
            IpAddr::V6(v6) => format!("{:x}", v6.to_bits() >> 64),
        };
        AddressHash(self.short(&["address", &network]))
    }

    /// The code as its challenge stores it.
    pub fn code(
        &self,
        challenge: ChallengeId,
        phone: &Phone,
        purpose: Purpose,
        code: &str,
    ) -> CodeHash {
        let tag =
            self.tag(&["code", &challenge.to_string(), phone.as_str(), purpose.as_str(), code]);
        CodeHash(URL_SAFE_NO_PAD.encode(tag))
    }

    fn short(&self, parts: &[&str]) -> String {
        URL_SAFE_NO_PAD.encode(&self.tag(parts).as_ref()[..16])
    }

    fn tag(&self, parts: &[&str]) -> hmac::Tag {
        hmac::sign(&self.0, parts.join("\u{1f}").as_bytes())
    }
}

/// Hash of something that is too long or too free to stand in a key: a push registration id, the id
/// that a publisher gave a message. SHA-256 in base64url, 43 characters. Not keyed: what it stands
/// for is unguessable or no secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContentHash(String);

impl ContentHash {
    /// The hash of `text`.
    pub fn of(text: &str) -> Self {
        Self(URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, text.as_bytes())))
    }

    /// The text that stands in keys.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// HMAC-SHA256 under the cursor secret, which every function has: for what a client is given to
/// give back, and for names in the log.
#[derive(Clone)]
pub struct Signer(hmac::Key);

impl Signer {
    /// Signs under this secret.
    pub fn new(secret: &SecretString) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes()))
    }

    /// The signature of `parts` in their order.
    pub fn sign(&self, parts: &[&str]) -> Vec<u8> {
        hmac::sign(&self.0, parts.join("\u{1f}").as_bytes()).as_ref().to_vec()
    }

    /// Whether `signature` is that of `parts`, in a time that does not depend on where it differs.
    pub fn verifies(&self, parts: &[&str], signature: &[u8]) -> bool {
        hmac::verify(&self.0, parts.join("\u{1f}").as_bytes(), signature).is_ok()
    }

    /// A name that hides `id`, 96 bits in base64url.
    pub fn pseudonym(&self, id: &str) -> String {
        URL_SAFE_NO_PAD.encode(&self.sign(&["pseudonym", id])[..12])
    }
}

impl CodeHash {
    /// Whether both are of the same code, in a time that does not depend on where they differ.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl PhoneHash {
    /// The text that stands in keys.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AddressHash {
    /// The text that stands in keys.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_ipv6_network_and_mapped_ones_hash_alike() {
        let hashes = Hashes::new(&"pepper".into());
        let hash = |text: &str| hashes.address(text.parse().unwrap());
        assert_eq!(hash("2001:db8:1:2::1"), hash("2001:db8:1:2:ffff::9"));
        assert_ne!(hash("2001:db8:1:2::1"), hash("2001:db8:1:3::1"));
        assert_eq!(hash("192.0.2.1"), hash("::ffff:192.0.2.1"));
    }
}

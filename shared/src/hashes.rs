//! Hashes and signatures. Phones and addresses are stored in keys as keyed hashes only, and codes
//! are never stored in the clear.

use std::{fmt, net::IpAddr};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{digest, hmac};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::{
    config::{ConfigError, Variables},
    ids::ChallengeId,
    phone::Phone,
};

/// For functions that handle phones.
#[derive(Debug, Clone)]
pub struct HashSettings {
    /// Key of the hashes of codes, phones and addresses.
    pub pepper: SecretString,
}

/// For functions that sign cursors or write customers' pseudonyms into the log.
#[derive(Debug, Clone)]
pub struct SignerSettings {
    /// Key of all signatures.
    pub secret: SecretString,
}

/// HMAC-SHA256 keyed with the pepper; a prefix separates the uses.
#[derive(Clone)]
pub struct Hashes(hmac::Key);

/// Hash of a phone number, 128 bits in base64url.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PhoneHash(String);

/// Hash of a client address, 128 bits in base64url. Of an IPv6 address only the first 56 bits
/// count.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AddressHash(String);

/// Hash of a client's network, 128 bits in base64url: the first 24 bits of an IPv4 address, the
/// first 48 of an IPv6 address.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NetworkHash(String);

/// Hash of a code together with its challenge, phone and purpose.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CodeHash(String);

impl HashSettings {
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        Ok(Self { pepper: variables.secret("HASH_SECRET")? })
    }
}

impl SignerSettings {
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        Ok(Self { secret: variables.secret("CURSOR_SECRET")? })
    }
}

impl Hashes {
    /// Hashes keyed with this pepper.
    pub fn new(pepper: &SecretString) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, pepper.expose_secret().as_bytes()))
    }

    /// The phone as keys hold it.
    pub fn phone(&self, phone: &Phone) -> PhoneHash {
        PhoneHash(self.short(&["phone", phone.as_str()]))
    }

    /// The client address as keys hold it.
    pub fn address(&self, address: IpAddr) -> AddressHash {
        let network = match address.to_canonical() {
            IpAddr::V4(v4) => v4.to_string(),
            IpAddr::V6(v6) => format!("{:x}", v6.to_bits() >> 72),
        };
        AddressHash(self.short(&["address", &network]))
    }

    /// The network of the client address as keys hold it.
    pub fn network(&self, address: IpAddr) -> NetworkHash {
        let network = match address.to_canonical() {
            IpAddr::V4(v4) => format!("{:x}/24", v4.to_bits() >> 8),
            IpAddr::V6(v6) => format!("{:x}/48", v6.to_bits() >> 80),
        };
        NetworkHash(self.short(&["network", &network]))
    }

    /// The code as its challenge stores it. `purpose` is the name of what the code proves.
    pub fn code(
        &self,
        challenge: ChallengeId,
        phone: &Phone,
        purpose: &str,
        code: &str,
    ) -> CodeHash {
        let tag = self.tag(&["code", &challenge.to_string(), phone.as_str(), purpose, code]);
        CodeHash(URL_SAFE_NO_PAD.encode(tag))
    }

    fn short(&self, parts: &[&str]) -> String {
        URL_SAFE_NO_PAD.encode(&self.tag(parts).as_ref()[..16])
    }

    fn tag(&self, parts: &[&str]) -> hmac::Tag {
        hmac::sign(&self.0, parts.join("\u{1f}").as_bytes())
    }
}

/// Hash of a text that is too long for a key or may hold any character: a push registration id, a
/// publisher's message id. SHA-256 in base64url, 43 characters. It needs no key, because the text
/// is unguessable or not secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContentHash(String);

impl ContentHash {
    /// The hash of `text`.
    pub fn of(text: &str) -> Self {
        Self(URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, text.as_bytes())))
    }

    /// The text that keys hold.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The first sixteen hexadecimal digits of the SHA-256 of `text`: a name in the log that whoever
/// knows the text can find, for instance by `sha256sum`.
pub fn fingerprint(text: &str) -> String {
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    digest.as_ref()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// HMAC-SHA256 keyed with the cursor secret: for values that clients send back unchanged, such as
/// cursors, and for pseudonyms in the log.
#[derive(Clone)]
pub struct Signer(hmac::Key);

impl Signer {
    /// Signs with this secret.
    pub fn new(secret: &SecretString) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes()))
    }

    /// The signature of `parts` in this order.
    pub fn sign(&self, parts: &[&str]) -> Vec<u8> {
        hmac::sign(&self.0, parts.join("\u{1f}").as_bytes()).as_ref().to_vec()
    }

    /// A stable name that does not reveal `id`, 96 bits in base64url.
    pub fn pseudonym(&self, id: &str) -> String {
        URL_SAFE_NO_PAD.encode(&self.sign(&["pseudonym", id])[..12])
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer")
    }
}

impl CodeHash {
    /// Compares in constant time.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl PhoneHash {
    /// The text that keys hold.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl NetworkHash {
    /// The text that keys hold.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AddressHash {
    /// The text that keys hold.
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
        assert_eq!(hash("2001:db8:1:200::1"), hash("2001:db8:1:2ff:ffff::9"));
        assert_ne!(hash("2001:db8:1:200::1"), hash("2001:db8:1:300::1"));
        assert_eq!(hash("192.0.2.1"), hash("::ffff:192.0.2.1"));
    }

    #[test]
    fn a_network_is_24_bits_of_ipv4_and_48_of_ipv6() {
        let hashes = Hashes::new(&"pepper".into());
        let hash = |text: &str| hashes.network(text.parse().unwrap());
        assert_eq!(hash("192.0.2.1"), hash("::ffff:192.0.2.255"));
        assert_ne!(hash("192.0.2.1"), hash("192.0.3.1"));
        assert_eq!(hash("2001:db8:1:2::1"), hash("2001:db8:1:ffff::1"));
        assert_ne!(hash("2001:db8:1::1"), hash("2001:db8:2::1"));
    }
}

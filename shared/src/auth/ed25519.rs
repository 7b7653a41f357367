//! Ed25519 (RFC 8032) for `jsonwebtoken` by ring, which TLS uses anyway: `jsonwebtoken`'s own
//! providers would bring a second library of that size.
//!
//! Invariants: no other algorithm is accepted; a header that names one is refused before any key is
//! used. A process remembers which signatures are valid, which never changes. Whether the key is
//! still trusted and the token still current is checked each time.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils},
    errors::{Error, ErrorKind},
    signature::{self, Signer, Verifier},
};
use ring::{
    digest::{self, Digest, SHA256},
    signature::{ED25519, Ed25519KeyPair, UnparsedPublicKey},
};
use secrecy::{ExposeSecret, SecretBox};

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: factories::signer,
    verifier_factory: factories::verifier,
    key_utils: KeyUtils::new_unimplemented(),
};

/// Makes `jsonwebtoken` use this provider. May be called any number of times.
pub fn install() {
    // Fails only if a provider is installed already, which is this one.
    let _ = PROVIDER.install_default();
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signatures that jsonwebtoken asks for")]
mod factories {
    use crate::auth::ed25519::{
        Algorithm, DecodingKey, EncodingKey, Error, JwtSigner, JwtVerifier, PrivateKey, PublicKey,
        only_eddsa, pair_of,
    };

    pub(super) fn signer(
        algorithm: &Algorithm,
        key: &EncodingKey,
    ) -> Result<Box<dyn JwtSigner>, Error> {
        only_eddsa(*algorithm)?;
        Ok(Box::new(PrivateKey(pair_of(key.as_bytes())?)))
    }

    pub(super) fn verifier(
        algorithm: &Algorithm,
        key: &DecodingKey,
    ) -> Result<Box<dyn JwtVerifier>, Error> {
        only_eddsa(*algorithm)?;
        Ok(Box::new(PublicKey(key.try_get_as_bytes()?.to_vec())))
    }
}

struct PrivateKey(Arc<Ed25519KeyPair>);

struct PublicKey(Vec<u8>);

/// How many key pairs are kept. A function signs with one.
const MOST_PAIRS: usize = 4;

/// The pairs that signed last, with their PKCS #8 form. Making one computes its public half, which
/// takes as long as signing.
static PAIRS: Mutex<VecDeque<KeptPair>> = Mutex::new(VecDeque::new());

type KeptPair = (SecretBox<Vec<u8>>, Arc<Ed25519KeyPair>);

fn pair_of(pkcs8: &[u8]) -> Result<Arc<Ed25519KeyPair>, Error> {
    let mut pairs = PAIRS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, pair)) = pairs.iter().find(|(of, _)| of.expose_secret() == pkcs8) {
        return Ok(pair.clone());
    }
    let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8).map_err(|_| invalid_key())?;
    let pair = Arc::new(pair);
    pairs.truncate(MOST_PAIRS - 1);
    pairs.push_front((SecretBox::new(Box::new(pkcs8.to_vec())), pair.clone()));
    Ok(pair)
}

fn only_eddsa(algorithm: Algorithm) -> Result<(), Error> {
    if algorithm == Algorithm::EdDSA { Ok(()) } else { Err(ErrorKind::InvalidAlgorithm.into()) }
}

fn invalid_key() -> Error {
    ErrorKind::InvalidEddsaKey.into()
}

impl Signer<Vec<u8>> for PrivateKey {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        Ok(self.0.sign(message).as_ref().to_vec())
    }
}

impl JwtSigner for PrivateKey {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

/// How many signatures are remembered.
const MOST_SIGNATURES: usize = 128;

/// The fingerprints of the signatures that were verified last. A phone sends its access token with
/// each request, and verifying one takes fifty times as long as looking it up.
static VALID: Mutex<VecDeque<[u8; 32]>> = Mutex::new(VecDeque::new());

impl Verifier<Vec<u8>> for PublicKey {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        let fingerprint = self.fingerprint(message, signature).ok_or_else(signature::Error::new)?;
        let valid = || VALID.lock().unwrap_or_else(PoisonError::into_inner);
        if valid().contains(&fingerprint) {
            return Ok(());
        }
        UnparsedPublicKey::new(&ED25519, &self.0)
            .verify(message, signature)
            .map_err(|_| signature::Error::new())?;
        let mut valid = valid();
        valid.truncate(MOST_SIGNATURES - 1);
        valid.push_front(fingerprint);
        Ok(())
    }
}

impl PublicKey {
    /// SHA-256 of key, signature and message; none where key or signature have another length than
    /// they should, so that no two of them hash the same bytes.
    fn fingerprint(&self, message: &[u8], signature: &[u8]) -> Option<[u8; 32]> {
        if (self.0.len(), signature.len()) != (32, 64) {
            return None;
        }
        let mut hash = digest::Context::new(&SHA256);
        for part in [&self.0, signature, message] {
            hash.update(part);
        }
        Digest::as_ref(&hash.finish()).try_into().ok()
    }
}

impl JwtVerifier for PublicKey {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

#[cfg(test)]
mod tests {
    use ring::signature::KeyPair;

    use super::*;

    fn pair(seed: u8) -> (PrivateKey, PublicKey) {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).expect("32 bytes");
        let public = PublicKey(pair.public_key().as_ref().to_vec());
        (PrivateKey(Arc::new(pair)), public)
    }

    #[test]
    fn a_signature_that_is_remembered_makes_no_other_one_right() {
        let ((private, public), (_, other)) = (pair(1), pair(2));
        let message = b"header.payload";
        let right = private.try_sign(message).expect("a signature");
        for _ in 0..2 {
            assert!(public.verify(message, &right).is_ok());
        }
        assert!(other.verify(message, &right).is_err(), "of another key");
        assert!(public.verify(b"header.payloae", &right).is_err(), "of another message");
        for bit in 0..8 * right.len() {
            let mut wrong = right.clone();
            wrong[bit / 8] ^= 1 << (bit % 8);
            assert!(public.verify(message, &wrong).is_err(), "bit {bit}");
        }
        // The same bytes, parted elsewhere.
        let (shorter, last) = right.split_at(63);
        let longer = [last, message].concat();
        assert!(public.verify(&longer, &shorter.to_vec()).is_err());
        let longer = [&right[..], &message[..1]].concat();
        assert!(public.verify(&message[1..], &longer).is_err());
        assert!(public.verify(message, &Vec::new()).is_err());
        assert!(public.verify(message, &right).is_ok());
    }

    #[test]
    fn only_the_last_signatures_are_remembered() {
        let (private, public) = pair(3);
        for number in 0..3 * MOST_SIGNATURES {
            let message = number.to_string();
            let right = private.try_sign(message.as_bytes()).expect("a signature");
            assert!(public.verify(message.as_bytes(), &right).is_ok());
            let kept = VALID.lock().unwrap_or_else(PoisonError::into_inner).len();
            assert!((1..=MOST_SIGNATURES).contains(&kept), "{kept}");
        }
        let is_kept = |number: usize| {
            let message = number.to_string();
            let right = private.try_sign(message.as_bytes()).expect("a signature");
            let fingerprint =
                public.fingerprint(message.as_bytes(), &right).expect("a fingerprint");
            VALID.lock().unwrap_or_else(PoisonError::into_inner).contains(&fingerprint)
        };
        assert!(is_kept(3 * MOST_SIGNATURES - 1) && !is_kept(0));
    }
}

//! Ed25519 (RFC 8032) for `jsonwebtoken`, from the library that TLS uses, so that a function
//! holds only one cryptography library, which is a third of its size.
//!
//! Invariant: no other algorithm is accepted; a header that names one is refused before any key is
//! used.

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
use ring::signature::{ED25519, Ed25519KeyPair, UnparsedPublicKey};
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

impl Verifier<Vec<u8>> for PublicKey {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        UnparsedPublicKey::new(&ED25519, &self.0)
            .verify(message, signature)
            .map_err(|_| signature::Error::new())
    }
}

impl JwtVerifier for PublicKey {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

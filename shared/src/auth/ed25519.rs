//! Ed25519 (RFC 8032) for `jsonwebtoken`, from the library that TLS uses, so that a function
//! holds only one cryptography library, which is a third of its size.
//!
//! Invariant: no other algorithm is accepted; a header that names one is refused before any key is
//! used.

use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils},
    errors::{Error, ErrorKind},
    signature::{self, Signer, Verifier},
};
use ring::signature::{ED25519, Ed25519KeyPair, UnparsedPublicKey};

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
        Algorithm, DecodingKey, Ed25519KeyPair, EncodingKey, Error, JwtSigner, JwtVerifier,
        PrivateKey, PublicKey, invalid_key, only_eddsa,
    };

    pub(super) fn signer(
        algorithm: &Algorithm,
        key: &EncodingKey,
    ) -> Result<Box<dyn JwtSigner>, Error> {
        only_eddsa(*algorithm)?;
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(key.as_bytes())
            .map_err(|_| invalid_key())?;
        Ok(Box::new(PrivateKey(pair)))
    }

    pub(super) fn verifier(
        algorithm: &Algorithm,
        key: &DecodingKey,
    ) -> Result<Box<dyn JwtVerifier>, Error> {
        only_eddsa(*algorithm)?;
        Ok(Box::new(PublicKey(key.try_get_as_bytes()?.to_vec())))
    }
}

struct PrivateKey(Ed25519KeyPair);

struct PublicKey(Vec<u8>);

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

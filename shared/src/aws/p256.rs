//! P-256 for TLS by RustCrypto. That of ring carries a table of 150 KB, which hardly packs, for a
//! speed that only the first connections of a process would notice.
//!
//! Invariant: what ring's takes is taken, and nothing else.

use p256::{
    PublicKey,
    ecdh::EphemeralSecret,
    ecdsa::{Signature, VerifyingKey, signature::hazmat::PrehashVerifier},
    elliptic_curve::{Generate, sec1::ToSec1Point},
};
use ring::digest::{self, digest};
use rustls::{
    Error, NamedGroup, PeerMisbehaved,
    crypto::{ActiveKeyExchange, GetRandomFailed, SharedSecret, SupportedKxGroup},
    ffdhe_groups::FfdheGroup,
};
use rustls_pki_types::{
    AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm, alg_id,
};

/// ECDSA with SHA-256.
pub(super) const ECDSA_SHA256: &dyn SignatureVerificationAlgorithm =
    &Ecdsa { identifier: alg_id::ECDSA_SHA256, digest: &digest::SHA256 };

/// ECDSA with SHA-384.
pub(super) const ECDSA_SHA384: &dyn SignatureVerificationAlgorithm =
    &Ecdsa { identifier: alg_id::ECDSA_SHA384, digest: &digest::SHA384 };

/// Key exchange by ECDH.
pub(super) const ECDH: &dyn SupportedKxGroup = &Ecdh;

/// The first byte of an uncompressed point.
const UNCOMPRESSED: u8 = 4;

/// The key of an uncompressed point; TLS and certificates have no others.
fn key(point: &[u8]) -> Option<PublicKey> {
    let point = Some(point).filter(|point| point.first() == Some(&UNCOMPRESSED))?;
    PublicKey::from_sec1_bytes(point).ok()
}

#[derive(Debug)]
struct Ecdsa {
    identifier: AlgorithmIdentifier,
    digest: &'static digest::Algorithm,
}

impl SignatureVerificationAlgorithm for Ecdsa {
    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::ECDSA_P256
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.identifier
    }

    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let key = VerifyingKey::from(key(public_key).ok_or(InvalidSignature)?);
        let signature = Signature::from_der(signature).map_err(|_| InvalidSignature)?;
        let digest = digest(self.digest, message);
        key.verify_prehash(digest.as_ref(), &signature).map_err(|_| InvalidSignature)
    }
}

#[derive(Debug)]
struct Ecdh;

impl SupportedKxGroup for Ecdh {
    fn start(&self) -> Result<Box<dyn ActiveKeyExchange>, Error> {
        let secret = EphemeralSecret::try_generate().map_err(|_| GetRandomFailed)?;
        let point = secret.public_key().to_sec1_point(false);
        Ok(Box::new(Exchange { secret, point: point.as_bytes().into() }))
    }

    fn name(&self) -> NamedGroup {
        NamedGroup::secp256r1
    }

    // The default would link the primes of another kind of key exchange.
    fn ffdhe_group(&self) -> Option<FfdheGroup<'static>> {
        None
    }
}

/// A key exchange that waits for the point of the other side.
struct Exchange {
    secret: EphemeralSecret,
    point: Box<[u8]>,
}

impl ActiveKeyExchange for Exchange {
    fn complete(self: Box<Self>, peer: &[u8]) -> Result<SharedSecret, Error> {
        let peer = key(peer).ok_or(PeerMisbehaved::InvalidKeyShare)?;
        let secret = self.secret.diffie_hellman(&peer);
        Ok(SharedSecret::from(secret.raw_secret_bytes().as_slice()))
    }

    fn pub_key(&self) -> &[u8] {
        &self.point
    }

    fn group(&self) -> NamedGroup {
        NamedGroup::secp256r1
    }

    fn ffdhe_group(&self) -> Option<FfdheGroup<'static>> {
        None
    }
}

#[cfg(test)]
mod tests {
    use p256::ecdsa::{SigningKey, signature::hazmat::PrehashSigner};
    use proptest::prelude::*;
    use ring::{
        agreement::{self, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral},
        rand::SystemRandom,
    };
    use webpki::ring::{ECDSA_P256_SHA256, ECDSA_P256_SHA384};

    use super::*;

    proptest! {
        #[test]
        fn a_signature_is_right_where_it_is_for_ring(
            message in any::<Vec<u8>>(),
            change in any::<prop::sample::Index>(),
            bit in 0..8_u8,
        ) {
            let pair = SigningKey::generate();
            let point = |compressed| pair.verifying_key().to_sec1_point(compressed);
            for (ours, ring, algorithm) in [
                (ECDSA_SHA256, ECDSA_P256_SHA256, &digest::SHA256),
                (ECDSA_SHA384, ECDSA_P256_SHA384, &digest::SHA384),
            ] {
                let digest = digest(algorithm, &message);
                let signature: Signature = pair.sign_prehash(digest.as_ref()).expect("a signature");
                let signature = signature.to_der().as_bytes().to_vec();
                let verified = |key: &[u8], message: &[u8], signature: &[u8]| {
                    [ours, ring].map(|one| one.verify_signature(key, message, signature).is_ok())
                };
                let key = point(false).as_bytes().to_vec();
                prop_assert_eq!(verified(&key, &message, &signature), [true; 2]);
                let compressed = point(true);
                prop_assert_eq!(verified(compressed.as_bytes(), &message, &signature), [false; 2]);
                for part in 0..3 {
                    let mut parts = [key.clone(), message.clone(), signature.clone()];
                    if let Some(length @ 1..) = parts.get(part).map(Vec::len) {
                        parts[part][change.index(length)] ^= 1 << bit;
                        let [key, message, signature] = parts;
                        prop_assert_eq!(verified(&key, &message, &signature), [false; 2]);
                    }
                }
            }
        }

        #[test]
        fn both_sides_of_a_key_exchange_have_one_secret(_round in 0..16_u8) {
            let random = SystemRandom::new();
            let theirs = EphemeralPrivateKey::generate(&agreement::ECDH_P256, &random);
            let theirs = theirs.expect("a key");
            let their_point = theirs.compute_public_key().expect("a point");
            let ours = ECDH.start().expect("a key");
            let our_point = UnparsedPublicKey::new(&agreement::ECDH_P256, ours.pub_key().to_vec());
            let our_secret = ours.complete(their_point.as_ref()).expect("a secret");
            let their_secret = agree_ephemeral(theirs, &our_point, <[u8]>::to_vec);
            prop_assert_eq!(our_secret.secret_bytes(), their_secret.expect("a secret"));
        }
    }

    #[test]
    fn a_point_that_is_none_is_refused() {
        let ours = || ECDH.start().expect("a key");
        let mut off_the_curve = ours().pub_key().to_vec();
        off_the_curve[64] ^= 1;
        let mut compressed = ours().pub_key()[..33].to_vec();
        compressed[0] = 2 + (off_the_curve[64] & 1);
        for peer in [&[][..], &[0], &[UNCOMPRESSED; 65], &off_the_curve, &compressed] {
            assert!(ours().complete(peer).is_err(), "{peer:?}");
        }
    }
}

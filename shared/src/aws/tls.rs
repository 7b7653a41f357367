//! TLS of the SDK's connections: rustls with what AWS's endpoints speak, and no more.
//!
//! Left out of what ring's provider has: ChaCha20, since every processor of Lambda has instructions
//! for AES; and keys of clients. P-256 comes from [`p256`] instead.

use std::sync::Arc;

use rustls::{
    ClientConfig, Error, RootCertStore, SignatureScheme,
    crypto::{
        CryptoProvider, GetRandomFailed, KeyProvider, SecureRandom, WebPkiSupportedAlgorithms,
        ring::{cipher_suite, kx_group},
    },
    sign::SigningKey,
};
use rustls_pki_types::PrivateKeyDer;
use webpki::ring::{
    ECDSA_P384_SHA256, ECDSA_P384_SHA384, ED25519, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA256_ABSENT_PARAMS, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA384_ABSENT_PARAMS, RSA_PKCS1_2048_8192_SHA512,
    RSA_PKCS1_2048_8192_SHA512_ABSENT_PARAMS, RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
    RSA_PSS_2048_8192_SHA384_LEGACY_KEY, RSA_PSS_2048_8192_SHA512_LEGACY_KEY,
};

use crate::aws::p256;

/// A client that trusts `roots` alone.
pub(super) fn client(roots: RootCertStore) -> ClientConfig {
    ClientConfig::builder_with_provider(Arc::new(provider()))
        .with_safe_default_protocol_versions()
        .expect("there are suites for TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth()
}

fn provider() -> CryptoProvider {
    CryptoProvider {
        cipher_suites: vec![
            cipher_suite::TLS13_AES_256_GCM_SHA384,
            cipher_suite::TLS13_AES_128_GCM_SHA256,
            cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
            cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
            cipher_suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
            cipher_suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        ],
        kx_groups: vec![kx_group::X25519, p256::ECDH, kx_group::SECP384R1],
        signature_verification_algorithms: SIGNATURES,
        secure_random: &Random,
        key_provider: &NoKeys,
    }
}

/// By the scheme that a handshake names. In TLS 1.2 one may stand for two curves; TLS 1.3 uses the
/// first.
static SIGNATURES: WebPkiSupportedAlgorithms = WebPkiSupportedAlgorithms {
    all: &[
        p256::ECDSA_SHA256,
        p256::ECDSA_SHA384,
        ECDSA_P384_SHA256,
        ECDSA_P384_SHA384,
        ED25519,
        RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
        RSA_PSS_2048_8192_SHA384_LEGACY_KEY,
        RSA_PSS_2048_8192_SHA512_LEGACY_KEY,
        RSA_PKCS1_2048_8192_SHA256,
        RSA_PKCS1_2048_8192_SHA384,
        RSA_PKCS1_2048_8192_SHA512,
        RSA_PKCS1_2048_8192_SHA256_ABSENT_PARAMS,
        RSA_PKCS1_2048_8192_SHA384_ABSENT_PARAMS,
        RSA_PKCS1_2048_8192_SHA512_ABSENT_PARAMS,
    ],
    mapping: &[
        (SignatureScheme::ECDSA_NISTP384_SHA384, &[ECDSA_P384_SHA384, p256::ECDSA_SHA384]),
        (SignatureScheme::ECDSA_NISTP256_SHA256, &[p256::ECDSA_SHA256, ECDSA_P384_SHA256]),
        (SignatureScheme::ED25519, &[ED25519]),
        (SignatureScheme::RSA_PSS_SHA512, &[RSA_PSS_2048_8192_SHA512_LEGACY_KEY]),
        (SignatureScheme::RSA_PSS_SHA384, &[RSA_PSS_2048_8192_SHA384_LEGACY_KEY]),
        (SignatureScheme::RSA_PSS_SHA256, &[RSA_PSS_2048_8192_SHA256_LEGACY_KEY]),
        (SignatureScheme::RSA_PKCS1_SHA512, &[RSA_PKCS1_2048_8192_SHA512]),
        (SignatureScheme::RSA_PKCS1_SHA384, &[RSA_PKCS1_2048_8192_SHA384]),
        (SignatureScheme::RSA_PKCS1_SHA256, &[RSA_PKCS1_2048_8192_SHA256]),
    ],
};

/// The system's.
#[derive(Debug)]
struct Random;

impl SecureRandom for Random {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), GetRandomFailed> {
        getrandom::fill(bytes).map_err(|_| GetRandomFailed)
    }
}

/// No client shows a certificate.
#[derive(Debug)]
struct NoKeys;

impl KeyProvider for NoKeys {
    fn load_private_key(&self, _: PrivateKeyDer<'static>) -> Result<Arc<dyn SigningKey>, Error> {
        Err(Error::General("a client has no key".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertifiedKey, KeyPair, SignatureAlgorithm};
    use rustls::{
        ClientConnection, Connection, ServerConfig, ServerConnection, SupportedProtocolVersion,
        crypto::{SupportedKxGroup, ring},
        version::{TLS12, TLS13},
    };

    use rustls_pki_types::{AlgorithmIdentifier, SignatureVerificationAlgorithm};

    use super::*;

    const NAME: &str = "dynamodb.us-east-1.amazonaws.com";

    /// A server as others run it, which exchanges keys in one way alone.
    fn server(
        certificate: &CertifiedKey<KeyPair>,
        group: &'static dyn SupportedKxGroup,
        version: &'static SupportedProtocolVersion,
    ) -> ServerConnection {
        let provider = CryptoProvider { kx_groups: vec![group], ..ring::default_provider() };
        let key = certificate.signing_key.serialize_der().try_into().expect("a key");
        let config = ServerConfig::builder_with_provider(Arc::new(provider))
            .with_protocol_versions(&[version])
            .expect("a version with suites")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.cert.der().clone()], key)
            .expect("a certificate of its own");
        ServerConnection::new(Arc::new(config)).expect("a server")
    }

    fn connect(trusted: &CertifiedKey<KeyPair>) -> ClientConnection {
        let mut roots = RootCertStore::empty();
        roots.add(trusted.cert.der().clone()).expect("a root");
        let name = NAME.try_into().expect("a name");
        ClientConnection::new(Arc::new(client(roots)), name).expect("a client")
    }

    /// What both say to one another until they are done.
    fn shake_hands(client: ClientConnection, server: ServerConnection) -> Result<(), Error> {
        let mut both = [Connection::from(client), Connection::from(server)];
        while both.iter().any(|one| one.is_handshaking()) {
            for (from, to) in [(0, 1), (1, 0)] {
                let mut said = Vec::new();
                while both[from].wants_write() {
                    both[from].write_tls(&mut said).expect("memory takes it");
                }
                let mut said = &said[..];
                while !said.is_empty() {
                    both[to].read_tls(&mut said).expect("memory gives it");
                    both[to].process_new_packets()?;
                }
            }
        }
        Ok(())
    }

    fn certificate(algorithm: &'static SignatureAlgorithm) -> CertifiedKey<KeyPair> {
        let signing_key = KeyPair::generate_for(algorithm).expect("a key");
        let parameters = rcgen::CertificateParams::new([NAME.to_owned()]).expect("a name");
        let cert = parameters.self_signed(&signing_key).expect("a certificate");
        CertifiedKey { cert, signing_key }
    }

    #[test]
    fn the_signatures_are_those_of_ring() {
        type Identifiers = Vec<(AlgorithmIdentifier, AlgorithmIdentifier)>;

        let identifiers = |algorithms: &[&dyn SignatureVerificationAlgorithm]| -> Identifiers {
            let both =
                algorithms.iter().map(|one| (one.public_key_alg_id(), one.signature_alg_id()));
            both.collect()
        };
        let [ours, theirs] = [provider(), ring::default_provider()].map(|provider| {
            let WebPkiSupportedAlgorithms { all, mapping } =
                provider.signature_verification_algorithms;
            let named = mapping.iter().map(|(scheme, of_it)| (*scheme, identifiers(of_it)));
            (identifiers(all), named.collect::<Vec<_>>())
        });
        assert_eq!(ours, theirs);
    }

    #[test]
    fn a_server_is_reached_with_any_curve_of_its_certificate_and_of_the_key_exchange() {
        let groups = [kx_group::X25519, kx_group::SECP256R1, kx_group::SECP384R1];
        let kinds =
            [&rcgen::PKCS_ECDSA_P256_SHA256, &rcgen::PKCS_ECDSA_P384_SHA384, &rcgen::PKCS_ED25519];
        for certificate in kinds.map(certificate) {
            for group in groups {
                for version in [&TLS12, &TLS13] {
                    let done =
                        shake_hands(connect(&certificate), server(&certificate, group, version));
                    assert!(done.is_ok(), "{group:?} {version:?}: {done:?}");
                }
            }
        }
    }

    #[test]
    fn a_server_that_nobody_vouches_for_is_not_trusted() {
        for algorithm in [&rcgen::PKCS_ECDSA_P256_SHA256, &rcgen::PKCS_ECDSA_P384_SHA384] {
            let (trusted, other) = (certificate(algorithm), certificate(algorithm));
            let done = shake_hands(connect(&trusted), server(&other, kx_group::X25519, &TLS13));
            assert!(matches!(done, Err(Error::InvalidCertificate(_))), "{done:?}");
        }
    }
}

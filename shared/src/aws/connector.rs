//! HTTP/1.1 over hyper and rustls for the SDK's clients.
//!
//! The SDK's ready-made client also speaks HTTP/2, which neither DynamoDB nor SNS uses and which
//! takes a tenth of a function's zip. Invariant: the SDK sees a connection error as an I/O error,
//! which it retries.

use std::{
    borrow::Cow,
    fs,
    path::PathBuf,
    sync::{Arc, OnceLock},
    time::Duration,
};

use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
    },
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::body::SdkBody;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{self, Client, connect},
    rt::{TokioExecutor, TokioTimer},
};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use rustls_pki_types::{CertificateDer, pem::PemObject};

/// The certificates to trust, as PEM.
#[derive(Debug, Clone)]
pub(super) enum Roots {
    Text(&'static str),
    /// Read with the first connection.
    File(PathBuf),
}

impl Roots {
    /// No certificate where the file cannot be read, so that no connection is trusted.
    fn pem(&self) -> Cow<'static, [u8]> {
        match self {
            Self::Text(text) => Cow::Borrowed(text.as_bytes()),
            Self::File(path) => Cow::Owned(fs::read(path).unwrap_or_else(|error| {
                tracing::error!(%error, path = %path.display(), "AWS_CA_BUNDLE cannot be read");
                Vec::new()
            })),
        }
    }
}

/// A connection pool, cheap to clone. It is made at the first call, so a start parses no
/// certificates.
#[derive(Debug, Clone)]
pub(super) struct Connector {
    roots: Roots,
    connect_timeout: Duration,
    most_idle: usize,
    pool: Arc<OnceLock<Pool>>,
}

type Pool = Client<HttpsConnector<connect::HttpConnector>, SdkBody>;

impl Connector {
    /// Trusts `roots` alone.
    pub(super) fn new(roots: Roots, connect_timeout: Duration) -> Self {
        Self { roots, connect_timeout, most_idle: usize::MAX, pool: Arc::default() }
    }

    /// The same, but each call opens a connection.
    pub(super) fn without_pool(self) -> Self {
        Self { most_idle: 0, pool: Arc::default(), ..self }
    }

    /// Reads the certificates now.
    pub(super) fn make(&self) {
        self.pool();
    }

    fn pool(&self) -> Pool {
        self.pool.get_or_init(|| pool(&self.roots, self.connect_timeout, self.most_idle)).clone()
    }
}

impl HttpClient for Connector {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let pool = self.pool();
        HttpConnectorFuture::new(async move {
            let request =
                request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
            let response =
                pool.request(request).await.map_err(|error| ConnectorError::io(error.into()))?;
            let response = response.map(SdkBody::from_body_1_x);
            HttpResponse::try_from(response)
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// Whether no connection was made, so that nothing was sent.
pub(super) fn is_unconnected(error: &ConnectorError) -> bool {
    let source = std::error::Error::source(error);
    source
        .and_then(|source| source.downcast_ref::<legacy::Error>())
        .is_some_and(legacy::Error::is_connect)
}

fn pool(roots: &Roots, connect_timeout: Duration, most_idle: usize) -> Pool {
    let mut tcp = connect::HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(connect_timeout));
    let https = HttpsConnectorBuilder::new()
        .with_tls_config(tls(roots))
        .https_or_http()
        .enable_http1()
        .wrap_connector(tcp);
    Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_max_idle_per_host(most_idle)
        .build(https)
}

fn tls(roots: &Roots) -> ClientConfig {
    let mut trusted = RootCertStore::empty();
    trusted.add_parsable_certificates(CertificateDer::pem_slice_iter(&roots.pem()).flatten());
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has what TLS 1.2 and 1.3 need")
        .with_root_certificates(trusted)
        .with_no_client_auth()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_call_that_reached_nobody_is_told_from_one_that_did() {
        let call = async |address: &str| {
            let request = HttpRequest::get(format!("http://{address}/")).expect("a request");
            let connector = Connector::new(Roots::Text(""), Duration::from_secs(1));
            connector.call(request).await.expect_err("no answer")
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let (reached, ()) = tokio::join!(call(&address), async { drop(listener.accept().await) });
        assert!(!is_unconnected(&reached), "{reached:?}");
        drop(listener);
        assert!(is_unconnected(&call(&address).await));
    }

    #[test]
    fn every_root_that_we_carry_can_be_read() {
        let pem = include_str!("amazon_roots.pem");
        let mut trusted = RootCertStore::empty();
        let (added, ignored) = trusted
            .add_parsable_certificates(CertificateDer::pem_slice_iter(pem.as_bytes()).flatten());
        assert_eq!((added, ignored), (5, 0));
    }
}

//! HTTP/1.1 over hyper and rustls for the SDK's clients, as the functions have it. It trusts the
//! file of `AWS_CA_BUNDLE`.

use std::{
    fs,
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
    client::legacy::{Client, connect},
    rt::{TokioExecutor, TokioTimer},
};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use rustls_pki_types::{CertificateDer, pem::PemObject};

use crate::clients::variable;

/// A connection pool, made at the first call.
#[derive(Debug, Clone)]
pub struct Connector {
    most_idle: usize,
    pool: Arc<OnceLock<Pool>>,
}

type Pool = Client<HttpsConnector<connect::HttpConnector>, SdkBody>;

impl Connector {
    /// Keeps connections open.
    pub fn pooled() -> Self {
        Self { most_idle: usize::MAX, pool: Arc::default() }
    }

    /// Opens a connection for each call.
    pub fn fresh() -> Self {
        Self { most_idle: 0, pool: Arc::default() }
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
        let pool = self.pool.get_or_init(|| pool(self.most_idle)).clone();
        HttpConnectorFuture::new(async move {
            let request =
                request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
            let response =
                pool.request(request).await.map_err(|error| ConnectorError::io(error.into()))?;
            HttpResponse::try_from(response.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

fn pool(most_idle: usize) -> Pool {
    let mut tcp = connect::HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(Duration::from_secs(1)));
    let https = HttpsConnectorBuilder::new()
        .with_tls_config(tls())
        .https_or_http()
        .enable_http1()
        .wrap_connector(tcp);
    Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_max_idle_per_host(most_idle)
        .build(https)
}

fn tls() -> ClientConfig {
    let pem = fs::read(variable("AWS_CA_BUNDLE")).unwrap_or_default();
    let mut trusted = RootCertStore::empty();
    trusted.add_parsable_certificates(CertificateDer::pem_slice_iter(&pem).flatten());
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has what TLS 1.2 and 1.3 need")
        .with_root_certificates(trusted)
        .with_no_client_auth()
}

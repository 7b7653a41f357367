//! The clients of AWS, configured by hand from [`Config`]: nothing is looked up at the start, neither files nor the metadata service.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};
use secrecy::ExposeSecret;

use crate::config::{AwsConfig, Config};

/// Amazon's own roots (Amazon Root CA 1 to 4 and Starfield Services G2), from the Amazon Trust Services repository: the only ones that
/// its endpoints need. Reading the system's whole list would be most of a cold start.
const AMAZON_ROOTS: &str = include_str!("amazon_roots.pem");

/// The clients that a function uses.
#[derive(Debug, Clone)]
pub struct Clients {
    /// Storage.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// Messages.
    pub sns: aws_sdk_sns::Client,
}

impl Clients {
    /// Clients over one pool of connections.
    pub fn new(config: &Config) -> Self {
        Self::over(&config.aws, http_client(&config.aws))
    }

    /// The same over another way to send requests.
    pub fn over(aws: &AwsConfig, http: SharedHttpClient) -> Self {
        let credentials = Credentials::new(
            &aws.access_key_id,
            aws.secret_access_key.expose_secret(),
            aws.session_token.as_ref().map(|token| token.expose_secret().to_owned()),
            None,
            "environment",
        );
        let mut dynamodb = aws_sdk_dynamodb::Config::builder()
            .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
            .region(aws_sdk_dynamodb::config::Region::new(aws.region.clone()))
            .credentials_provider(credentials.clone())
            .http_client(http.clone())
            .retry_config(retries())
            .timeout_config(timeouts());
        dynamodb.set_endpoint_url(aws.dynamodb_endpoint.clone());
        let mut sns = aws_sdk_sns::Config::builder()
            .behavior_version(aws_sdk_sns::config::BehaviorVersion::latest())
            .region(aws_sdk_sns::config::Region::new(aws.region.clone()))
            .credentials_provider(credentials)
            .http_client(http)
            .retry_config(retries())
            .timeout_config(timeouts());
        sns.set_endpoint_url(aws.sns_endpoint.clone());
        Self { dynamodb: aws_sdk_dynamodb::Client::from_conf(dynamodb.build()), sns: aws_sdk_sns::Client::from_conf(sns.build()) }
    }
}

/// How requests are sent: without TLS where every endpoint is a local one, else with Amazon's roots.
pub fn http_client(aws: &AwsConfig) -> SharedHttpClient {
    let builder = aws_smithy_http_client::Builder::new();
    let plain = |endpoint: &Option<String>| endpoint.as_deref().is_some_and(|url| url.starts_with("http://"));
    if plain(&aws.dynamodb_endpoint) && plain(&aws.sns_endpoint) {
        return builder.build_http();
    }
    let roots = TrustStore::empty().with_pem_certificate(AMAZON_ROOTS);
    let context = TlsContext::builder().with_trust_store(roots).build().expect("a context of roots alone is always valid");
    builder.tls_provider(Provider::Rustls(CryptoMode::AwsLc)).tls_context(context).build_https()
}

fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(50))
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(Duration::from_millis(2_500))
        .operation_timeout(Duration::from_secs(7))
        .build()
}

//! The SDK's clients, configured from [`AwsSettings`]. A start looks nothing up, neither in files
//! nor at the metadata service.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::{
    endpoint::EndpointFuture, http::SharedHttpClient,
    stalled_stream_protection::StalledStreamProtectionConfig,
};
use aws_smithy_types::{endpoint::Endpoint, retry::RetryConfig, timeout::TimeoutConfig};
use secrecy::ExposeSecret;
use table::{Lazy, usage::Meter};

use crate::aws::{connector::Connector, settings::AwsSettings};

/// Amazon's own roots (Amazon Root CA 1 to 4 and Starfield Services G2), from the Amazon Trust
/// Services repository: the only ones that its endpoints need. Reading the system's whole list
/// would be most of a cold start.
const AMAZON_ROOTS: &str = include_str!("amazon_roots.pem");

/// Limit for opening a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// The clients that a function uses.
#[derive(Debug, Clone)]
pub struct Clients {
    /// Making it takes a third of the CPU time of a start, since the SDK parses all partitions of
    /// AWS. A function therefore begins it in a thread of its own.
    pub dynamodb: Lazy<aws_sdk_dynamodb::Client>,
    /// Made at its first use: most requests send nothing.
    pub sns: Lazy<aws_sdk_sns::Client>,
}

impl Clients {
    /// Clients that share one connection pool.
    pub fn new(aws: &AwsSettings) -> Self {
        Self::over(aws, http_client())
    }

    /// Clients that send through `http`.
    pub fn over(aws: &AwsSettings, http: SharedHttpClient) -> Self {
        let (of_dynamodb, of_sns) = ((aws.clone(), http.clone()), (aws.clone(), http));
        Self {
            dynamodb: Lazy::new(move || dynamodb(&of_dynamodb.0, of_dynamodb.1)),
            sns: Lazy::new(move || messages(&of_sns.0, of_sns.1)),
        }
    }
}

fn dynamodb(aws: &AwsSettings, http: SharedHttpClient) -> aws_sdk_dynamodb::Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
        .region(aws_sdk_dynamodb::config::Region::new(aws.region.clone()))
        .credentials_provider(credentials(aws))
        .endpoint_resolver(Fixed::new("dynamodb", &aws.region, aws.dynamodb_endpoint.as_deref()))
        .http_client(http)
        .retry_config(retries())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .timeout_config(timeouts())
        .interceptor(Meter);
    aws_sdk_dynamodb::Client::from_conf(config.build())
}

fn messages(aws: &AwsSettings, http: SharedHttpClient) -> aws_sdk_sns::Client {
    let config = aws_sdk_sns::Config::builder()
        .behavior_version(aws_sdk_sns::config::BehaviorVersion::latest())
        .region(aws_sdk_sns::config::Region::new(aws.region.clone()))
        .credentials_provider(credentials(aws))
        .endpoint_resolver(Fixed::new("sns", &aws.region, aws.sns_endpoint.as_deref()))
        .http_client(http)
        .retry_config(retries())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .timeout_config(timeouts());
    aws_sdk_sns::Client::from_conf(config.build())
}

fn credentials(aws: &AwsSettings) -> Credentials {
    let token = aws.session_token.as_ref().map(|token| token.expose_secret().to_owned());
    Credentials::new(
        &aws.access_key_id,
        aws.secret_access_key.expose_secret(),
        token,
        None,
        "environment",
    )
}

/// The one endpoint of a service in a region. The SDK's rule engine knows many more kinds and takes
/// a quarter of a cold start.
#[derive(Debug)]
struct Fixed(Endpoint);

impl Fixed {
    fn new(service: &str, region: &str, other: Option<&str>) -> Self {
        let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        let url =
            other.map_or_else(|| format!("https://{service}.{region}.{domain}"), str::to_owned);
        Self(Endpoint::builder().url(url).build())
    }
}

impl aws_sdk_dynamodb::config::endpoint::ResolveEndpoint for Fixed {
    fn resolve_endpoint(
        &self,
        _: &aws_sdk_dynamodb::config::endpoint::Params,
    ) -> EndpointFuture<'_> {
        EndpointFuture::ready(Ok(self.0.clone()))
    }
}

impl aws_sdk_sns::config::endpoint::ResolveEndpoint for Fixed {
    fn resolve_endpoint(&self, _: &aws_sdk_sns::config::endpoint::Params) -> EndpointFuture<'_> {
        EndpointFuture::ready(Ok(self.0.clone()))
    }
}

/// HTTP over TLS with Amazon's roots, or in the clear where the endpoint is `http://`.
pub fn http_client() -> SharedHttpClient {
    SharedHttpClient::new(Connector::new(AMAZON_ROOTS, CONNECT_TIMEOUT))
}

fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(50))
}

/// They hold for a call with its whole answer, which is small. The SDK's stalled stream protection
/// is off because it would take a busy process for a stalled stream.
fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .operation_attempt_timeout(Duration::from_millis(2_500))
        .operation_timeout(Duration::from_secs(7))
        .build()
}

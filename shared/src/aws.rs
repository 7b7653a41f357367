//! The clients of AWS, configured by hand from [`Config`]: nothing is looked up at the start,
//! neither files nor the metadata service.

mod connector;

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::{
    endpoint::EndpointFuture, http::SharedHttpClient,
    stalled_stream_protection::StalledStreamProtectionConfig,
};
use aws_smithy_types::{endpoint::Endpoint, retry::RetryConfig, timeout::TimeoutConfig};
use secrecy::ExposeSecret;

use crate::{
    aws::connector::Connector,
    config::{AwsConfig, Config},
};
pub use table::Lazy;
use table::usage::Meter;

/// Amazon's own roots (Amazon Root CA 1 to 4 and Starfield Services G2), from the Amazon Trust
/// Services repository: the only ones that its endpoints need. Reading the system's whole list
/// would be most of a cold start.
const AMAZON_ROOTS: &str = include_str!("amazon_roots.pem");

/// How long the opening of a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// The clients that a function uses.
#[derive(Debug, Clone)]
pub struct Clients {
    /// Storage. Making it is a third of what a start computes (the SDK reads all partitions of AWS,
    /// wanted or not), so a function has that begun beside the rest of its start.
    pub dynamodb: Lazy<aws_sdk_dynamodb::Client>,
    /// Messages: made when the first one is sent. Most requests send none.
    pub sns: Lazy<aws_sdk_sns::Client>,
}

impl Clients {
    /// Clients over one pool of connections.
    pub fn new(config: &Config) -> Self {
        Self::over(&config.aws, http_client())
    }

    /// The same over another way to send requests.
    pub fn over(aws: &AwsConfig, http: SharedHttpClient) -> Self {
        let (of_dynamodb, of_sns) = ((aws.clone(), http.clone()), (aws.clone(), http));
        Self {
            dynamodb: Lazy::new(move || dynamodb(&of_dynamodb.0, of_dynamodb.1)),
            sns: Lazy::new(move || messages(&of_sns.0, of_sns.1)),
        }
    }
}

fn dynamodb(aws: &AwsConfig, http: SharedHttpClient) -> aws_sdk_dynamodb::Client {
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

fn messages(aws: &AwsConfig, http: SharedHttpClient) -> aws_sdk_sns::Client {
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

fn credentials(aws: &AwsConfig) -> Credentials {
    let token = aws.session_token.as_ref().map(|token| token.expose_secret().to_owned());
    Credentials::new(
        &aws.access_key_id,
        aws.secret_access_key.expose_secret(),
        token,
        None,
        "environment",
    )
}

/// The one endpoint of a service in a region. The SDK's own rules know many more kinds and cost a
/// quarter of a cold start.
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

/// How requests are sent: over TLS with Amazon's roots, or in the clear to an endpoint that says
/// so.
pub fn http_client() -> SharedHttpClient {
    SharedHttpClient::new(Connector::new(AMAZON_ROOTS, CONNECT_TIMEOUT))
}

fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(50))
}

/// They hold for a call with its whole answer, which is small: the SDK's own watch over stalled
/// streams would only see a busy process as a stalled one.
fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .operation_attempt_timeout(Duration::from_millis(2_500))
        .operation_timeout(Duration::from_secs(7))
        .build()
}

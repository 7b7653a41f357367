//! The SDK's clients, configured from [`AwsSettings`]. A start looks nothing up, neither in files
//! nor at the metadata service.

use std::{
    fmt,
    ops::Deref,
    sync::{Arc, OnceLock},
    time::Duration,
};

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::{
    endpoint::EndpointFuture, http::SharedHttpClient,
    stalled_stream_protection::StalledStreamProtectionConfig,
};
use aws_smithy_types::{endpoint::Endpoint, retry::RetryConfig, timeout::TimeoutConfig};
use secrecy::ExposeSecret;
use table::{Lazy, usage::Meter};

use crate::aws::{
    connector::{Connector, Roots},
    settings::AwsSettings,
    terse::terse,
};

/// Amazon's own roots (Amazon Root CA 1 to 4 and Starfield Services G2), from the Amazon Trust
/// Services repository: the only ones that its endpoints need. Reading the system's whole list
/// would be most of a cold start.
const AMAZON_ROOTS: &str = include_str!("amazon_roots.pem");

/// Limit for opening a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// The clients that a function uses.
#[derive(Debug, Clone)]
pub struct Clients {
    /// Making it takes as long as a start, since the SDK parses all partitions of AWS, and the
    /// certificates are read. A function therefore makes it while it waits for its first event.
    pub dynamodb: Lazy<aws_sdk_dynamodb::Client>,
    /// Topics and pushes. Most requests send nothing.
    pub sns: SnsClient,
    /// Text messages: one attempt each, since a repeated call can be a second message.
    pub sms: SnsClient,
}

/// The client of SNS, made at its first use. A function that never uses it does not link it.
#[derive(Clone)]
pub struct SnsClient(Arc<SnsParts>);

struct SnsParts {
    client: OnceLock<aws_sdk_sns::Client>,
    attempts: Attempts,
    aws: AwsSettings,
    http: SharedHttpClient,
    change: Option<Change>,
}

/// How often a call is tried, and how long.
#[derive(Debug, Clone, Copy)]
enum Attempts {
    Several,
    OneLong,
}

/// Makes another client of the one that a function would use.
type Change = Box<dyn Fn(aws_sdk_sns::Client) -> aws_sdk_sns::Client + Send + Sync>;

impl SnsClient {
    fn new(aws: AwsSettings, http: SharedHttpClient, attempts: Attempts) -> Self {
        Self(Arc::new(SnsParts { client: OnceLock::new(), attempts, aws, http, change: None }))
    }

    /// The same with a client that `change` makes of it, for tests.
    pub fn changed(
        &self,
        change: impl Fn(aws_sdk_sns::Client) -> aws_sdk_sns::Client + Send + Sync + 'static,
    ) -> Self {
        let (aws, http, attempts) = (self.0.aws.clone(), self.0.http.clone(), self.0.attempts);
        let change: Option<Change> = Some(Box::new(change));
        Self(Arc::new(SnsParts { client: OnceLock::new(), attempts, aws, http, change }))
    }
}

impl Deref for SnsClient {
    type Target = aws_sdk_sns::Client;

    fn deref(&self) -> &Self::Target {
        self.0.client.get_or_init(|| {
            let client = sns(&self.0.aws, self.0.http.clone(), self.0.attempts);
            match &self.0.change {
                Some(change) => change(client),
                None => client,
            }
        })
    }
}

impl Clients {
    /// Clients that share one connection pool. A text message opens a connection of its own: one
    /// from the pool may have been closed while the process was frozen, and the one attempt would
    /// be lost.
    pub fn new(aws: &AwsSettings) -> Self {
        let fresh = connector(aws).without_pool();
        let sms = SnsClient::new(aws.clone(), SharedHttpClient::new(fresh), Attempts::OneLong);
        let pooled = connector(aws);
        let clients = Self::over(aws, SharedHttpClient::new(pooled.clone()));
        let (aws, http) = (aws.clone(), SharedHttpClient::new(pooled.clone()));
        let dynamodb = Lazy::new(move || {
            pooled.make();
            dynamodb(&aws, http)
        });
        Self { dynamodb, sms, ..clients }
    }

    /// Clients that send through `http`.
    pub fn over(aws: &AwsSettings, http: SharedHttpClient) -> Self {
        let client = |attempts| SnsClient::new(aws.clone(), http.clone(), attempts);
        let (sns, sms) = (client(Attempts::Several), client(Attempts::OneLong));
        let aws = aws.clone();
        Self { dynamodb: Lazy::new(move || dynamodb(&aws, http)), sns, sms }
    }
}

impl fmt::Debug for SnsClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SnsClient")
    }
}

fn dynamodb(aws: &AwsSettings, http: SharedHttpClient) -> aws_sdk_dynamodb::Client {
    let mut config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
        .region(aws_sdk_dynamodb::config::Region::new(aws.region.clone()))
        .credentials_provider(credentials(aws))
        .endpoint_resolver(Fixed::new("dynamodb", &aws.region, aws.dynamodb_endpoint.as_deref()))
        .http_client(http)
        .retry_config(Attempts::Several.retries())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .timeout_config(Attempts::Several.timeouts())
        .interceptor(Meter);
    config.push_interceptor(terse());
    aws_sdk_dynamodb::Client::from_conf(config.build())
}

fn sns(aws: &AwsSettings, http: SharedHttpClient, attempts: Attempts) -> aws_sdk_sns::Client {
    let mut config = aws_sdk_sns::Config::builder()
        .behavior_version(aws_sdk_sns::config::BehaviorVersion::latest())
        .region(aws_sdk_sns::config::Region::new(aws.region.clone()))
        .credentials_provider(credentials(aws))
        .endpoint_resolver(Fixed::new("sns", &aws.region, aws.sns_endpoint.as_deref()))
        .http_client(http)
        .retry_config(attempts.retries())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .timeout_config(attempts.timeouts());
    config.push_interceptor(terse());
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
        let url = other
            .map_or_else(|| format!("https://{service}.{region}.amazonaws.com"), str::to_owned);
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
pub fn http_client(aws: &AwsSettings) -> SharedHttpClient {
    SharedHttpClient::new(connector(aws))
}

fn connector(aws: &AwsSettings) -> Connector {
    let roots = match &aws.ca_bundle {
        Some(file) => Roots::File(file.clone()),
        None => Roots::Text(AMAZON_ROOTS),
    };
    Connector::new(roots, CONNECT_TIMEOUT)
}

impl Attempts {
    fn retries(self) -> RetryConfig {
        match self {
            Self::Several => RetryConfig::standard()
                .with_max_attempts(3)
                .with_initial_backoff(Duration::from_millis(50)),
            Self::OneLong => RetryConfig::disabled(),
        }
    }

    /// They hold for a call with its whole answer, which is small. The SDK's stalled stream
    /// protection is off because it would take a busy process for a stalled stream.
    fn timeouts(self) -> TimeoutConfig {
        let (attempt, operation) = match self {
            Self::Several => (Duration::from_millis(2_500), Duration::from_secs(7)),
            Self::OneLong => (Duration::from_secs(7), Duration::from_secs(7)),
        };
        TimeoutConfig::builder()
            .operation_attempt_timeout(attempt)
            .operation_timeout(operation)
            .build()
    }
}

//! The SDK's clients with the same configuration as those of the functions: a fixed endpoint,
//! static credentials, one connection pool.

use std::{
    sync::{LazyLock, OnceLock},
    time::Duration,
};

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::{
    endpoint::EndpointFuture, http::SharedHttpClient,
    stalled_stream_protection::StalledStreamProtectionConfig,
};
use aws_smithy_types::{endpoint::Endpoint, retry::RetryConfig, timeout::TimeoutConfig};

use crate::connector::Connector;

static HTTP: LazyLock<SharedHttpClient> =
    LazyLock::new(|| SharedHttpClient::new(Connector::pooled()));

pub fn dynamodb() -> aws_sdk_dynamodb::Client {
    static CLIENT: OnceLock<aws_sdk_dynamodb::Client> = OnceLock::new();
    let make = || {
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
            .region(aws_sdk_dynamodb::config::Region::new(variable("AWS_REGION")))
            .credentials_provider(credentials())
            .endpoint_resolver(Fixed::new("AWS_ENDPOINT_URL_DYNAMODB"))
            .http_client(HTTP.clone())
            .retry_config(retries())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .timeout_config(timeouts());
        aws_sdk_dynamodb::Client::from_conf(config.build())
    };
    CLIENT.get_or_init(make).clone()
}

pub fn sns() -> aws_sdk_sns::Client {
    static CLIENT: OnceLock<aws_sdk_sns::Client> = OnceLock::new();
    CLIENT.get_or_init(|| sns_over(HTTP.clone())).clone()
}

/// Text messages: a connection of their own each, as the functions have it.
pub fn sms() -> aws_sdk_sns::Client {
    static CLIENT: OnceLock<aws_sdk_sns::Client> = OnceLock::new();
    CLIENT.get_or_init(|| sns_over(SharedHttpClient::new(Connector::fresh()))).clone()
}

fn sns_over(http: SharedHttpClient) -> aws_sdk_sns::Client {
    let config = aws_sdk_sns::Config::builder()
        .behavior_version(aws_sdk_sns::config::BehaviorVersion::latest())
        .region(aws_sdk_sns::config::Region::new(variable("AWS_REGION")))
        .credentials_provider(credentials())
        .endpoint_resolver(Fixed::new("AWS_ENDPOINT_URL_SNS"))
        .http_client(http)
        .retry_config(retries())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .timeout_config(timeouts());
    aws_sdk_sns::Client::from_conf(config.build())
}

fn credentials() -> Credentials {
    let (id, secret) = (variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY"));
    Credentials::new(id, secret, None, None, "environment")
}

fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(50))
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .operation_attempt_timeout(Duration::from_millis(2_500))
        .operation_timeout(Duration::from_secs(7))
        .build()
}

/// A variable of this process; empty where it is not set.
#[expect(clippy::disallowed_methods, reason = "no settings but those of the SDK")]
pub fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

#[derive(Debug)]
struct Fixed(Endpoint);

impl Fixed {
    fn new(name: &str) -> Self {
        Self(Endpoint::builder().url(variable(name)).build())
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

//! AWS clients with the operator's own credentials.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};

pub async fn dynamodb(
    region: Option<String>,
    endpoint: Option<String>,
) -> aws_sdk_dynamodb::Client {
    aws_sdk_dynamodb::Client::new(&config(region, endpoint).await)
}

pub async fn sns(region: Option<String>, endpoint: Option<String>) -> aws_sdk_sns::Client {
    aws_sdk_sns::Client::new(&config(region, endpoint).await)
}

/// Finds the credentials as the AWS command line does: environment, profile, container, instance.
pub(crate) async fn config(region: Option<String>, endpoint: Option<String>) -> SdkConfig {
    let https = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12()).http_client(https);
    if let Some(region) = region {
        loader = loader.region(Region::new(region));
    }
    if let Some(endpoint) = endpoint {
        loader = loader.endpoint_url(endpoint);
    }
    loader.load().await
}

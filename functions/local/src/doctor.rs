//! Compares a deployed table with what the template declares, using the operator's own AWS
//! credentials.
//!
//! Invariant: it only reads. What an engine does not offer (the embedded one keeps no backups) is
//! said, and is no mismatch.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::{
    Client, error::ProvideErrorMetadata as _, types::PointInTimeRecoveryStatus,
};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};

use crate::{
    table::{self, TableError},
    template::TableDefinition,
};

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub subject: String,
    /// What came of it.
    pub verdict: Verdict,
}

/// What came of a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// As the template has it.
    Right,
    /// Otherwise than the template has it, and how.
    Wrong(String),
    /// This API does not offer it.
    NotOffered,
}

/// A client of DynamoDB with the operator's credentials.
pub async fn operator_client(region: Option<String>, endpoint: Option<String>) -> Client {
    Client::new(&operator_config(region, endpoint).await)
}

/// The operator's credentials, found as the AWS command line finds them: environment, profile,
/// container, instance.
pub async fn operator_config(region: Option<String>, endpoint: Option<String>) -> SdkConfig {
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

/// Looks at the table that `definition` names.
pub async fn examine(
    client: &Client,
    definition: &TableDefinition,
) -> Result<Vec<Finding>, TableError> {
    let Some(description) = table::describe(client, &definition.name).await? else {
        let verdict = Verdict::Wrong("there is none".to_owned());
        return Ok(vec![Finding { subject: format!("table {}", definition.name), verdict }]);
    };
    let differences = table::key_differences(&description, definition);
    let keys = differences.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    let expiry = table::expiry_attribute(client, &definition.name).await?;
    Ok(vec![
        Finding { subject: format!("table {}", definition.name), verdict: Verdict::Right },
        Finding {
            subject: "keys and indexes".to_owned(),
            verdict: verdict(differences.is_empty(), &keys),
        },
        Finding {
            subject: "expiry attribute".to_owned(),
            verdict: verdict(
                expiry == definition.ttl_attribute,
                expiry.as_deref().unwrap_or("none"),
            ),
        },
        Finding {
            subject: "point-in-time recovery".to_owned(),
            verdict: recovery(client, definition).await?,
        },
    ])
}

async fn recovery(client: &Client, definition: &TableDefinition) -> Result<Verdict, TableError> {
    let answer =
        match client.describe_continuous_backups().table_name(&definition.name).send().await {
            Ok(answer) => answer,
            Err(error) if error.code() == Some("UnknownOperationException") => {
                return Ok(Verdict::NotOffered);
            }
            Err(error) => return Err(TableError::call(error)),
        };
    let recovery = answer
        .continuous_backups_description
        .and_then(|backups| backups.point_in_time_recovery_description);
    let on = recovery.and_then(|recovery| recovery.point_in_time_recovery_status)
        == Some(PointInTimeRecoveryStatus::Enabled);
    Ok(verdict(on == definition.point_in_time_recovery, if on { "on" } else { "off" }))
}

fn verdict(right: bool, found: &str) -> Verdict {
    if right { Verdict::Right } else { Verdict::Wrong(found.to_owned()) }
}

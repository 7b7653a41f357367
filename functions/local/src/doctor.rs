//! Compares a deployed table with template.yaml.
//!
//! Invariant: it only reads. What an API does not support (the embedded DynamoDB has no backups) is
//! reported, but is not a difference.

use aws_sdk_dynamodb::{
    Client, error::ProvideErrorMetadata as _, types::PointInTimeRecoveryStatus,
};

use crate::{
    table::{self, TableError},
    template::TableDefinition,
};

/// The result of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was checked.
    pub subject: String,
    pub verdict: Verdict,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// As template.yaml declares it.
    Match,
    /// What was found instead.
    Mismatch(String),
    /// The API has no such feature.
    Unsupported,
}

/// Checks the table that `definition` names.
pub async fn examine(
    client: &Client,
    definition: &TableDefinition,
) -> Result<Vec<Finding>, TableError> {
    let table = format!("table {}", definition.name);
    let Some(description) = table::describe(client, &definition.name).await? else {
        let verdict = Verdict::Mismatch("it does not exist".to_owned());
        return Ok(vec![Finding { subject: table, verdict }]);
    };
    let differences = table::key_differences(&description, definition);
    let keys = differences.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    let expiry = table::expiry_attribute(client, &definition.name).await?;
    let is_expiry_right = expiry == definition.ttl_attribute;
    let expiry = expiry.as_deref().unwrap_or("none");
    let recovery = recovery(client, definition).await?;
    let finding = |subject: &str, verdict| Finding { subject: subject.to_owned(), verdict };
    Ok(vec![
        Finding { subject: table, verdict: Verdict::Match },
        finding("keys and indexes", verdict(differences.is_empty(), &keys)),
        finding("expiry attribute", verdict(is_expiry_right, expiry)),
        finding("point-in-time recovery", recovery),
    ])
}

async fn recovery(client: &Client, definition: &TableDefinition) -> Result<Verdict, TableError> {
    let output =
        match client.describe_continuous_backups().table_name(&definition.name).send().await {
            Ok(output) => output,
            Err(error) if error.code() == Some("UnknownOperationException") => {
                return Ok(Verdict::Unsupported);
            }
            Err(error) => return Err(TableError::call(error)),
        };
    let recovery = output
        .continuous_backups_description
        .and_then(|backups| backups.point_in_time_recovery_description);
    let on = recovery.and_then(|recovery| recovery.point_in_time_recovery_status)
        == Some(PointInTimeRecoveryStatus::Enabled);
    Ok(verdict(on == definition.point_in_time_recovery, if on { "on" } else { "off" }))
}

fn verdict(matches: bool, found: &str) -> Verdict {
    if matches { Verdict::Match } else { Verdict::Mismatch(found.to_owned()) }
}

//! The table: keys, index, expiry, recovery, protection and encryption.
//!
//! What an API does not support (the embedded DynamoDB has no backups) is no difference.

use aws_sdk_dynamodb::{
    Client,
    error::ProvideErrorMetadata as _,
    types::{PointInTimeRecoveryStatus, TableDescription},
};

use super::finding::Finding;
use crate::{
    table::{self, TableError},
    template::TableDefinition,
};

/// Checks the table that `definition` names.
pub async fn examine(
    client: &Client,
    definition: &TableDefinition,
) -> Result<Vec<Finding>, TableError> {
    let name = &definition.name;
    let subject = format!("table {name}");
    let Some(description) = table::describe(client, name).await? else {
        return Ok(vec![Finding::to_do(subject, "it does not exist. Deploy the stack")]);
    };
    let differences = table::key_differences(&description, definition);
    let differences = differences.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    let keys = if differences.is_empty() {
        Finding::fine("keys and indexes", "as in the template")
    } else {
        Finding::to_do("keys and indexes", format!("{differences}. Deploy the stack"))
    };
    let expiry = table::expiry_attribute(client, name).await?;
    Ok(vec![
        Finding::fine(subject, "it exists"),
        keys,
        expiry_attribute(expiry.as_deref(), definition),
        recovery(client, definition).await?,
        protection(&description, definition),
        encryption(&description, definition),
    ])
}

fn expiry_attribute(found: Option<&str>, definition: &TableDefinition) -> Finding {
    let subject = "expiry attribute";
    let wanted = definition.ttl_attribute.as_deref();
    if found == wanted {
        return Finding::fine(subject, found.unwrap_or("none"));
    }
    Finding::to_do(
        subject,
        format!(
            "found {}. Run `aws dynamodb update-time-to-live --table-name {} \
             --time-to-live-specification Enabled=true,AttributeName={}`",
            found.unwrap_or("none"),
            definition.name,
            wanted.unwrap_or("none")
        ),
    )
}

async fn recovery(client: &Client, definition: &TableDefinition) -> Result<Finding, TableError> {
    let subject = "point-in-time recovery";
    let request = client.describe_continuous_backups().table_name(&definition.name);
    let output = match request.send().await {
        Ok(output) => output,
        Err(error) if error.code() == Some("UnknownOperationException") => {
            return Ok(Finding::unknown(subject, "not supported by this API"));
        }
        Err(error) => return Err(TableError::call(error)),
    };
    let recovery = output
        .continuous_backups_description
        .and_then(|backups| backups.point_in_time_recovery_description);
    let on = recovery.and_then(|recovery| recovery.point_in_time_recovery_status)
        == Some(PointInTimeRecoveryStatus::Enabled);
    let found = if on { "on" } else { "off" };
    if on == definition.point_in_time_recovery {
        return Ok(Finding::fine(subject, found));
    }
    let command = format!(
        "aws dynamodb update-continuous-backups --table-name {} \
         --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true",
        definition.name
    );
    Ok(Finding::to_do(subject, format!("{found}. Run `{command}`")))
}

fn protection(description: &TableDescription, definition: &TableDefinition) -> Finding {
    let subject = "deletion protection";
    match (description.deletion_protection_enabled, definition.deletion_protection) {
        // DynamoDB always answers it; the embedded one does not know it.
        (None, _) => Finding::unknown(subject, "not supported by this API"),
        (Some(false), true) => Finding::to_do(
            subject,
            format!(
                "off. Run `aws dynamodb update-table --table-name {} \
                 --deletion-protection-enabled`",
                definition.name
            ),
        ),
        (Some(true), _) => Finding::fine(subject, "on"),
        (Some(false), false) => Finding::fine(subject, "off, as TableDeletionProtection says"),
    }
}

fn encryption(description: &TableDescription, definition: &TableDefinition) -> Finding {
    let subject = "encryption";
    let found = description.sse_description().and_then(|sse| sse.kms_master_key_arn());
    match (found, definition.kms_key.as_deref()) {
        (None, None) => Finding::fine(subject, "with a key of AWS"),
        (Some(found), Some(wanted)) if found == wanted => Finding::fine(subject, found),
        (Some(found), None) => Finding::fine(subject, format!("{found}, not of the template")),
        (found, Some(wanted)) => Finding::to_do(
            subject,
            format!(
                "with {}. Run `aws dynamodb update-table --table-name {} --sse-specification \
                 Enabled=true,SSEType=KMS,KMSMasterKeyId={wanted}`",
                found.unwrap_or("a key of AWS"),
                definition.name
            ),
        ),
    }
}

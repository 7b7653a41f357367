//! Secrets: that they exist, and when they changed last.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    api::{Api, SECRETS},
    finding::Finding,
    stack::DeployedStack,
};

/// `expected` are the logical ids of the secrets that the stack should have made.
pub(super) async fn examine(api: &Api, stack: &DeployedStack, expected: &[String]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for id in expected {
        let subject = format!("secret {id}");
        let Some(arn) = stack.resources.get(id) else {
            findings.push(Finding::to_do(subject, "the stack does not have it. Deploy the stack"));
            continue;
        };
        findings.push(match api.json(SECRETS, "DescribeSecret", &json!({"SecretId": arn})).await {
            Ok(secret) => describe(subject, arn, &secret),
            Err(error) if error.code == "ResourceNotFoundException" => Finding::to_do(
                subject,
                format!(
                    "{arn} does not exist, and without it nobody can log in. If it was deleted, \
                     run `aws secretsmanager restore-secret --secret-id {arn}`"
                ),
            ),
            Err(error) => Finding::failed(subject, &error),
        });
    }
    findings
}

fn describe(subject: String, arn: &str, secret: &Value) -> Finding {
    if !secret["DeletedDate"].is_null() {
        let command = format!("aws secretsmanager restore-secret --secret-id {arn}");
        return Finding::to_do(subject, format!("it is about to be deleted. Run `{command}`"));
    }
    let changed = day(&secret["LastChangedDate"]).or_else(|| day(&secret["CreatedDate"]));
    let rotated = day(&secret["LastRotatedDate"]);
    let changed = changed.unwrap_or_else(|| "an unknown day".to_owned());
    let rotated = rotated.map_or_else(|| "never".to_owned(), |day| format!("on {day}"));
    Finding::fine(subject, format!("last changed on {changed}, rotated {rotated}"))
}

/// The day of a time in seconds.
fn day(seconds: &Value) -> Option<String> {
    #[expect(clippy::cast_possible_truncation, reason = "seconds since 1970 fit")]
    let seconds = seconds.as_f64()? as i64;
    let time = Timestamp::from_second(seconds).ok()?;
    time.to_string().split('T').next().map(str::to_owned)
}

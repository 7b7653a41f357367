//! What an account needs before the first user, and what to do where something is missing.
//!
//! Invariant: it only reads. Each check ends in a finding, also where its call fails, so that one
//! missing permission does not hide the rest.

mod alarms;
mod api;
mod code_topic;
mod concurrency;
mod countries;
mod finding;
mod secrets;
mod sms;
mod stack;
pub mod table;
mod xml;

use aws_config::SdkConfig;

use self::{api::Api, stack::DeployedStack};
pub use self::{
    api::CallError,
    finding::{Finding, Verdict},
};
use crate::template::{Deployment, StandIns, Template, TemplateError};

/// Why there are no findings at all.
#[derive(Debug)]
pub enum DoctorError {
    Stack(CallError),
    Template(TemplateError),
}

/// Checks a deployed stack and its account. `endpoint` stands for all of AWS's APIs.
pub async fn examine_stack(
    template: &Template,
    config: SdkConfig,
    endpoint: Option<String>,
    name: &str,
) -> Result<Vec<Finding>, DoctorError> {
    let sns = aws_sdk_sns::Client::new(&config);
    let dynamodb = aws_sdk_dynamodb::Client::new(&config);
    let endpoint = endpoint.or(config.endpoint_url().map(str::to_owned));
    let api = Api::new(config, endpoint);
    let stack = DeployedStack::read(&api, name).await.map_err(DoctorError::Stack)?;
    let overrides = stack.overrides(template);
    let deployment = deployment(template, &stack)?;
    let expected = |kind: &str| template.created(kind, &overrides);
    let alarms = expected("AWS::CloudWatch::Alarm").map_err(DoctorError::Template)?;
    let secrets = expected("AWS::SecretsManager::Secret").map_err(DoctorError::Template)?;

    let mut findings = vec![status(name, &stack)];
    findings.extend(sms::examine(&sns, &stack).await);
    findings.extend(code_topic::examine(&sns, &stack).await);
    findings.push(concurrency::examine(&api, &deployment).await);
    findings.extend(match table::examine(&dynamodb, &deployment.table).await {
        Ok(findings) => findings,
        Err(error) => vec![Finding::to_do("table", error.to_string())],
    });
    findings.extend(alarms::examine(&api, &sns, &stack, &alarms).await);
    findings.extend(secrets::examine(&api, &stack, &secrets).await);
    Ok(findings)
}

fn status(name: &str, stack: &DeployedStack) -> Finding {
    let subject = format!("stack {name}");
    let status = stack.status.as_str();
    if status.ends_with("_COMPLETE") && !status.contains("DELETE") && !status.contains("ROLLBACK") {
        Finding::fine(subject, status)
    } else if status == "UPDATE_ROLLBACK_COMPLETE" {
        Finding::to_do(subject, "the last deploy was rolled back. Look at the stack's events")
    } else {
        let help = if status == "ROLLBACK_COMPLETE" {
            "The first deploy failed: delete the stack, and deploy it again"
        } else {
            "Wait until it is complete, or deploy it again"
        };
        Finding::to_do(subject, format!("{status}. {help}"))
    }
}

/// What the template makes of the deployed parameters.
fn deployment(template: &Template, stack: &DeployedStack) -> Result<Deployment, DoctorError> {
    let table = stack.outputs.get("TableName").or(stack.resources.get("Table")).cloned();
    let secrets = template.secrets().into_iter().map(|id| (id, String::new())).collect();
    let stand_ins = StandIns { table_name: table, secrets };
    let overrides = stack.overrides(template);
    template.resolve(&overrides, &stand_ins).map_err(DoctorError::Template)
}

impl std::fmt::Display for DoctorError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Stack(error) => error.fmt(f),
            Self::Template(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for DoctorError {}

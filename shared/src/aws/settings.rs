//! Where AWS is and who we are there.

use std::path::PathBuf;

use secrecy::SecretString;

use crate::config::{ConfigError, Variables};

/// What every client is made with. Lambda sets these variables itself.
#[derive(Debug, Clone)]
pub struct AwsSettings {
    /// Region, such as `eu-central-1`.
    pub region: String,
    /// Address of DynamoDB instead of the region's own.
    pub dynamodb_endpoint: Option<String>,
    /// Address of SNS instead of the region's own.
    pub sns_endpoint: Option<String>,
    /// Access key id of the function's role.
    pub access_key_id: String,
    /// Secret of the access key.
    pub secret_access_key: SecretString,
    /// Token of a temporary access key.
    pub session_token: Option<SecretString>,
    /// PEM file of the roots to trust instead of Amazon's: for an engine or a proxy with a
    /// certificate of its own.
    pub ca_bundle: Option<PathBuf>,
}

/// What the regions of other partitions begin with: China, the European Sovereign Cloud, and the
/// isolated ones. Their endpoints have other domains, and certificates of roots that we do not
/// carry. GovCloud has those of the commercial regions.
const OTHER_PARTITIONS: [&str; 4] = ["cn-", "eusc-", "us-iso", "eu-iso"];

/// For functions that send text messages.
#[derive(Debug, Clone, Default)]
pub struct SmsSettings {
    /// Sender shown where the country allows one.
    pub sender_id: Option<String>,
    /// Number to send from, where several could be used.
    pub origination_number: Option<String>,
    /// India: the registered sender.
    pub entity_id: Option<String>,
    /// India: the registered text of codes.
    pub template_id: Option<String>,
    /// India: the registered text of the notice that a phone number was changed.
    pub notice_template_id: Option<String>,
    /// US dollars above which SNS does not send a message.
    pub max_price: Option<String>,
}

/// For functions that send messages to phones: what goes to the team's own sender.
#[derive(Debug, Clone, Default)]
pub struct CodeTopicSettings {
    /// The topic.
    pub arn: Option<String>,
    /// The countries whose messages go there, ISO 3166-1 alpha-2.
    pub countries: Vec<String>,
}

impl AwsSettings {
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        Ok(Self {
            region: region(variables)?,
            dynamodb_endpoint: variables.optional("AWS_ENDPOINT_URL_DYNAMODB"),
            sns_endpoint: variables.optional("AWS_ENDPOINT_URL_SNS"),
            access_key_id: variables.text("AWS_ACCESS_KEY_ID")?,
            secret_access_key: variables.secret("AWS_SECRET_ACCESS_KEY")?,
            session_token: variables.optional_secret("AWS_SESSION_TOKEN"),
            ca_bundle: variables.optional("AWS_CA_BUNDLE").map(PathBuf::from),
        })
    }
}

fn region(variables: &Variables<'_>) -> Result<String, ConfigError> {
    let region = variables.text("AWS_REGION")?;
    if OTHER_PARTITIONS.iter().any(|partition| region.starts_with(partition)) {
        let problem = "is in a partition of AWS that is not supported: China, the European \
            Sovereign Cloud or an isolated one";
        return Err(ConfigError { variable: "AWS_REGION", problem });
    }
    Ok(region)
}

impl SmsSettings {
    #[expect(clippy::unnecessary_wraps, reason = "every section is read by the same call")]
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        Ok(Self {
            sender_id: variables.optional("SMS_SENDER_ID"),
            origination_number: variables.optional("SMS_ORIGINATION_NUMBER"),
            entity_id: variables.optional("SMS_ENTITY_ID"),
            template_id: variables.optional("SMS_TEMPLATE_ID"),
            notice_template_id: variables.optional("SMS_NOTICE_TEMPLATE_ID"),
            max_price: variables.optional("SMS_MAX_PRICE"),
        })
    }
}

impl CodeTopicSettings {
    #[expect(clippy::unnecessary_wraps, reason = "every section is read by the same call")]
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        Ok(Self {
            arn: variables.optional("CODE_TOPIC_ARN"),
            countries: variables.list("CODE_TOPIC_COUNTRIES"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(region: &str) -> Result<AwsSettings, ConfigError> {
        let value = |name: &str| Some(if name == "AWS_REGION" { region } else { "x" }.to_owned());
        AwsSettings::read(&Variables::new(&value))
    }

    #[test]
    fn a_region_whose_endpoints_could_not_be_reached_is_refused_at_start() {
        for region in ["us-east-1", "eu-central-1", "us-gov-west-1", "mx-central-1", "il-central-1"]
        {
            assert_eq!(settings(region).map(|aws| aws.region).ok().as_deref(), Some(region));
        }
        for region in [
            "cn-north-1",
            "cn-northwest-1",
            "eusc-de-east-1",
            "us-iso-east-1",
            "us-isob-east-1",
            "eu-isoe-west-1",
            "us-isof-south-1",
        ] {
            let error = settings(region).expect_err(region);
            assert_eq!(error.variable, "AWS_REGION");
            assert!(error.problem.contains("not supported"), "{}", error.problem);
        }
    }
}

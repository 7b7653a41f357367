//! Where AWS is and who we are there.

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
}

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

impl AwsSettings {
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        Ok(Self {
            region: variables.text("AWS_REGION")?,
            dynamodb_endpoint: variables.optional("AWS_ENDPOINT_URL_DYNAMODB"),
            sns_endpoint: variables.optional("AWS_ENDPOINT_URL_SNS"),
            access_key_id: variables.text("AWS_ACCESS_KEY_ID")?,
            secret_access_key: variables.secret("AWS_SECRET_ACCESS_KEY")?,
            session_token: variables.optional_secret("AWS_SESSION_TOKEN"),
        })
    }
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

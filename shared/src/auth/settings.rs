//! What tokens are issued and verified with.

use jiff::SignedDuration;
use secrecy::SecretString;

use crate::config::{ConfigError, Variables};

/// What every token of a customer has to say. For functions that verify tokens.
#[derive(Debug, Clone)]
pub struct TokenSettings {
    /// The `iss` claim.
    pub issuer: String,
    /// The `aud` claim.
    pub audience: String,
}

/// For functions that issue tokens.
#[derive(Debug, Clone)]
pub struct IssuerSettings {
    /// The signing keys are derived from it.
    pub secret: SecretString,
    /// Version of the key that signs; it and its two neighbours verify.
    pub key_version: u32,
    /// Life time of an access token.
    pub access_life: SignedDuration,
}

/// For functions that operator tokens may call.
#[derive(Debug, Clone)]
pub struct OperatorSettings {
    /// base64url of the 32 raw Ed25519 bytes; without it operator tokens are refused.
    pub public_key: Option<String>,
}

impl TokenSettings {
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        Ok(Self {
            issuer: variables.text("TOKEN_ISSUER")?,
            audience: variables.text("TOKEN_AUDIENCE")?,
        })
    }
}

impl IssuerSettings {
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        Ok(Self {
            secret: variables.secret("TOKEN_SECRET")?,
            key_version: variables.at_least_one("TOKEN_KEY_VERSION")?,
            access_life: variables.seconds("ACCESS_TOKEN_SECONDS")?,
        })
    }
}

impl OperatorSettings {
    #[expect(clippy::unnecessary_wraps, reason = "every section is read by the same call")]
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        Ok(Self { public_key: variables.optional("OPERATOR_PUBLIC_KEY") })
    }
}

//! Platform endpoints as SNS stores them: one for each token of an application, enabled until the
//! push service rejects the token.
//!
//! Protocol (SNS API Reference): creating an endpoint again with the same attributes returns it;
//! with other attributes, the error names it. A deleted endpoint is not found, and publishing to it
//! is an invalid parameter.

use std::collections::BTreeMap;

use serde_json::Value;

use super::query::{Action, Fault, escaped, new_id};

const MAX_TOKEN_BYTES: usize = 4_096;

/// By ARN.
#[derive(Debug, Default)]
pub struct Endpoints(BTreeMap<String, PlatformEndpoint>);

#[derive(Debug, Clone)]
struct PlatformEndpoint {
    token: String,
    user_data: String,
    enabled: bool,
}

impl Endpoints {
    /// The ARN of the endpoint of a token.
    pub fn of(&self, token: &str) -> Option<String> {
        self.0.iter().find(|(_, endpoint)| endpoint.token == token).map(|(arn, _)| arn.clone())
    }

    /// Adds the enabled endpoint of a token.
    pub fn add(&mut self, arn: &str, token: &str) {
        let (token, user_data) = (token.to_owned(), String::new());
        self.0.insert(arn.to_owned(), PlatformEndpoint { token, user_data, enabled: true });
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn is_enabled(&self, token: &str) -> bool {
        self.0.values().any(|endpoint| endpoint.token == token && endpoint.enabled)
    }

    /// Disables the endpoint of a token, as SNS does when the push service rejects the token.
    pub fn disable(&mut self, token: &str) {
        self.0
            .values_mut()
            .filter(|endpoint| endpoint.token == token)
            .for_each(|endpoint| endpoint.enabled = false);
    }

    pub fn delete_by_token(&mut self, token: &str) {
        self.0.retain(|_, endpoint| endpoint.token != token);
    }

    /// Sets the user data of a token's endpoint, so that creating it again with other data fails.
    pub fn set_user_data(&mut self, token: &str, user_data: &str) {
        let endpoints = self.0.values_mut().filter(|endpoint| endpoint.token == token);
        endpoints.for_each(|endpoint| user_data.clone_into(&mut endpoint.user_data));
    }

    pub(super) fn create(&mut self, action: &Action) -> Result<String, Fault> {
        let application = action.parameter("PlatformApplicationArn").unwrap_or_default();
        let (start, name) = application
            .split_once(":app/")
            .ok_or_else(|| Fault::invalid_parameter("PlatformApplicationArn Reason: not an ARN"))?;
        let token = action.parameter("Token").unwrap_or_default();
        let is_valid = !token.is_empty()
            && token.len() <= MAX_TOKEN_BYTES
            && !token.contains(char::is_whitespace);
        if !is_valid {
            return Err(Fault::invalid_parameter(
                "Token Reason: it is not a token of the platform",
            ));
        }
        let user_data = action.parameter("CustomUserData").unwrap_or_default();
        let of_application = format!("{start}:endpoint/{name}/");
        let known = self
            .0
            .iter()
            .find(|(arn, endpoint)| endpoint.token == token && arn.starts_with(&of_application));
        let arn = match known.map(|(arn, _)| arn.clone()) {
            Some(arn) if self.0.get(&arn).is_some_and(|known| known.user_data == user_data) => arn,
            Some(arn) => return Err(already_exists(&arn)),
            None => {
                let arn = of_application + &new_id();
                let endpoint = PlatformEndpoint {
                    token: token.to_owned(),
                    user_data: user_data.to_owned(),
                    enabled: true,
                };
                self.0.insert(arn.clone(), endpoint);
                arn
            }
        };
        Ok(format!("<EndpointArn>{arn}</EndpointArn>"))
    }

    pub(super) fn attributes(&self, action: &Action) -> Result<String, Fault> {
        let endpoint = self
            .0
            .get(arn_of(action))
            .ok_or_else(|| Fault::not_found("Endpoint does not exist"))?;
        let enabled = endpoint.enabled.to_string();
        let all = [
            ("Enabled", &enabled),
            ("Token", &endpoint.token),
            ("CustomUserData", &endpoint.user_data),
        ];
        let entry = |(key, value): (&str, &String)| {
            format!("<entry><key>{key}</key><value>{}</value></entry>", escaped(value))
        };
        Ok(format!("<Attributes>{}</Attributes>", all.map(entry).concat()))
    }

    pub(super) fn set(&mut self, action: &Action) -> Result<String, Fault> {
        let (arn, attributes) = (arn_of(action), action.attributes());
        if let Some(other) =
            attributes.get("Token").and_then(|token| self.of(token)).filter(|other| other != arn)
        {
            return Err(already_exists(&other));
        }
        let endpoint =
            self.0.get_mut(arn).ok_or_else(|| Fault::not_found("Endpoint does not exist"))?;
        for (name, value) in attributes {
            match name.as_str() {
                "Token" => endpoint.token = value,
                "Enabled" => endpoint.enabled = value.eq_ignore_ascii_case("true"),
                "CustomUserData" => endpoint.user_data = value,
                _ => return Err(Fault::invalid_parameter("Attributes Reason: unknown attribute")),
            }
        }
        Ok(String::new())
    }

    pub(super) fn delete(&mut self, action: &Action) {
        self.0.remove(arn_of(action));
    }

    pub(super) fn token_to_push_to(&self, arn: &str) -> Result<String, Fault> {
        let endpoint = self.0.get(arn);
        let endpoint = endpoint.ok_or_else(|| {
            Fault::invalid_parameter(
                "TargetArn Reason: No endpoint found for the target arn specified",
            )
        })?;
        if endpoint.enabled { Ok(endpoint.token.clone()) } else { Err(Fault::endpoint_disabled()) }
    }
}

/// The message for Firebase Cloud Messaging, which is in the member `GCM`.
pub(super) fn fcm_message(action: &Action) -> Result<Value, Fault> {
    let invalid = || {
        Fault::invalid_parameter(
            "Message Reason: it must be JSON with the strings default and GCM in the FCM v1 form",
        )
    };
    let message: Value = serde_json::from_str(action.parameter("Message").unwrap_or_default())
        .map_err(|_| invalid())?;
    let structured =
        action.parameter("MessageStructure") == Some("json") && message["default"].is_string();
    let gcm = message["GCM"].as_str().filter(|_| structured).ok_or_else(invalid)?;
    let gcm: Value = serde_json::from_str(gcm).map_err(|_| invalid())?;
    let fcm = gcm["fcmV1Message"]["message"].clone();
    let are_strings = |values: &Value| {
        values.as_object().is_none_or(|values| values.values().all(Value::is_string))
    };
    if fcm.is_object() && are_strings(&fcm["data"]) { Ok(fcm) } else { Err(invalid()) }
}

fn arn_of(action: &Action) -> &str {
    action.parameter("EndpointArn").unwrap_or_default()
}

fn already_exists(arn: &str) -> Fault {
    let reason = format!(
        "Token Reason: Endpoint {arn} already exists with the same Token, but different attributes."
    );
    Fault::invalid_parameter(&reason)
}

//! Platform endpoints as SNS keeps them: one for each token of an application, enabled until a push
//! service refuses it.
//!
//! Protocol (SNS API Reference): creating is idempotent for the same attributes; for others it is
//! the error that names the endpoint; a deleted endpoint is not found, and publishing to it is an
//! invalid parameter.

use std::collections::BTreeMap;

use serde_json::Value;

use super::query::{Action, Fault, escaped, fresh_id};

/// The most bytes of a token.
const LONGEST_TOKEN: usize = 4_096;

/// All endpoints by their ARNs.
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

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the endpoint of a token is enabled.
    pub fn is_enabled(&self, token: &str) -> bool {
        self.0.values().any(|endpoint| endpoint.token == token && endpoint.enabled)
    }

    /// Disables the endpoint of a token, as SNS does after the push service refused a message.
    pub fn disable(&mut self, token: &str) {
        self.0
            .values_mut()
            .filter(|endpoint| endpoint.token == token)
            .for_each(|endpoint| endpoint.enabled = false);
    }

    /// Deletes the endpoint of a token, as an operator may.
    pub fn vanish(&mut self, token: &str) {
        self.0.retain(|_, endpoint| endpoint.token != token);
    }

    /// Gives the endpoint of a token other user data, so that creating it is an error that names
    /// it.
    pub fn mark(&mut self, token: &str, user_data: &str) {
        let own = self.0.values_mut().filter(|endpoint| endpoint.token == token);
        own.for_each(|endpoint| user_data.clone_into(&mut endpoint.user_data));
    }

    pub(super) fn create(&mut self, action: &Action) -> Result<String, Fault> {
        let application = action.parameter("PlatformApplicationArn").unwrap_or_default();
        let (start, name) = application
            .split_once(":app/")
            .ok_or_else(|| Fault::invalid_parameter("PlatformApplicationArn Reason: not an ARN"))?;
        let token = action.parameter("Token").unwrap_or_default();
        let is_one = !token.is_empty()
            && token.len() <= LONGEST_TOKEN
            && !token.contains(char::is_whitespace);
        if !is_one {
            return Err(Fault::invalid_parameter("Token Reason: it is none of the platform's"));
        }
        let user_data = action.parameter("CustomUserData").unwrap_or_default();
        let arn = match self.of(token) {
            Some(arn) if self.0.get(&arn).is_some_and(|known| known.user_data == user_data) => arn,
            Some(arn) => return Err(exists(&arn)),
            None => {
                let arn = format!("{start}:endpoint/{name}/{}", fresh_id());
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
            return Err(exists(&other));
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

/// The message inside `GCM` of a `MessageStructure` `json`.
pub(super) fn fcm_message(action: &Action) -> Result<Value, Fault> {
    let wrong = || {
        Fault::invalid_parameter(
            "Message Reason: it must be JSON with default and GCM as texts of the FCM v1 form",
        )
    };
    let message: Value = serde_json::from_str(action.parameter("Message").unwrap_or_default())
        .map_err(|_| wrong())?;
    let structured =
        action.parameter("MessageStructure") == Some("json") && message["default"].is_string();
    let gcm = message["GCM"].as_str().filter(|_| structured).ok_or_else(wrong)?;
    let gcm: Value = serde_json::from_str(gcm).map_err(|_| wrong())?;
    let fcm = gcm["fcmV1Message"]["message"].clone();
    let texts = |values: &Value| {
        values.as_object().is_none_or(|values| values.values().all(Value::is_string))
    };
    if fcm.is_object() && texts(&fcm["data"]) { Ok(fcm) } else { Err(wrong()) }
}

fn arn_of(action: &Action) -> &str {
    action.parameter("EndpointArn").unwrap_or_default()
}

fn exists(arn: &str) -> Fault {
    let what = format!(
        "Token Reason: Endpoint {arn} already exists with the same Token, but different attributes."
    );
    Fault::invalid_parameter(&what)
}

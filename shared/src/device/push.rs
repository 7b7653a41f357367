//! Pushes to devices through the endpoints of an SNS platform application.
//!
//! Protocol (AWS, "Creating an Amazon SNS platform endpoint and managing device tokens"): create
//! the endpoint, or take the one that is known; always read its attributes; where it is not there,
//! create it again; where its token or its enabling differ, set both. An endpoint that "already
//! exists with the same Token, but different attributes" is named by the error itself, and taken.
//! CustomUserData stays constant, since another value would make every creation such an error.

use std::collections::HashMap;

use aws_sdk_sns::operation::{
    create_platform_endpoint::CreatePlatformEndpointError,
    get_endpoint_attributes::GetEndpointAttributesError, publish::PublishError,
    set_endpoint_attributes::SetEndpointAttributesError,
};

use crate::aws::{NotAccepted, SnsClient};

/// What every endpoint carries as CustomUserData.
const USER_DATA: &str = "satchel";
/// How often an endpoint that keeps vanishing or turning out to be another is looked for before it
/// is a failure.
const TRIES: usize = 4;

/// Sends pushes.
#[derive(Debug, Clone)]
pub struct Push {
    client: SnsClient,
    application: Option<String>,
}

/// Result of creating or repairing an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// It can be used: its ARN.
    Ready(String),
    /// SNS says that the registration id is invalid.
    Refused,
}

/// Result of a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pushed {
    /// SNS accepted it, and calls it so.
    Accepted(Option<String>),
    /// The endpoint is disabled: an earlier push was refused by the push service.
    Disabled,
    /// There is no such endpoint.
    Gone,
}

/// What one step of the cycle came to.
enum Step {
    Ready,
    Missing,
    Another(String),
}

impl Push {
    /// Pushes through this client and platform application; without one nothing is pushed.
    pub fn new(client: SnsClient, application: Option<String>) -> Self {
        Self { client, application }
    }

    /// Whether there is a platform application.
    pub fn is_configured(&self) -> bool {
        self.application.is_some()
    }

    /// Whether an endpoint is of the platform application. The function has no rights on others,
    /// which the devices had under an earlier application.
    pub fn reaches(&self, endpoint: &str) -> bool {
        self.application.as_deref().is_some_and(|application| is_of(application, endpoint))
    }

    /// Creates the endpoint of a registration id, or repairs the one that is known.
    /// Two calls of SNS where all is well, one more where something was not.
    pub async fn endpoint(
        &self,
        registration_id: &str,
        known: Option<&str>,
    ) -> Result<Endpoint, NotAccepted> {
        let mut known = known.filter(|arn| self.reaches(arn)).map(str::to_owned);
        for _ in 0..TRIES {
            let arn = match known.take() {
                Some(arn) => arn,
                None => match self.create(registration_id).await? {
                    Some(arn) => arn,
                    None => return Ok(Endpoint::Refused),
                },
            };
            match self.correct(&arn, registration_id).await? {
                Step::Ready => return Ok(Endpoint::Ready(arn)),
                Step::Missing => {}
                Step::Another(other) => known = Some(other),
            }
        }
        Err(NotAccepted("the endpoint does not stay as it was set".to_owned()))
    }

    /// Publishes to an endpoint. One call of SNS.
    pub async fn publish(&self, endpoint: &str, payload: &str) -> Result<Pushed, NotAccepted> {
        let sent = self
            .client
            .publish()
            .target_arn(endpoint)
            .message_structure("json")
            .message(payload)
            .send()
            .await;
        let error = match sent {
            Ok(sent) => return Ok(Pushed::Accepted(sent.message_id)),
            Err(error) => error,
        };
        match error.as_service_error() {
            Some(PublishError::EndpointDisabledException(_)) => Ok(Pushed::Disabled),
            Some(PublishError::NotFoundException(_)) => Ok(Pushed::Gone),
            // What the service itself says of a deleted endpoint.
            Some(PublishError::InvalidParameterException(refused))
                if says(refused.message(), "No endpoint found") =>
            {
                Ok(Pushed::Gone)
            }
            _ => Err(error.into()),
        }
    }

    /// Deletes an endpoint; done as well where there is none. One call of SNS; none where it is of
    /// another application, with which it is deleted.
    pub async fn delete_endpoint(&self, endpoint: &str) -> Result<(), NotAccepted> {
        if !self.reaches(endpoint) {
            return Ok(());
        }
        self.client
            .delete_endpoint()
            .endpoint_arn(endpoint)
            .send()
            .await
            .map(|_| ())
            .map_err(NotAccepted::from)
    }

    /// The endpoint of a registration id, new or not; none where it is refused.
    async fn create(&self, registration_id: &str) -> Result<Option<String>, NotAccepted> {
        let request = self
            .client
            .create_platform_endpoint()
            .set_platform_application_arn(self.application.clone());
        let sent = request.token(registration_id).custom_user_data(USER_DATA).send().await;
        let error = match sent {
            Ok(created) => return Ok(created.endpoint_arn),
            Err(error) => error,
        };
        match error.as_service_error() {
            Some(CreatePlatformEndpointError::InvalidParameterException(refused)) => {
                match existing(refused.message()) {
                    Some(arn) => Ok(Some(arn)),
                    None if says(refused.message(), "Token") => Ok(None),
                    None => Err(error.into()),
                }
            }
            _ => Err(error.into()),
        }
    }

    /// Reads an endpoint's attributes, and sets those that are not as they must be.
    async fn correct(&self, arn: &str, registration_id: &str) -> Result<Step, NotAccepted> {
        let attributes = match self.client.get_endpoint_attributes().endpoint_arn(arn).send().await
        {
            Ok(answer) => answer.attributes.unwrap_or_default(),
            Err(error) => {
                return match error.as_service_error() {
                    Some(GetEndpointAttributesError::NotFoundException(_)) => Ok(Step::Missing),
                    _ => Err(error.into()),
                };
            }
        };
        let is = |name: &str, wanted: &str| {
            attributes.get(name).is_some_and(|value| value.eq_ignore_ascii_case(wanted))
        };
        if attributes.get("Token").is_some_and(|token| token == registration_id)
            && is("Enabled", "true")
        {
            return Ok(Step::Ready);
        }
        let wanted = HashMap::from([("Token", registration_id), ("Enabled", "true")]);
        let wanted =
            wanted.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let sent = self
            .client
            .set_endpoint_attributes()
            .endpoint_arn(arn)
            .set_attributes(Some(wanted))
            .send()
            .await;
        let Err(error) = sent else { return Ok(Step::Ready) };
        match error.as_service_error() {
            Some(SetEndpointAttributesError::NotFoundException(_)) => Ok(Step::Missing),
            Some(SetEndpointAttributesError::InvalidParameterException(refused)) => {
                match existing(refused.message()) {
                    Some(other) if other != arn => Ok(Step::Another(other)),
                    _ => Err(error.into()),
                }
            }
            _ => Err(error.into()),
        }
    }
}

/// The endpoint that an error names: `Invalid parameter: Token Reason: Endpoint arn:aws:sns:…
/// already exists with the same Token, but different attributes.`
fn existing(message: Option<&str>) -> Option<String> {
    let (before, _) = message?.split_once(" already exists with the same")?;
    before.rsplit(' ').next().filter(|arn| arn.starts_with("arn:")).map(str::to_owned)
}

/// Whether the application `…:app/GCM/name` has the endpoint `…:endpoint/GCM/name/id`.
fn is_of(application: &str, endpoint: &str) -> bool {
    let Some((account, name)) = application.split_once(":app/") else { return false };
    let id = endpoint.strip_prefix(account).and_then(|rest| rest.strip_prefix(":endpoint/"));
    id.and_then(|rest| rest.strip_prefix(name)).is_some_and(|rest| rest.starts_with('/'))
}

fn says(message: Option<&str>, words: &str) -> bool {
    message.is_some_and(|message| message.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_of_the_application_whose_name_it_has() {
        let application = "arn:aws:sns:us-east-1:123456789012:app/GCM/app";
        let is_ours = |rest| is_of(application, &format!("arn:aws:sns:us-east-1:{rest}"));
        assert!(is_ours("123456789012:endpoint/GCM/app/0d5c9a39"));
        assert!(!is_ours("123456789012:endpoint/GCM/app2/0d5c9a39"));
        assert!(!is_ours("123456789012:endpoint/APNS/app/0d5c9a39"));
        assert!(!is_ours("210987654321:endpoint/GCM/app/0d5c9a39"));
    }

    #[test]
    fn the_endpoint_of_a_conflict_is_read_from_its_message() {
        let arn = "arn:aws:sns:us-east-1:123456789012:endpoint/GCM/app/\
                   0d5c9a39-5e2b-3b0f-9d6d-b5c2b3d6a1f0";
        let message = format!(
            "Invalid parameter: Token Reason: Endpoint {arn} already exists with the same Token, \
             but different attributes."
        );
        assert_eq!(existing(Some(&message)).as_deref(), Some(arn));
        assert_eq!(existing(Some("Invalid parameter: Token Reason: must not be empty")), None);
        assert_eq!(existing(None), None);
    }
}

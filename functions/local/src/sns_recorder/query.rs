//! AWS's Query protocol as SNS speaks it: parameters of a form, answers and errors in XML.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{Response, StatusCode, header};

use shared::{
    clock::{Clock, SystemClock},
    ids::uuid_v7,
    random::SystemRandom,
};

use super::Refusal;

const NAMESPACE: &str = "http://sns.amazonaws.com/doc/2010-03-31/";

/// A call: its name and its parameters.
#[derive(Debug)]
pub(super) struct Action {
    pub(super) name: String,
    parameters: BTreeMap<String, String>,
}

/// An error answer.
#[derive(Debug)]
pub(super) struct Fault {
    status: StatusCode,
    code: &'static str,
    message: String,
}

/// A call that was done: its name and the inside of its result.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) action: String,
    pub(super) result: String,
}

/// What came of a call.
pub(super) type Outcome = Result<Done, Fault>;

impl Action {
    pub(super) fn parse(body: &[u8]) -> Result<Self, Fault> {
        let pairs: Vec<(String, String)> = serde_html_form::from_bytes(body).unwrap_or_default();
        let mut parameters: BTreeMap<_, _> = pairs.into_iter().collect();
        match parameters.remove("Action") {
            Some(name) => Ok(Self { name, parameters }),
            None => Err(Fault {
                status: StatusCode::BAD_REQUEST,
                code: "MissingAction",
                message: "The request must contain an Action".to_owned(),
            }),
        }
    }

    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    /// `Attributes.entry.N.key` with `Attributes.entry.N.value`.
    pub(super) fn attributes(&self) -> BTreeMap<String, String> {
        let names = self.parameters.iter().filter_map(|(key, name)| {
            let entry = key.strip_prefix("Attributes.")?.strip_suffix(".key")?;
            let value = self.parameter(&format!("Attributes.{entry}.value"))?;
            Some((name.clone(), value.to_owned()))
        });
        names.collect()
    }

    /// `MessageAttributes.entry.N.Name` with its `Value.StringValue`.
    pub(super) fn message_attributes(&self) -> BTreeMap<String, String> {
        let names = self.parameters.iter().filter_map(|(key, name)| {
            let entry = key.strip_prefix("MessageAttributes.")?.strip_suffix(".Name")?;
            let value = self.parameter(&format!("MessageAttributes.{entry}.Value.StringValue"))?;
            Some((name.clone(), value.to_owned()))
        });
        names.collect()
    }
}

impl Fault {
    pub(super) fn invalid_parameter(what: &str) -> Self {
        let message = format!("Invalid parameter: {what}");
        Self { status: StatusCode::BAD_REQUEST, code: "InvalidParameter", message }
    }

    pub(super) fn not_found(what: &str) -> Self {
        Self { status: StatusCode::NOT_FOUND, code: "NotFound", message: what.to_owned() }
    }

    pub(super) fn endpoint_disabled() -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            code: "EndpointDisabled",
            message: "Endpoint is disabled".to_owned(),
        }
    }

    pub(super) fn unknown_action(name: &str) -> Self {
        let message = format!("The action {name} is not valid for this endpoint.");
        Self { status: StatusCode::BAD_REQUEST, code: "InvalidAction", message }
    }

    pub(super) fn unsigned() -> Self {
        let message = "Request is missing Authentication Token".to_owned();
        Self { status: StatusCode::FORBIDDEN, code: "MissingAuthenticationToken", message }
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        let (status, code, message) = match refusal {
            Refusal::AuthorizationError => {
                (StatusCode::FORBIDDEN, "AuthorizationError", "Not authorized to publish")
            }
            Refusal::Throttled => (StatusCode::TOO_MANY_REQUESTS, "Throttled", "Rate exceeded"),
            Refusal::InternalError => {
                (StatusCode::INTERNAL_SERVER_ERROR, "InternalError", "Internal error")
            }
        };
        Self { status, code, message: message.to_owned() }
    }
}

/// Writes the answer to a call.
pub(super) fn response(outcome: Outcome) -> Response<Bytes> {
    let request_id = fresh_id();
    let (status, xml) = match outcome {
        Ok(Done { action, result }) => (
            StatusCode::OK,
            format!(
                "<{action}Response xmlns=\"{NAMESPACE}\"><{action}Result>{result}</{action}Result><ResponseMetadata>\
                 <RequestId>{request_id}</RequestId></ResponseMetadata></{action}Response>"
            ),
        ),
        Err(fault) => {
            let party = if fault.status.is_server_error() { "Receiver" } else { "Sender" };
            let (code, message) = (fault.code, escaped(&fault.message));
            let xml = format!(
                "<ErrorResponse xmlns=\"{NAMESPACE}\"><Error><Type>{party}</Type><Code>{code}</Code>\
                 <Message>{message}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
            );
            (fault.status, xml)
        }
    };
    let mut response = Response::new(Bytes::from(xml));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, header::HeaderValue::from_static("text/xml"));
    response
}

pub(super) fn fresh_id() -> String {
    uuid_v7(SystemClock.now(), &SystemRandom).to_string()
}

pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

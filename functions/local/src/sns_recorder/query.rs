//! AWS's Query protocol as SNS uses it: parameters as a form, results and errors as XML.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use shared::{
    clock::{Clock, SystemClock},
    ids::uuid_v7,
    random::SystemRandom,
};

const NAMESPACE: &str = "http://sns.amazonaws.com/doc/2010-03-31/";

/// A call.
#[derive(Debug)]
pub(super) struct Action {
    pub(super) name: String,
    parameters: BTreeMap<String, String>,
}

/// An error response.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) message: String,
}

/// A successful call.
#[derive(Debug)]
pub(super) struct Success {
    pub(super) action: String,
    /// The XML inside of the result element.
    pub(super) result: String,
}

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

    /// The pairs of `Attributes.entry.N.key` and `Attributes.entry.N.value`.
    pub(super) fn attributes(&self) -> BTreeMap<String, String> {
        self.entries("Attributes.", ".key", ".value")
    }

    /// The pairs of `MessageAttributes.entry.N.Name` and its `Value.StringValue`.
    pub(super) fn message_attributes(&self) -> BTreeMap<String, String> {
        self.entries("MessageAttributes.", ".Name", ".Value.StringValue")
    }

    fn entries(&self, list: &str, key: &str, value: &str) -> BTreeMap<String, String> {
        let entries = self.parameters.iter().filter_map(|(parameter, name)| {
            let entry = parameter.strip_prefix(list)?.strip_suffix(key)?;
            let value = self.parameter(&format!("{list}{entry}{value}"))?;
            Some((name.clone(), value.to_owned()))
        });
        entries.collect()
    }
}

impl Fault {
    pub(super) fn invalid_parameter(reason: &str) -> Self {
        let message = format!("Invalid parameter: {reason}");
        Self { status: StatusCode::BAD_REQUEST, code: "InvalidParameter", message }
    }

    pub(super) fn not_found(message: &str) -> Self {
        Self { status: StatusCode::NOT_FOUND, code: "NotFound", message: message.to_owned() }
    }

    pub(super) fn endpoint_disabled() -> Self {
        let message = "Endpoint is disabled".to_owned();
        Self { status: StatusCode::BAD_REQUEST, code: "EndpointDisabled", message }
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

pub(super) fn response(outcome: Result<Success, Fault>) -> Response<Bytes> {
    let request_id = new_id();
    let (status, xml) = match outcome {
        Ok(Success { action, result }) => (
            StatusCode::OK,
            format!(
                "<{action}Response xmlns=\"{NAMESPACE}\">\
                 <{action}Result>{result}</{action}Result>\
                 <ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>\
                 </{action}Response>"
            ),
        ),
        Err(Fault { status, code, message }) => {
            let party = if status.is_server_error() { "Receiver" } else { "Sender" };
            let message = escaped(&message);
            let xml = format!(
                "<ErrorResponse xmlns=\"{NAMESPACE}\">\
                 <Error><Type>{party}</Type><Code>{code}</Code><Message>{message}</Message></Error>\
                 <RequestId>{request_id}</RequestId>\
                 </ErrorResponse>"
            );
            (status, xml)
        }
    };
    let mut response = Response::new(Bytes::from(xml));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/xml"));
    response
}

pub(super) fn new_id() -> String {
    uuid_v7(SystemClock.now(), &SystemRandom).to_string()
}

pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

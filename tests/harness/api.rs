//! A running API and requests to it, which reach the real functions through the routes and events
//! of the gateway.

use std::{collections::BTreeMap, net::IpAddr, path::Path, sync::Arc, time::Duration};

use aws_smithy_types::timeout::TimeoutConfig;
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, header};
use local::{
    sns_recorder::Message,
    stack::{Stack, StackOptions},
    template::Template,
};
use serde_json::Value;
use shared::{
    aws::{Clients, http_client},
    clock::Clock,
    settings::Settings,
};

use crate::{clock::HandClock, log, operator, wire::Wire};

/// A running API with a database of its own, or another instance over the same one.
pub struct Api {
    /// The running stack.
    pub stack: Stack,
    /// The clock of all functions.
    pub clock: Arc<HandClock>,
    /// The wire to storage.
    pub wire: Wire,
}

/// A request under construction.
pub struct Request<'a> {
    api: &'a Api,
    method: Method,
    uri: String,
    headers: HeaderMap,
    body: Bytes,
    from: IpAddr,
}

/// Encodes a JSON object of strings as the body of a request.
pub type Encoding = for<'a> fn(Request<'a>, &Value) -> Request<'a>;

/// The encodings that every operation with a body accepts.
pub const ENCODINGS: [Encoding; 3] = [
    |request, body| request.json(body),
    |request, body| request.form(body),
    |request, body| request.multipart(body),
];

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Api {
    /// A new API with the template's defaults.
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// A new API with other values for some of the template's parameters.
    pub async fn with(parameters: &[(&str, &str)]) -> Self {
        let options = StackOptions { overrides: overrides(parameters), ..StackOptions::default() };
        Self::run(options, Arc::new(HandClock::default())).await
    }

    /// Another instance over the same database, secrets and messages, as a second process would be.
    pub async fn another(&self, parameters: &[(&str, &str)]) -> Self {
        self.another_at(parameters, self.clock.clone()).await
    }

    /// Another instance with its own clock.
    pub async fn another_at(&self, parameters: &[(&str, &str)], clock: Arc<HandClock>) -> Self {
        let options = StackOptions {
            overrides: overrides(parameters),
            dynamodb_endpoint: Some(self.stack.dynamodb_endpoint.clone()),
            sns_endpoint: Some(self.stack.sns_endpoint.clone()),
            secrets: Some(self.stack.secrets.clone()),
            ..StackOptions::default()
        };
        Self::run(options, clock).await
    }

    async fn run(options: StackOptions, clock: Arc<HandClock>) -> Self {
        log::keep();
        let wire = Wire::default();
        let wired = wire.clone();
        let clients = move |_: &str, settings: &Settings| {
            patient(&Clients::over(&settings.aws, wired.around(http_client(&settings.aws))))
        };
        let shown: Arc<dyn Clock> = clock.clone();
        let options = StackOptions {
            clock: shown,
            clients: Arc::new(clients),
            invocation_timeout: Some(PATIENCE),
            ..options
        };
        let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("../template.yaml");
        let template = Template::load(&template).expect("template.yaml can be read");
        let stack = Stack::start(&template, options).await.expect("the stack starts");
        stack.prepare().await;
        wire.reset();
        Self { stack, clock, wire }
    }

    /// A request.
    pub fn request(&self, method: Method, uri: &str) -> Request<'_> {
        let from = "203.0.113.7".parse().expect("an address");
        Request {
            api: self,
            method,
            uri: uri.to_owned(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            from,
        }
    }

    /// A GET request.
    pub fn get(&self, uri: &str) -> Request<'_> {
        self.request(Method::GET, uri)
    }

    /// A POST request.
    pub fn post(&self, uri: &str) -> Request<'_> {
        self.request(Method::POST, uri)
    }

    /// A PATCH request.
    pub fn patch(&self, uri: &str) -> Request<'_> {
        self.request(Method::PATCH, uri)
    }

    /// A PUT request.
    pub fn put(&self, uri: &str) -> Request<'_> {
        self.request(Method::PUT, uri)
    }

    /// A DELETE request.
    pub fn delete(&self, uri: &str) -> Request<'_> {
        self.request(Method::DELETE, uri)
    }

    /// The texts sent to `phone`, by either way, oldest first.
    pub fn messages_to(&self, phone: &str) -> Vec<String> {
        let text = |message: Message| match message {
            Message::Sms { to, text, .. } | Message::Code { to, text, .. } => {
                (to == phone).then_some(text)
            }
            Message::Push { .. } => None,
        };
        self.stack.recorder.messages().into_iter().filter_map(text).collect()
    }
}

impl Request<'_> {
    /// With a header.
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.append(name, value.parse().expect("a header's value"));
        self
    }

    /// With an access token.
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// From another address.
    pub fn from(mut self, address: &str) -> Self {
        self.from = address.parse().expect("an address");
        self
    }

    /// With a body of this content type.
    pub fn body(self, content_type: &str, body: impl Into<Bytes>) -> Self {
        let with_type = self.header("content-type", content_type);
        Request { body: body.into(), ..with_type }
    }

    /// With a body and no content type.
    pub fn bare_body(self, body: impl Into<Bytes>) -> Self {
        Request { body: body.into(), ..self }
    }

    /// With a JSON body.
    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// With a JSON object of strings as a form.
    pub fn form(self, body: &Value) -> Self {
        let pairs: Vec<(&String, &str)> = texts(body).collect();
        let encoded = serde_html_form::to_string(pairs).expect("a form");
        self.body("application/x-www-form-urlencoded", encoded)
    }

    /// With a JSON object of strings as multipart form data.
    pub fn multipart(self, body: &Value) -> Self {
        let part = |(name, text)| {
            format!("--limit\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
        };
        let parts: String = texts(body).map(part).collect();
        self.body("multipart/form-data; boundary=limit", format!("{parts}--limit--\r\n"))
    }

    /// Sends it.
    pub async fn send(self) -> Answer {
        let mut request = http::Request::builder().method(self.method).uri(&self.uri);
        if let Some(headers) = request.headers_mut() {
            *headers = self.headers;
            headers
                .entry(header::HOST)
                .or_insert(header::HeaderValue::from_static("api.example.com"));
        }
        let request = request.body(self.body).expect("a request");
        let (parts, body) = self.api.stack.gateway.handle(request, self.from).await.into_parts();
        Answer { status: parts.status, headers: parts.headers, body }
    }
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {:?}", self.body))
    }

    /// The body as JSON, with `[id]` in place of its id, which differs from run to run.
    pub fn json_for_snapshot(&self) -> Value {
        let mut json = self.json();
        assert!(json["id"].is_string(), "{json} has no id");
        json["id"] = "[id]".into();
        json
    }

    /// A string field of the body.
    pub fn text(&self, member: &str) -> String {
        let json = self.json();
        json[member]
            .as_str()
            .unwrap_or_else(|| panic!("{} {json} has no string {member}", self.status))
            .to_owned()
    }

    /// Status, code, detail and attr of each error of the answer, joined by `; `.
    pub fn error(&self) -> String {
        let json = self.json();
        let errors = json["errors"]
            .as_array()
            .unwrap_or_else(|| panic!("{} {json} is not an error", self.status));
        let lines: Vec<String> = errors
            .iter()
            .map(|error| {
                let attr = error["attr"].as_str().unwrap_or("null");
                format!(
                    "{} {}: {} [{attr}]",
                    self.status.as_u16(),
                    error["code"].as_str().unwrap_or("?"),
                    error["detail"].as_str().unwrap_or("?")
                )
            })
            .collect();
        lines.join("; ")
    }

    /// The value of a header, empty if absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Fails the test unless the answer has this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.body));
        self
    }
}

fn texts(body: &Value) -> impl Iterator<Item = (&String, &str)> {
    let members = body.as_object().expect("an object").iter();
    members.map(|(name, value)| (name, value.as_str().expect("a text")))
}

/// How long an invocation and a call to an engine may take: the load of the test machine must not
/// matter.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

/// The same clients with longer timeouts.
fn patient(clients: &Clients) -> Clients {
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(PATIENCE)
        .operation_timeout(PATIENCE)
        .build();
    let dynamodb = clients.dynamodb.config().to_builder().timeout_config(timeouts.clone()).build();
    let patient_sns = move |sns: aws_sdk_sns::Client| {
        let config = sns.config().to_builder().timeout_config(timeouts.clone()).build();
        aws_sdk_sns::Client::from_conf(config)
    };
    Clients {
        dynamodb: aws_sdk_dynamodb::Client::from_conf(dynamodb).into(),
        sns: clients.sns.changed(patient_sns.clone()),
        sms: clients.sms.changed(patient_sns),
    }
}

pub(crate) fn overrides(parameters: &[(&str, &str)]) -> BTreeMap<String, String> {
    let operator = ("OperatorPublicKey", operator::public_key());
    let all = std::iter::once(&operator).chain(parameters);
    all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

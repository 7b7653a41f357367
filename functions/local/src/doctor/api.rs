//! Calls to AWS's APIs without their SDK crates, signed with the operator's own credentials.
//!
//! The crates of CloudFormation, Lambda, CloudWatch and Secrets Manager take 105 s of compile time
//! together, and the doctor makes six calls. These use the documented protocols: Query with XML
//! answers (CloudFormation, CloudWatch), JSON 1.1 (Secrets Manager) and REST (Lambda).

use std::{fmt, time::SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::provider::ProvideCredentials as _;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use aws_smithy_http_client::{
    Connector,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{
    http::HttpConnector as _, identity::Identity, orchestrator::HttpRequest,
};
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt as _;
use serde_json::Value;
use shared::clock::{Clock, SystemClock};

use super::xml;

/// A service, by the name that requests are signed for and that its host name begins with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Service {
    pub(super) name: &'static str,
    /// The version of a Query API.
    pub(super) version: &'static str,
}

pub(super) const CLOUDFORMATION: Service =
    Service { name: "cloudformation", version: "2010-05-15" };
pub(super) const CLOUDWATCH: Service = Service { name: "monitoring", version: "2010-08-01" };
pub(super) const LAMBDA: Service = Service { name: "lambda", version: "" };
pub(super) const SECRETS: Service = Service { name: "secretsmanager", version: "" };

/// The caller.
pub(super) struct Api {
    config: SdkConfig,
    endpoint: Option<String>,
    connector: Connector,
}

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallError {
    /// What was called.
    pub call: String,
    /// The code of AWS, such as `AccessDenied`; empty where there was no answer.
    pub code: String,
    pub message: String,
}

impl Api {
    pub(super) fn new(config: SdkConfig, endpoint: Option<String>) -> Self {
        let tls = Provider::Rustls(CryptoMode::Ring);
        Self { config, endpoint, connector: Connector::builder().tls_provider(tls).build() }
    }

    /// Calls an action of a Query API. The answer is what is inside `…Result`.
    pub(super) async fn query(
        &self,
        service: Service,
        action: &str,
        parameters: &[(String, String)],
    ) -> Result<Value, CallError> {
        let call = format!("{}:{action}", service.name);
        let head = [("Action", action), ("Version", service.version)];
        let all = head.into_iter().chain(parameters.iter().map(|(k, v)| (k.as_str(), v.as_str())));
        let body = serde_html_form::to_string(all.collect::<Vec<_>>()).unwrap_or_default();
        let request = http::Request::post(self.url(service, "/"))
            .header("content-type", "application/x-www-form-urlencoded; charset=utf-8");
        let (status, text, _) = self.send(service, &call, request, body).await?;
        let answer = xml::read(&text).unwrap_or_default();
        if status.is_success() {
            return Ok(answer[format!("{action}Result")].clone());
        }
        // CloudWatch and CloudFormation nest it in `ErrorResponse`, some emulators do not.
        let error = answer.get("Error").unwrap_or(&answer);
        let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        let code = Some(text("Code")).filter(|code| !code.is_empty());
        let code = code.unwrap_or_else(|| status.to_string());
        Err(CallError { call, code, message: text("Message") })
    }

    /// Calls an action of a JSON API.
    pub(super) async fn json(
        &self,
        service: Service,
        action: &str,
        body: &Value,
    ) -> Result<Value, CallError> {
        let request = http::Request::post(self.url(service, "/"))
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", format!("{}.{action}", service.name));
        self.call(service, action, request, body.to_string()).await
    }

    /// Reads a resource of a REST API.
    pub(super) async fn get(
        &self,
        service: Service,
        action: &str,
        path: &str,
    ) -> Result<Value, CallError> {
        let request = http::Request::get(self.url(service, path));
        self.call(service, action, request, String::new()).await
    }

    async fn call(
        &self,
        service: Service,
        action: &str,
        request: http::request::Builder,
        body: String,
    ) -> Result<Value, CallError> {
        let call = format!("{}:{action}", service.name);
        let (status, text, kind) = self.send(service, &call, request, body).await?;
        let answer: Value = serde_json::from_str(&text).unwrap_or_default();
        if status.is_success() {
            return Ok(answer);
        }
        // `com.amazonaws…#Code`, or in a header `Code:https://…`.
        let kind = answer["__type"].as_str().map(str::to_owned).or(kind);
        let code = kind.as_deref().and_then(|kind| kind.rsplit('#').next()).unwrap_or_default();
        let code = code.split(':').next().filter(|code| !code.is_empty());
        let code = code.map_or_else(|| status.to_string(), str::to_owned);
        let message = answer["message"].as_str().or(answer["Message"].as_str());
        Err(CallError { call, code, message: message.unwrap_or_default().to_owned() })
    }

    async fn send(
        &self,
        service: Service,
        call: &str,
        request: http::request::Builder,
        body: String,
    ) -> Result<(http::StatusCode, String, Option<String>), CallError> {
        let failed = |error: &dyn fmt::Display| CallError {
            call: call.to_owned(),
            code: String::new(),
            message: error.to_string(),
        };
        let request = request.body(body).map_err(|error| failed(&error))?;
        let request = self.signed(service, request).await.map_err(|error| failed(&error))?;
        let request =
            HttpRequest::try_from(request.map(SdkBody::from)).map_err(|error| failed(&error))?;
        let answer = self.connector.call(request).await.map_err(|error| failed(&error))?;
        let kind = answer.headers().get("x-amzn-errortype").map(str::to_owned);
        let status =
            http::StatusCode::from_u16(answer.status().as_u16()).map_err(|error| failed(&error))?;
        let body = answer.into_body().collect().await.map_err(|error| failed(&error))?;
        Ok((status, String::from_utf8_lossy(&body.to_bytes()).into_owned(), kind))
    }

    async fn signed(
        &self,
        service: Service,
        mut request: http::Request<String>,
    ) -> Result<http::Request<String>, Box<dyn std::error::Error + Send + Sync>> {
        let provider = self.config.credentials_provider().ok_or("there are no AWS credentials")?;
        let credentials = provider.provide_credentials().await?;
        let identity: Identity = credentials.into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region())
            .name(service.name)
            .time(SystemTime::from(SystemClock.now()))
            .settings(SigningSettings::default())
            .build()?
            .into();
        let uri = request.uri().to_string();
        let headers = request.headers().iter();
        let headers =
            headers.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        let signable = SignableRequest::new(
            request.method().as_str(),
            &uri,
            headers,
            SignableBody::Bytes(request.body().as_bytes()),
        )?;
        let (instructions, _) = sign(signable, &parameters)?.into_parts();
        instructions.apply_to_request_http1x(&mut request);
        Ok(request)
    }

    fn region(&self) -> &str {
        self.config.region().map_or("us-east-1", |region| region.as_ref())
    }

    fn url(&self, service: Service, path: &str) -> String {
        let region = self.region();
        match &self.endpoint {
            Some(endpoint) => format!("{endpoint}{path}"),
            None => format!("https://{}.{region}.amazonaws.com{path}", service.name),
        }
    }
}

impl CallError {
    /// Whether the API does not know the call, as emulators do not know all.
    pub(super) fn is_unknown_call(&self) -> bool {
        ["UnknownOperation", "InvalidAction", "404", "405", "501", "NotImplemented"]
            .iter()
            .any(|code| self.code.starts_with(code))
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { call, code, message } = self;
        match code.as_str() {
            "" => write!(f, "{call} failed: {message}"),
            code => write!(f, "{call} failed: {code} {message}"),
        }
    }
}

impl std::error::Error for CallError {}

//! The HTTP API in front of the functions, without a socket.
//!
//! Invariant: whatever reaches a function went through an event as API Gateway builds it, and
//! whatever a client gets came out of the function's answer or is one of the gateway's own
//! messages; a function that fails, panics or overruns its time is a 500, never a broken
//! connection. Sizes and time limits are the service's and the template's.

use std::{collections::HashMap, net::IpAddr, sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode};
use shared::{
    clock::Clock,
    deadline::Deadline,
    random::{Random, SystemRandom},
    runtime::Function,
};
use tokio::time::timeout;
use tracing::{error, instrument::WithSubscriber as _};

use crate::{
    gateway_answer::{message, response},
    gateway_event::{self, Reception},
    route_table::RouteTable,
};

/// The most bytes a request line and its header values may have together.
pub const HEAD_LIMIT: usize = 10_240;
/// The most bytes a request's body may have.
pub const BODY_LIMIT: usize = 10 * 1024 * 1024;
/// The most bytes an event or an answer of a synchronous invocation may have.
pub const PAYLOAD_LIMIT: usize = 6 * 1024 * 1024;
/// The longest an HTTP API waits for a function.
pub const INTEGRATION_LIMIT: Duration = Duration::from_secs(30);

/// Routes requests to functions; a clone is the same gateway.
#[derive(Clone)]
pub struct Gateway {
    api: Arc<Api>,
}

struct Api {
    routes: RouteTable<String>,
    targets: HashMap<String, Target>,
    clock: Arc<dyn Clock>,
}

/// A function behind the gateway.
#[derive(Clone)]
pub struct Target {
    /// What is invoked.
    pub function: Function,
    /// How long one invocation may take; from [`INTEGRATION_LIMIT`] on it is the gateway that gives
    /// up.
    pub timeout: Duration,
}

impl Gateway {
    /// A gateway whose `routes` lead to the groups that `targets` names.
    pub fn new(
        routes: RouteTable<String>,
        targets: HashMap<String, Target>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { api: Arc::new(Api { routes, targets, clock }) }
    }

    /// The routes, each with its group.
    pub fn routes(&self) -> &RouteTable<String> {
        &self.api.routes
    }

    /// The function of a group.
    pub fn function(&self, group: &str) -> Option<&Function> {
        self.api.targets.get(group).map(|target| &target.function)
    }

    /// Answers `request`, which came from `source_ip`.
    pub async fn handle(&self, request: Request<Bytes>, source_ip: IpAddr) -> Response<Bytes> {
        let request_id = request_id();
        let mut response = self.answer(&request, source_ip, &request_id).await;
        if let Ok(value) = HeaderValue::from_str(&request_id) {
            response.headers_mut().insert("apigw-requestid", value);
        }
        response
    }

    async fn answer(
        &self,
        request: &Request<Bytes>,
        source_ip: IpAddr,
        request_id: &str,
    ) -> Response<Bytes> {
        let path = gateway_event::raw_path(request.uri());
        if !path.starts_with('/') {
            return message(StatusCode::BAD_REQUEST, "Bad Request");
        }
        if gateway_event::head_size(request) > HEAD_LIMIT {
            return message(
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                "Request Header Fields Too Large",
            );
        }
        if request.body().len() > BODY_LIMIT {
            return too_large();
        }
        let Some(chosen) = self.api.routes.choose(request.method().as_str(), &path) else {
            return message(StatusCode::NOT_FOUND, "Not Found");
        };
        let reception = Reception {
            route_key: chosen.key,
            path_parameters: &chosen.path_parameters,
            request_id,
            trace: &random_bytes::<12>().map(|byte| format!("{byte:02x}")).concat(),
            source_ip,
            now: self.api.clock.now(),
        };
        let event = gateway_event::event(request, &path, reception).to_string();
        if event.len() > PAYLOAD_LIMIT {
            return too_large();
        }
        match self.api.targets.get(chosen.target) {
            Some(target) => target.invoke(event).await,
            None => failed(),
        }
    }
}

impl Target {
    async fn invoke(&self, event: String) -> Response<Bytes> {
        match timeout(self.timeout, self.run(event)).await {
            Ok(answer) => answer.and_then(|answer| response(&answer)).unwrap_or_else(failed),
            Err(_) if self.timeout < INTEGRATION_LIMIT => failed(),
            Err(_) => message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
        }
    }

    /// As in Lambda, an invocation goes on when the client has gone, and a panic ends only itself.
    async fn run(&self, event: String) -> Option<Vec<u8>> {
        let function = self.function.clone();
        let deadline = Deadline::within(self.timeout);
        let invocation = async move { function.invoke_within(event.as_bytes(), deadline).await };
        match tokio::spawn(invocation.with_current_subscriber()).await {
            Ok(Ok(answer)) => (answer.len() <= PAYLOAD_LIMIT).then_some(answer),
            Ok(Err(source)) => {
                error!(%source, "a function failed");
                None
            }
            Err(source) => {
                error!(%source, "a function panicked");
                None
            }
        }
    }
}

fn failed() -> Response<Bytes> {
    message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
}

/// The service's answer to a body over its limit, which Lambda's own limit on events shares here.
pub(crate) fn too_large() -> Response<Bytes> {
    message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large")
}

/// Sixteen characters that end in `=`, as the real ids look.
fn request_id() -> String {
    STANDARD.encode(random_bytes::<11>())
}

fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SystemRandom.fill(&mut bytes);
    bytes
}

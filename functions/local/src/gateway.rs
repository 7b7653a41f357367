//! The HTTP API in front of the functions.
//!
//! Invariant: a function sees a request only as an event of API Gateway, and a client gets only the
//! function's response or one of the gateway's own messages. A function that fails, panics or times
//! out is a 500, never a broken connection. The limits on sizes and times are those of API Gateway
//! and of the template.

use std::{collections::HashMap, io, net::IpAddr, sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode};
use shared::{
    clock::Clock,
    deadline::Deadline,
    random::{Random, SystemRandom},
    runtime::Function,
};
use tokio::{net::TcpListener, time::timeout};
use tracing::{error, instrument::WithSubscriber as _};

use crate::{
    connections::{BodyError, Server, read_body},
    gateway_event::{self, RequestMetadata},
    gateway_response::{message, response},
    route_table::RouteTable,
};

/// Limit on the request line and the header values together, in bytes.
pub const HEAD_LIMIT: usize = 10_240;
/// Limit on a request's body, in bytes.
pub const BODY_LIMIT: usize = 10 * 1024 * 1024;
/// Limit on the event and on the response of a synchronous invocation, in bytes.
pub const PAYLOAD_LIMIT: usize = 6 * 1024 * 1024;
/// How long an HTTP API waits for a function.
pub const INTEGRATION_LIMIT: Duration = Duration::from_secs(30);

/// Routes requests to functions. Clones share its state.
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
    pub function: Function,
    /// The timeout of one invocation. At [`INTEGRATION_LIMIT`] or more, the gateway gives up first.
    pub timeout: Duration,
}

impl Gateway {
    /// `routes` leads to groups, and `targets` has the function of each group.
    pub fn new(
        routes: RouteTable<String>,
        targets: HashMap<String, Target>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { api: Arc::new(Api { routes, targets, clock }) }
    }

    pub fn routes(&self) -> &RouteTable<String> {
        &self.api.routes
    }

    /// The function of a group.
    pub fn function(&self, group: &str) -> Option<&Function> {
        self.api.targets.get(group).map(|target| &target.function)
    }

    pub async fn handle(&self, request: Request<Bytes>, source_ip: IpAddr) -> Response<Bytes> {
        let request_id = request_id();
        let mut response = self.respond(&request, source_ip, &request_id).await;
        if let Ok(value) = HeaderValue::from_str(&request_id) {
            response.headers_mut().insert("apigw-requestid", value);
        }
        response
    }

    async fn respond(
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
        let Some(route) = self.api.routes.find(request.method().as_str(), &path) else {
            return message(StatusCode::NOT_FOUND, "Not Found");
        };
        let metadata = RequestMetadata {
            route_key: route.key,
            path_parameters: &route.path_parameters,
            request_id,
            trace: &random_bytes::<12>().map(|byte| format!("{byte:02x}")).concat(),
            source_ip,
            now: self.api.clock.now(),
        };
        let event = gateway_event::event(request, &path, metadata).to_string();
        if event.len() > PAYLOAD_LIMIT {
            return too_large();
        }
        match self.api.targets.get(route.target) {
            Some(target) => target.invoke(event).await,
            None => internal_error(),
        }
    }
}

impl Target {
    async fn invoke(&self, event: String) -> Response<Bytes> {
        match timeout(self.timeout, self.run(event)).await {
            Ok(output) => {
                output.and_then(|output| response(&output)).unwrap_or_else(internal_error)
            }
            Err(_) if self.timeout < INTEGRATION_LIMIT => internal_error(),
            Err(_) => message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
        }
    }

    /// As in Lambda, an invocation continues after the client has disconnected, and a panic affects
    /// nothing else.
    async fn run(&self, event: String) -> Option<Vec<u8>> {
        let function = self.function.clone();
        let deadline = Deadline::within(self.timeout);
        let invocation = async move { function.invoke_within(event.as_bytes(), deadline).await };
        match tokio::spawn(invocation.with_current_subscriber()).await {
            Ok(Ok(output)) => (output.len() <= PAYLOAD_LIMIT).then_some(output),
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

fn internal_error() -> Response<Bytes> {
    message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
}

/// Serves HTTP on `listener`, with the gateway's limit on bodies. The handler's second argument is
/// the client's address.
pub fn serve<H, F>(listener: TcpListener, handler: H) -> io::Result<Server>
where
    H: Fn(Request<Bytes>, IpAddr) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<Bytes>> + Send + 'static,
{
    Server::http(listener, move |request, source_ip| {
        let handler = handler.clone();
        async move {
            let (parts, body) = request.into_parts();
            match read_body(body, BODY_LIMIT).await {
                Ok(body) => handler(Request::from_parts(parts, body), source_ip).await,
                Err(BodyError::TooLarge) => too_large(),
                Err(BodyError::Aborted) => message(StatusCode::BAD_REQUEST, "Bad Request"),
            }
        }
    })
}

/// The response to a body over the limit, and to an event over Lambda's limit.
fn too_large() -> Response<Bytes> {
    message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large")
}

/// Sixteen characters that end in `=`, like API Gateway's ids.
fn request_id() -> String {
    STANDARD.encode(random_bytes::<11>())
}

fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SystemRandom.fill(&mut bytes);
    bytes
}

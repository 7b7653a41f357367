//! The launcher's port: its own routes under `/_local/`, and the gateway for everything else.
//!
//! Protocol:
//! - `GET /_local/messages` lists the recorded messages, oldest first; `DELETE` clears them (204).
//! - `POST /_local/clock` with `{"advance": seconds}` advances the clock of all functions and
//!   returns `{"now", "ahead"}`.
//! - `POST /_local/notify` publishes its body, a message of the topic `notifications` (202,
//!   `{"message_id"}`).
//! - `GET /_local/pushes/<hash of a message's id>` says how far the pushes of a message to all have
//!   come.
//! - `POST /_local/cancel/<hash of a message's id>` cancels a message that waits for its time, and
//!   says what came of it: `"cancelled"`, `"too_late"` or `"unknown"`.
//! - `GET /_local/health` returns 204.
//!
//! No deployed stack has these routes. Their errors are `{"message": …}`. A web page in the
//! developer's browser cannot use them: requests with an `Origin` or with a foreign host name (DNS
//! rebinding) are rejected.

use std::{io, net::IpAddr, sync::Arc};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode, header, uri::Authority};
use serde::Deserialize;
use serde_json::json;
use shared::{clock::Clock as _, hashes::ContentHash, store::Store};
use tokio::net::TcpListener;

use crate::{
    connections::Server,
    gateway::{self, Gateway},
    gateway_response::{json_response, message},
    moving_clock::MovingClock,
    queue::Queue,
    sns_recorder::Recorder,
};

const PREFIX: &str = "/_local/";

#[derive(Clone)]
pub struct Backend {
    pub gateway: Gateway,
    /// Has the messages of `/_local/messages`.
    pub recorder: Recorder,
    /// Receives the messages of `/_local/notify`.
    pub queue: Option<Queue>,
    /// Has the progress of `/_local/pushes`, and what `/_local/cancel` cancels.
    pub store: Option<Store>,
    /// The clock that `/_local/clock` advances.
    pub clock: Arc<MovingClock>,
}

#[derive(Deserialize)]
struct ClockAdvance {
    advance: u32,
}

impl Backend {
    /// Serves until the server is stopped.
    pub fn serve(self, listener: TcpListener) -> io::Result<Server> {
        let backend = Arc::new(self);
        gateway::serve(listener, move |request, source_ip| {
            let backend = Arc::clone(&backend);
            async move { backend.respond(request, source_ip).await }
        })
    }

    async fn respond(&self, request: Request<Bytes>, source_ip: IpAddr) -> Response<Bytes> {
        if request.uri().path().starts_with(PREFIX) {
            self.local(&request).await
        } else {
            self.gateway.handle(request, source_ip).await
        }
    }

    async fn local(&self, request: &Request<Bytes>) -> Response<Bytes> {
        if is_from_web_page(request.headers()) {
            return message(StatusCode::FORBIDDEN, "Forbidden");
        }
        let name = request.uri().path().trim_start_matches(PREFIX).trim_end_matches('/');
        match (request.method(), name) {
            (&Method::GET, "messages") => json_response(StatusCode::OK, &self.recorder.messages()),
            (&Method::DELETE, "messages") => {
                self.recorder.clear();
                no_content()
            }
            (&Method::POST, "clock") => self.advance_clock(request.body()),
            (&Method::POST, "notify") => self.notify(request.body()),
            (&Method::GET, name) if name.starts_with("pushes/") => {
                self.pushes(name.trim_start_matches("pushes/")).await
            }
            (&Method::POST, name) if name.starts_with("cancel/") => {
                self.cancel(name.trim_start_matches("cancel/")).await
            }
            (&Method::GET, "health") => no_content(),
            (_, "messages" | "clock" | "notify" | "health") => {
                message(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed")
            }
            _ => message(
                StatusCode::NOT_FOUND,
                "The routes under /_local/ are messages, clock, notify, pushes, cancel and \
                 health",
            ),
        }
    }

    /// Rejects an invalid message, which the topic itself would accept.
    fn notify(&self, body: &[u8]) -> Response<Bytes> {
        let text = String::from_utf8_lossy(body).into_owned();
        match (notifier::Message::read(&text), &self.queue) {
            (Err(problem), _) => message(StatusCode::BAD_REQUEST, &problem.to_string()),
            (Ok(_), Some(queue)) => {
                json_response(StatusCode::ACCEPTED, &json!({"message_id": queue.send(text)}))
            }
            (Ok(_), None) => message(StatusCode::NOT_FOUND, "The stack has no queue"),
        }
    }

    async fn pushes(&self, hash: &str) -> Response<Bytes> {
        let hash = serde_json::from_value::<ContentHash>(json!(hash));
        let (Ok(hash), Some(store)) = (hash, &self.store) else {
            return message(StatusCode::NOT_FOUND, "The stack has no notifier");
        };
        match store.push_progress(&hash).await {
            Ok(progress) => json_response(StatusCode::OK, &progress),
            Err(error) => message(StatusCode::SERVICE_UNAVAILABLE, &error.to_string()),
        }
    }

    /// Cancels a message that waits for its time.
    async fn cancel(&self, hash: &str) -> Response<Bytes> {
        let hash = serde_json::from_value::<ContentHash>(json!(hash));
        let (Ok(hash), Some(store)) = (hash, &self.store) else {
            return message(StatusCode::NOT_FOUND, "The stack has no notifier");
        };
        match store.cancel_scheduled(&hash, self.clock.now()).await {
            Ok(cancellation) => json_response(StatusCode::OK, &cancellation),
            Err(error) => message(StatusCode::SERVICE_UNAVAILABLE, &error.to_string()),
        }
    }

    fn advance_clock(&self, body: &[u8]) -> Response<Bytes> {
        let advanced = serde_json::from_slice(body)
            .ok()
            .and_then(|ClockAdvance { advance }| self.clock.advance(advance));
        match advanced {
            Some(now) => json_response(
                StatusCode::OK,
                &json!({"now": now.to_string(), "ahead": self.clock.ahead_seconds()}),
            ),
            None => message(
                StatusCode::BAD_REQUEST,
                "The body must be {\"advance\": seconds}, with a whole number from 0",
            ),
        }
    }
}

fn is_from_web_page(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host
        .parse::<Authority>()
        .map(|authority| authority.host().trim_matches(['[', ']']).to_owned())
        .unwrap_or_default();
    let is_local = name.parse::<IpAddr>().is_ok() || name == "localhost";
    headers.contains_key(header::ORIGIN) || !is_local
}

fn no_content() -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(host: &'static str, origin: Option<&'static str>) -> HeaderMap {
        let mut headers = HeaderMap::from_iter([(header::HOST, HeaderValue::from_static(host))]);
        headers.extend(origin.map(|origin| (header::ORIGIN, HeaderValue::from_static(origin))));
        headers
    }

    #[test]
    fn web_pages_cannot_use_the_launchers_own_routes() {
        for host in ["127.0.0.1:3000", "localhost:3000", "[::1]:3000", "192.168.1.7"] {
            assert!(!is_from_web_page(&headers(host, None)), "{host}");
            assert!(is_from_web_page(&headers(host, Some("https://example.com"))), "{host}");
        }
        assert!(is_from_web_page(&headers("rebound.example.com:3000", None)));
    }
}

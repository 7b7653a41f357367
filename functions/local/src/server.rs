//! The launcher's port: its own routes under `/_local/`, everything else through the gateway.
//!
//! Protocol: `GET /_local/messages` gives what was sent, oldest first, `DELETE` forgets it (204);
//! `POST /_local/clock` with `{"advance": seconds}` moves the clock of all functions on and gives
//! `{"now", "ahead"}`; `POST /_local/notify` with a message of the topic `notifications` publishes
//! it (202, `{"message_id"}`); `GET /_local/health` gives 204. These exist in no deployed stack.
//! Their errors are `{"message": …}`. A web page that somebody happens to visit cannot use them:
//! they refuse what comes with an `Origin`, or for another host name than this machine's own (DNS
//! rebinding).

use std::{io, net::IpAddr, sync::Arc};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header, request::Parts,
    uri::Authority,
};
use hyper::body::Incoming;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::net::TcpListener;

use crate::{
    connections::{BodyError, Server, read_body},
    gateway::{BODY_LIMIT, Gateway, too_large},
    gateway_answer::message,
    moving_clock::MovingClock,
    queue::Queue,
    sns_recorder::Recorder,
};

const LOCAL: &str = "/_local/";

/// What stands behind the port.
#[derive(Clone)]
pub struct Backend {
    /// The API.
    pub gateway: Gateway,
    /// What `/_local/messages` shows.
    pub recorder: Recorder,
    /// What `/_local/notify` feeds.
    pub queue: Option<Queue>,
    /// What `/_local/clock` moves.
    pub clock: Arc<MovingClock>,
}

#[derive(Deserialize)]
struct ClockMove {
    advance: u32,
}

impl Backend {
    /// Answers on `listener` until the server is stopped.
    pub fn serve(self, listener: TcpListener) -> io::Result<Server> {
        let backend = Arc::new(self);
        Server::answering(listener, move |request, source_ip| {
            let backend = Arc::clone(&backend);
            async move { backend.answer(request, source_ip).await }
        })
    }

    async fn answer(&self, request: Request<Incoming>, source_ip: IpAddr) -> Response<Bytes> {
        let (parts, body) = request.into_parts();
        match read_body(body, BODY_LIMIT).await {
            Ok(body) if parts.uri.path().starts_with(LOCAL) => self.local(&parts, &body),
            Ok(body) => self.gateway.handle(Request::from_parts(parts, body), source_ip).await,
            Err(BodyError::TooLarge) => too_large(),
            Err(BodyError::Broken) => message(StatusCode::BAD_REQUEST, "Bad Request"),
        }
    }

    fn local(&self, parts: &Parts, body: &[u8]) -> Response<Bytes> {
        if is_from_a_web_page(&parts.headers) {
            return message(StatusCode::FORBIDDEN, "Forbidden");
        }
        let name = parts.uri.path().trim_start_matches(LOCAL).trim_end_matches('/');
        match (&parts.method, name) {
            (&Method::GET, "messages") => json_response(&self.recorder.messages()),
            (&Method::DELETE, "messages") => {
                self.recorder.clear();
                no_content()
            }
            (&Method::POST, "clock") => self.move_clock(body),
            (&Method::POST, "notify") => self.notify(body),
            (&Method::GET, "health") => no_content(),
            (_, "messages" | "clock" | "notify" | "health") => {
                message(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed")
            }
            _ => message(StatusCode::NOT_FOUND, "Not Found"),
        }
    }

    /// Says at once what is wrong with a message, which the topic itself would take as it is.
    fn notify(&self, body: &[u8]) -> Response<Bytes> {
        let text = String::from_utf8_lossy(body).into_owned();
        match (notifier::Message::read(&text), &self.queue) {
            (Err(problem), _) => message(StatusCode::BAD_REQUEST, &problem.to_string()),
            (Ok(_), Some(queue)) => {
                let mut response = json_response(&json!({"message_id": queue.send(text)}));
                *response.status_mut() = StatusCode::ACCEPTED;
                response
            }
            (Ok(_), None) => message(StatusCode::NOT_FOUND, "Not Found"),
        }
    }

    fn move_clock(&self, body: &[u8]) -> Response<Bytes> {
        let moved = serde_json::from_slice(body)
            .ok()
            .and_then(|ClockMove { advance }| self.clock.advance(advance));
        match moved {
            Some(now) => {
                json_response(&json!({"now": now.to_string(), "ahead": self.clock.ahead_seconds()}))
            }
            None => message(
                StatusCode::BAD_REQUEST,
                "The body must be {\"advance\": seconds}, whole and not negative",
            ),
        }
    }
}

fn is_from_a_web_page(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host
        .parse::<Authority>()
        .map(|authority| authority.host().trim_matches(['[', ']']).to_owned())
        .unwrap_or_default();
    let own = name.parse::<IpAddr>().is_ok() || name == "localhost";
    headers.contains_key(header::ORIGIN) || !own
}

fn json_response(value: &impl Serialize) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(serde_json::to_vec(value).unwrap_or_default()));
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn no_content() -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(host: &'static str, origin: Option<&'static str>) -> HeaderMap {
        let mut headers = HeaderMap::from_iter([(header::HOST, HeaderValue::from_static(host))]);
        headers.extend(origin.map(|origin| (header::ORIGIN, HeaderValue::from_static(origin))));
        headers
    }

    #[test]
    fn web_pages_do_not_reach_the_launchers_own_routes() {
        for host in ["127.0.0.1:3000", "localhost:3000", "[::1]:3000", "192.168.1.7"] {
            assert!(!is_from_a_web_page(&headers(host, None)), "{host}");
            assert!(is_from_a_web_page(&headers(host, Some("https://example.com"))), "{host}");
        }
        assert!(is_from_a_web_page(&headers("rebound.example.com:3000", None)));
    }
}

//! The launcher's port: its own routes under `/_local/`, and the gateway for everything else.
//!
//! Protocol:
//! - `GET /_local/` is a page that shows the recorded messages as they come (`server/page.rs`).
//! - `GET /_local/messages` lists the recorded messages, oldest first; with `?after=N` those with a
//!   number above N, and with `&wait=S` after waiting up to S seconds for the first one. A wait
//!   also ends when the messages are deleted. `DELETE` deletes them (204).
//! - `GET /_local/clock` returns the clock of all functions, `{"now", "ahead"}`; `POST` with
//!   `{"advance": seconds}` advances it and returns the same.
//! - `POST /_local/notify` publishes its body, a message of the topic `notifications` (202,
//!   `{"message_id"}`).
//! - `GET /_local/device?registration_id=…` returns `{"type", "name"}` of a device, for the page.
//! - `GET /_local/pushes/<hash of a message's id>` says how far the pushes of a message to all have
//!   come.
//! - `POST /_local/cancel/<hash of a message's id>` cancels a message that waits for its time, and
//!   says what came of it: `"cancelled"`, `"too_late"` or `"unknown"`.
//! - `GET /_local/health` returns 204.
//!
//! No deployed stack has these routes. Their errors are `{"message": …}`. Web pages of others in
//! the developer's browser cannot use them (`server/visitors.rs`).

mod page;
mod visitors;

use std::{io, net::IpAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use serde::{Deserialize, de::DeserializeOwned};
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
/// The longest wait for a message, seconds.
const LONGEST_WAIT: u64 = 30;

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

/// Which messages to list.
#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    after: u64,
    /// Seconds.
    #[serde(default)]
    wait: u64,
}

#[derive(Deserialize)]
struct WantedDevice {
    registration_id: String,
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
        if !visitors::is_admitted(request) {
            return message(StatusCode::FORBIDDEN, "Forbidden");
        }
        let name = request.uri().path().trim_start_matches(PREFIX).trim_end_matches('/');
        match (request.method(), name) {
            (&Method::GET, "messages") => self.messages(request).await,
            (&Method::DELETE, "messages") => {
                self.recorder.clear();
                no_content()
            }
            (&Method::GET, "clock") => self.clock(),
            (&Method::POST, "clock") => self.advance_clock(request.body()),
            (&Method::POST, "notify") => self.notify(request.body()),
            (&Method::GET, "device") => self.device(request).await,
            (&Method::GET, name) if name.starts_with("pushes/") => {
                self.pushes(name.trim_start_matches("pushes/")).await
            }
            (&Method::POST, name) if name.starts_with("cancel/") => {
                self.cancel(name.trim_start_matches("cancel/")).await
            }
            (&Method::GET, "health") => no_content(),
            (_, "messages" | "clock" | "notify" | "device" | "health") => {
                message(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed")
            }
            (&Method::GET, name) if let Some(file) = page::file(name) => file,
            _ => message(
                StatusCode::NOT_FOUND,
                "The routes under /_local/ are messages, clock, notify, device, pushes, cancel and \
                 health",
            ),
        }
    }

    async fn messages(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let Some(Wanted { after, wait }) = query(request) else {
            return message(StatusCode::BAD_REQUEST, "after and wait must be whole numbers from 0");
        };
        if wait > 0 {
            let most = Duration::from_secs(wait.min(LONGEST_WAIT));
            self.recorder.wait_for_message(after, most).await;
        }
        json_response(StatusCode::OK, &self.recorder.listed(after))
    }

    /// A device's kind and name, which a push does not tell.
    async fn device(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let (Some(WantedDevice { registration_id }), Some(store)) = (query(request), &self.store)
        else {
            return message(StatusCode::BAD_REQUEST, "registration_id is missing");
        };
        let registration = ContentHash::of(&registration_id);
        let device = async {
            match store.device_owner(&registration).await? {
                Some(owner) => store.device(owner.customer, &registration).await,
                None => Ok(None),
            }
        };
        match device.await {
            Ok(Some(device)) => json_response(
                StatusCode::OK,
                &json!({"type": device.platform, "name": device.name}),
            ),
            Ok(None) => message(StatusCode::NOT_FOUND, "No customer has this device"),
            Err(error) => message(StatusCode::SERVICE_UNAVAILABLE, &error.to_string()),
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

    fn clock(&self) -> Response<Bytes> {
        let now = self.clock.now().to_string();
        json_response(StatusCode::OK, &json!({"now": now, "ahead": self.clock.ahead_seconds()}))
    }

    fn advance_clock(&self, body: &[u8]) -> Response<Bytes> {
        let advanced = serde_json::from_slice(body)
            .ok()
            .and_then(|ClockAdvance { advance }| self.clock.advance(advance));
        match advanced {
            Some(_) => self.clock(),
            None => message(
                StatusCode::BAD_REQUEST,
                "The body must be {\"advance\": seconds}, with a whole number from 0",
            ),
        }
    }
}

fn query<T: DeserializeOwned>(request: &Request<Bytes>) -> Option<T> {
    serde_html_form::from_str(request.uri().query().unwrap_or_default()).ok()
}

fn no_content() -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

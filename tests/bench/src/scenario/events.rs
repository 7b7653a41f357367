//! Events of `events/` with other contents.

use anyhow::Result;
use serde_json::{Value, json};

use crate::workspace;

/// An event and the function that it is for.
#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) function: &'static str,
    pub(super) json: Value,
}

impl Event {
    pub(super) fn of(function: &'static str, name: &str) -> Result<Self> {
        Ok(Self { function, json: workspace::event(function, name)? })
    }

    pub(super) fn path(mut self, path: &str) -> Self {
        self.json["rawPath"] = json!(path);
        self.json["requestContext"]["http"]["path"] = json!(path);
        self
    }

    pub(super) fn body(self, body: &Value) -> Self {
        let body = body.to_string();
        let mut event = self.header("content-length", &body.len().to_string());
        event.json["body"] = json!(body);
        event
    }

    /// The body of the one record of a queue's event.
    pub(super) fn message(mut self, message: &Value) -> Self {
        self.json["Records"][0]["body"] = json!(message.to_string());
        self
    }

    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        self.json["headers"][name] = json!(value);
        self
    }

    /// The access token of a log-in's answer.
    pub(super) fn bearer(self, tokens: &Value) -> Self {
        let access = tokens["access"].as_str().unwrap_or_default();
        self.header("authorization", &format!("Bearer {access}"))
    }

    pub(super) fn address(mut self, address: &str) -> Self {
        self.json["requestContext"]["http"]["sourceIp"] = json!(address);
        self.header("x-forwarded-for", address)
    }
}

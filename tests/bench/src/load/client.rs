//! One connection that is kept alive.

use std::net::TcpStream;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::http::{self, Reader};

pub(super) struct Client {
    stream: TcpStream,
    reader: Reader,
    host: String,
}

/// Status and body.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

impl Client {
    pub(super) fn connect(host: &str) -> Result<Self> {
        let stream = TcpStream::connect(host)?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, reader: Reader::default(), host: host.to_owned() })
    }

    /// Sends a request such as `GET /path`, and waits for its answer.
    pub(super) fn send(
        &mut self,
        request: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Answer> {
        let known = [("Host", self.host.as_str()), ("Accept", "application/json")];
        let mut headers = [&known, headers].concat();
        if body.is_some() {
            headers.push(("Content-Type", "application/json"));
        }
        let body = body.map(Value::to_string).unwrap_or_default();
        let start = format!("{request} HTTP/1.1");
        http::write(&mut self.stream, &start, &headers, body.as_bytes())?;
        let message = self.reader.read(&mut self.stream)?.context("the connection was closed")?;
        let status = message.status().context("an answer without a status")?;
        Ok(Answer { status, body: message.body })
    }
}

impl Answer {
    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    pub(super) fn json(&self) -> Result<Value> {
        let text = String::from_utf8_lossy(&self.body);
        serde_json::from_str(&text).with_context(|| format!("{}: {text}", self.status))
    }

    /// A text in it.
    pub(super) fn member(&self, name: &str) -> Result<String> {
        let json = self.json()?;
        let text = json[name].as_str().with_context(|| format!("no {name} in {json}"))?;
        Ok(text.to_owned())
    }
}

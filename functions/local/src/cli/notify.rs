//! `notify`: a message to the topic of a deployed stack, with the operator's own credentials, or to
//! a launcher on this machine.

use aws_sdk_sns::error::DisplayErrorContext;
use bytes::Bytes;
use clap::{ArgGroup, Args};
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use serde_json::{Map, Value, json};
use shared::{
    clock::{Clock, SystemClock},
    ids::uuid_v7,
    random::SystemRandom,
};
use tokio::net::TcpStream;

use super::{Failure, http_url, say};
use crate::doctor::operator_config;

/// Options of `notify`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("to").required(true).args(["phone", "customer", "all"]))]
pub(super) struct NotifyArgs {
    /// The phone of its customer, in E.164 form
    #[arg(long, value_name = "PHONE")]
    phone: Option<String>,
    /// The id of its customer
    #[arg(long, value_name = "ID")]
    customer: Option<String>,
    /// To every customer
    #[arg(long)]
    all: bool,
    /// Its heading
    #[arg(long, value_name = "TEXT")]
    title: String,
    /// Its text
    #[arg(long, value_name = "TEXT", default_value = "")]
    body: String,
    /// Its kind
    #[arg(long = "type", value_name = "WORD")]
    kind: Option<String>,
    /// What the app makes of it
    #[arg(long, value_name = "JSON", value_parser = object)]
    data: Option<Map<String, Value>>,
    /// Wakes the devices
    #[arg(long)]
    critical: bool,
    /// Names the message, so that it comes once however often this is run [default: a new id]
    #[arg(long, value_name = "TEXT")]
    id: Option<String>,
    /// The topic of a deployed stack, as its output `NotificationsTopicArn` gives it; without it, a
    /// launcher on this machine
    #[arg(long, value_name = "ARN")]
    topic: Option<String>,
    /// The topic's region, where your AWS profile names none or another
    #[arg(long, requires = "topic")]
    region: Option<String>,
    /// An SNS API outside AWS
    #[arg(long, value_name = "URL", value_parser = http_url, requires = "topic")]
    sns_endpoint: Option<String>,
    /// Port of the launcher
    #[arg(long, default_value_t = 3000, conflicts_with = "topic")]
    port: u16,
}

/// Publishes the message, and says its id.
pub(super) async fn run(args: NotifyArgs) -> Result<(), Failure> {
    let message = args.message();
    let id = message["id"].as_str().unwrap_or_default().to_owned();
    let text = message.to_string();
    notifier::Message::read(&text).map_err(Failure::usage)?;
    match &args.topic {
        Some(topic) => {
            let config = operator_config(args.region.clone(), args.sns_endpoint.clone()).await;
            let sent = aws_sdk_sns::Client::new(&config)
                .publish()
                .topic_arn(topic)
                .message(text)
                .send()
                .await;
            sent.map_err(|error| {
                Failure::outcome(format_args!(
                    "SNS did not take it: {}",
                    DisplayErrorContext(error)
                ))
            })?;
        }
        None => to_launcher(args.port, text).await?,
    }
    say(format_args!("published {id}"));
    Ok(())
}

impl NotifyArgs {
    /// The message; its members are those of the topic's messages.
    fn message(&self) -> Value {
        let to = match (&self.phone, &self.customer) {
            (Some(phone), _) => json!({"phone": phone}),
            (None, Some(customer)) => json!({"customer_id": customer}),
            (None, None) => json!({"all": true}),
        };
        let id = self
            .id
            .clone()
            .unwrap_or_else(|| uuid_v7(SystemClock.now(), &SystemRandom).to_string());
        let mut message = json!({"id": id, "to": to, "title": self.title, "body": self.body, "critical": self.critical});
        if let Some(kind) = &self.kind {
            message["type"] = json!(kind);
        }
        if let Some(data) = &self.data {
            message["data"] = json!(data);
        }
        message
    }
}

async fn to_launcher(port: u16, message: String) -> Result<(), Failure> {
    let away = |error: &dyn std::fmt::Display| {
        Failure::outcome(format_args!("no launcher answers on port {port}: {error}"))
    };
    let stream = TcpStream::connect(("127.0.0.1", port)).await.map_err(|error| away(&error))?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| away(&error))?;
    tokio::spawn(connection);
    let request = Request::post("/_local/notify").header(header::HOST, format!("127.0.0.1:{port}"));
    let request = request.body(Full::new(Bytes::from(message))).map_err(Failure::outcome)?;
    let answer = sender.send_request(request).await.map_err(|error| away(&error))?;
    if answer.status() == StatusCode::ACCEPTED {
        return Ok(());
    }
    let status = answer.status();
    let body = answer
        .into_body()
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes)
        .unwrap_or_default();
    Err(Failure::outcome(format_args!(
        "the launcher answered {status}: {}",
        String::from_utf8_lossy(&body)
    )))
}

fn object(text: &str) -> Result<Map<String, Value>, &'static str> {
    serde_json::from_str(text).map_err(|_| "it must be a JSON object")
}

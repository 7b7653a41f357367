//! `notify`: publishes a message to the topic of a deployed stack, with the operator's own AWS
//! credentials, or to the launcher on this machine. Shows how far the pushes of a message to all
//! have come, and stops them.

mod content;

use aws_sdk_sns::error::DisplayErrorContext;
use bytes::Bytes;
use clap::{ArgGroup, Args};
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt as _, Collected, Full};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use shared::{
    clock::{Clock, SystemClock},
    hashes::ContentHash,
    inbox::{Cancellation, PushProgress},
    store::Store,
};
use tokio::net::TcpStream;

use self::content::ContentArgs;
use super::{failure::Failure, output::print_line, push_progress::follow, stack_args::http_url};
use crate::operator_aws;

/// What says that a message is for somebody else than all.
const NOT_ALL: [&str; 4] = ["phone", "customer", "stop", "cancel"];

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("to")
    .required(true)
    .args(["phone", "customer", "all", "stop", "cancel"]))]
#[command(group = ArgGroup::new("deployed").multiple(true).args(["topic", "cancel"]))]
pub(super) struct NotifyArgs {
    /// Send to the customer with this phone, in E.164 form
    #[arg(long, value_name = "PHONE")]
    phone: Option<String>,
    /// Send to the customer with this id
    #[arg(long, value_name = "ID")]
    customer: Option<String>,
    /// Send to all customers
    #[arg(long)]
    all: bool,
    /// With --all: only to devices on this platform: ios, android or web; may be repeated
    #[arg(long, value_name = "NAME", conflicts_with_all = NOT_ALL)]
    platform: Vec<String>,
    /// With --all: only to customers whose profile has this language; may be repeated
    #[arg(long, value_name = "TAG", conflicts_with_all = NOT_ALL)]
    language: Vec<String>,
    /// With --all: only to customers with a phone of this country; may be repeated
    #[arg(long, value_name = "CODE", conflicts_with_all = NOT_ALL)]
    country: Vec<String>,
    /// With --all: only to devices whose app is of this version or a newer one
    #[arg(long, value_name = "VERSION", conflicts_with_all = NOT_ALL)]
    minimum_version: Option<String>,
    /// Stop the pushes of the message to all with this id. The message stays in inboxes
    #[arg(long, value_name = "ID", conflicts_with_all =
        ["ContentArgs", "table"])]
    stop: Option<String>,
    /// Cancel the message with this id that waits for its time: in the deployed table of --table,
    /// or in the launcher on this machine
    #[arg(long, value_name = "ID", conflicts_with_all = ["ContentArgs", "topic"])]
    cancel: Option<String>,
    #[command(flatten)]
    content: ContentArgs,
    /// Publish to the topic of a deployed stack (its output `NotificationsTopicArn`) instead of to
    /// the launcher on this machine
    #[arg(long, value_name = "ARN")]
    topic: Option<String>,
    /// Region of the topic [default: the region of your AWS profile]
    #[arg(long, requires = "deployed")]
    region: Option<String>,
    /// Use this SNS API instead of the one of AWS
    #[arg(long, value_name = "URL", value_parser = http_url, requires = "topic")]
    sns_endpoint: Option<String>,
    /// With --all and --topic: show the progress of the pushes, from this deployed table (the
    /// stack's output `TableName`). With --cancel: the table in which the message waits
    #[arg(long, value_name = "NAME", requires = "deployed",
        conflicts_with_all = ["phone", "customer"])]
    table: Option<String>,
    /// With --table: use this DynamoDB API instead of the one of AWS
    #[arg(long, value_name = "URL", value_parser = http_url, requires = "table")]
    dynamodb_endpoint: Option<String>,
    /// With --all: do not wait for the pushes
    #[arg(long, conflicts_with_all = ["phone", "customer", "stop"])]
    detach: bool,
    /// Port of the launcher
    #[arg(long, default_value_t = 3000, conflicts_with_all = ["topic", "table"])]
    port: u16,
}

/// Prints the id of the message, and for a message to all the progress of its pushes.
pub(super) async fn run(args: NotifyArgs) -> Result<(), Failure> {
    if let Some(id) = &args.cancel {
        return cancel(&args, id).await;
    }
    let message = args.message();
    let id = message["id"].as_str().unwrap_or_default().to_owned();
    let text = message.to_string();
    let read = notifier::Message::read(&text).map_err(Failure::usage)?;
    if let Some(name) = read.reserved_name() {
        let problem = format_args!("no push has {name} of data, which Firebase reserves");
        return Err(Failure::usage(problem));
    }
    let is_shown = args.all && !args.detach && read.send_at.is_none();
    let NotifyArgs { topic, table, region, port, stop, .. } = args;
    let done = if stop.is_some() { "asked to stop the pushes of" } else { "published" };
    let Some(topic) = topic else {
        post_to_launcher(port, text).await?;
        print_line(format_args!("{done} {id}"));
        if is_shown {
            follow(async || read_from_launcher(port, &id).await).await?;
        }
        return Ok(());
    };
    let client = operator_aws::sns(region.clone(), args.sns_endpoint).await;
    publish_to_topic(&client, topic, text).await?;
    print_line(format_args!("{done} {id}"));
    if let Some(table) = table.filter(|_| is_shown) {
        let client = operator_aws::dynamodb(region, args.dynamodb_endpoint).await;
        let (store, hash) = (Store::new(client, &table), ContentHash::of(&id));
        let read = async || store.push_progress(&hash).await.map_err(Failure::outcome);
        follow(read).await?;
    }
    Ok(())
}

/// Prints what came of it; a failure where the message was sent or is not known.
async fn cancel(args: &NotifyArgs, id: &str) -> Result<(), Failure> {
    let hash = ContentHash::of(id);
    let cancellation = match &args.table {
        None => cancel_at_launcher(args.port, &hash).await?,
        Some(table) => {
            let (region, endpoint) = (args.region.clone(), args.dynamodb_endpoint.clone());
            let store = Store::new(operator_aws::dynamodb(region, endpoint).await, table);
            let cancelled = store.cancel_scheduled(&hash, SystemClock.now()).await;
            cancelled.map_err(Failure::outcome)?
        }
    };
    match cancellation {
        Cancellation::Cancelled => print_line(format_args!("cancelled {id}")),
        Cancellation::TooLate => {
            return Err(Failure::outcome(format_args!("too late: {id} was sent")));
        }
        Cancellation::Unknown => {
            return Err(Failure::outcome(format_args!("no message waits under the id {id}")));
        }
    }
    Ok(())
}

impl NotifyArgs {
    fn message(&self) -> Value {
        if let Some(id) = &self.stop {
            return json!({"id": id, "to": {"all": true, "stop": true}});
        }
        let to = match (&self.phone, &self.customer) {
            (Some(phone), _) => json!({"phone": phone}),
            (None, Some(customer)) => json!({"customer_id": customer}),
            (None, None) => self.audience(),
        };
        self.content.message(&to)
    }

    fn audience(&self) -> Value {
        let mut to = json!({"all": true});
        let filters = [&self.platform, &self.language, &self.country];
        for (name, filter) in ["platform", "language", "country"].iter().zip(filters) {
            if !filter.is_empty() {
                to[name] = json!(filter);
            }
        }
        if let Some(version) = &self.minimum_version {
            to["minimum_version"] = json!(version);
        }
        to
    }
}

async fn publish_to_topic(
    client: &aws_sdk_sns::Client,
    topic: String,
    message: String,
) -> Result<(), Failure> {
    let published = client.publish().topic_arn(topic).message(message).send().await;
    published.map(drop).map_err(|error| {
        Failure::outcome(format_args!("publishing failed: {}", DisplayErrorContext(error)))
    })
}

async fn post_to_launcher(port: u16, message: String) -> Result<(), Failure> {
    let request = Request::post("/_local/notify");
    let (status, body) = ask_launcher(port, request, message).await?;
    if status == StatusCode::ACCEPTED { Ok(()) } else { Err(unexpected(status, &body)) }
}

async fn read_from_launcher(port: u16, id: &str) -> Result<PushProgress, Failure> {
    let request = Request::get(format!("/_local/pushes/{}", ContentHash::of(id).as_str()));
    let (status, body) = ask_launcher(port, request, String::new()).await?;
    if status != StatusCode::OK {
        return Err(unexpected(status, &body));
    }
    serde_json::from_slice(&body).map_err(Failure::outcome)
}

async fn cancel_at_launcher(port: u16, hash: &ContentHash) -> Result<Cancellation, Failure> {
    let request = Request::post(format!("/_local/cancel/{}", hash.as_str()));
    let (status, body) = ask_launcher(port, request, String::new()).await?;
    if status != StatusCode::OK {
        return Err(unexpected(status, &body));
    }
    serde_json::from_slice(&body).map_err(Failure::outcome)
}

fn unexpected(status: StatusCode, body: &Bytes) -> Failure {
    let body = String::from_utf8_lossy(body);
    Failure::outcome(format_args!("the launcher responded {status}: {body}"))
}

async fn ask_launcher(
    port: u16,
    request: http::request::Builder,
    body: String,
) -> Result<(StatusCode, Bytes), Failure> {
    let unreachable = |error: &dyn std::fmt::Display| {
        Failure::outcome(format_args!("cannot reach the launcher on port {port}: {error}"))
    };
    let stream =
        TcpStream::connect(("127.0.0.1", port)).await.map_err(|error| unreachable(&error))?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| unreachable(&error))?;
    tokio::spawn(connection);
    let request = request.header(header::HOST, format!("127.0.0.1:{port}"));
    let request = request.body(Full::new(Bytes::from(body))).map_err(Failure::outcome)?;
    let response = sender.send_request(request).await.map_err(|error| unreachable(&error))?;
    let status = response.status();
    let body = response.into_body().collect().await.map(Collected::to_bytes).unwrap_or_default();
    Ok((status, body))
}

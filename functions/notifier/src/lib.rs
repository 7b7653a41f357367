//! The consumer of the queue behind the topic `notifications`: each message goes into inboxes and
//! to push devices.
//!
//! Protocol: SQS events with raw delivery from SNS, answered with `batchItemFailures`, so that
//! failed records alone come back (AWS, "Using Lambda with Amazon SQS"). Invariants: a message
//! comes into an inbox once, however often it is delivered; it is pushed at least once to each
//! device that is active right before the push; what cannot be done now comes back, and what never
//! can ends in the dead-letter queue, with the reason.

mod appearance;
mod broadcast;
mod data;
mod dead_letters;
mod deliver;
mod delivered;
mod delivery;
mod fan_out;
mod members;
mod message;
mod pace;
mod payload;
mod push;
mod recipient;
mod schedule;
mod silent;
mod trouble;
mod unreadable;

use futures_util::{FutureExt, StreamExt, stream};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::{
    app::AppState,
    deadline::Deadline,
    ids::CustomerId,
    runtime::{Consumer, Error},
    settings::Section,
};
use table::usage::{self, Usage};

use self::{
    delivered::Delivered,
    delivery::{Attributes, Delivery, MessageAttributes},
    trouble::Trouble,
};
pub use self::{
    members::{PUSH_MEMBERS, PushMember, table_of_members},
    message::Message,
    recipient::{RangePage, To},
    unreadable::Unreadable,
};

/// How many records of a batch are under way at once.
const RECORDS_AT_ONCE: usize = 4;

/// The consumer, as the Lambda runtime and the launcher run it.
pub fn consumer() -> Consumer {
    Consumer {
        name: env!("CARGO_CRATE_NAME"),
        // The log names customers by pseudonyms.
        needs: &[Section::HASHES, Section::INBOX, Section::PUSH, Section::SIGNER, Section::TOPIC],
        start,
        handle: |app, event, deadline| run(app, event, deadline).boxed(),
    }
}

/// A batch of the queue, as far as it is read.
#[derive(Debug, Deserialize)]
struct Batch {
    #[serde(rename = "Records")]
    records: Vec<Record>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    message_id: String,
    body: String,
    #[serde(default)]
    attributes: Attributes,
    #[serde(default)]
    message_attributes: MessageAttributes,
}

/// Which records come back.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    batch_item_failures: Vec<Failure>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    item_identifier: String,
}

fn start(app: &AppState) {
    if !app.push.is_configured() {
        tracing::warn!(
            "no platform application is configured: messages go into inboxes and are not pushed"
        );
    }
}

async fn run(app: AppState, event: Value, deadline: Deadline) -> Result<Value, Error> {
    let began = app.now();
    let batch: Batch = serde_json::from_value(event)?;
    let records = batch.records.len();
    let worked = stream::iter(batch.records)
        .map(|record| handle(&app, record, deadline))
        .buffer_unordered(RECORDS_AT_ONCE);
    let (outcomes, usage) =
        usage::measure(worked.collect::<Vec<(String, Result<Delivered, Trouble>)>>()).await;
    let mut all = Delivered::default();
    let mut failures = Vec::new();
    for (item_identifier, outcome) in outcomes {
        match outcome {
            Ok(delivered) => all += delivered,
            Err(_) => failures.push(Failure { item_identifier }),
        }
    }
    let millis = i64::try_from(app.now().duration_since(began).as_millis()).unwrap_or(i64::MAX);
    let Delivered { inboxes, pushes, silenced } = all;
    let Usage { calls, read_units, write_units } = usage;
    let failed = failures.len();
    tracing::info!(
        records,
        failed,
        inboxes,
        pushes,
        silenced,
        ms = millis,
        calls,
        read_units,
        write_units,
        "batch"
    );
    app.metrics.count(began, "Pushes", u64::try_from(pushes).unwrap_or(u64::MAX));
    Ok(serde_json::to_value(Answer { batch_item_failures: failures })?)
}

async fn handle(
    app: &AppState,
    record: Record,
    deadline: Deadline,
) -> (String, Result<Delivered, Trouble>) {
    let delivery = Delivery::of(&record.attributes, &record.message_attributes);
    let outcome = read_and_serve(app, &record, delivery, deadline).await;
    let outcome = match outcome {
        Err(trouble) => {
            let named = (&*record.message_id, &*record.body);
            dead_letters::settle(app, named, delivery, trouble).await
        }
        delivered => delivered,
    };
    (record.message_id, outcome)
}

/// Each line about a record has the id that correlates it with what was published.
async fn read_and_serve(
    app: &AppState,
    record: &Record,
    delivery: Delivery,
    deadline: Deadline,
) -> Result<Delivered, Trouble> {
    let id = &record.message_id;
    let message = Message::read(&record.body).map_err(Trouble::from);
    let message = message.inspect_err(|trouble| {
        tracing::warn!(record = id, error = %trouble, "a message comes back");
    })?;
    let (correlation, to) = (&message.correlation, message.to.name());
    if message.reserved_name().is_some() && !delivery.is_repeated() {
        tracing::warn!(correlation, "data has names that Firebase reserves, which no push has");
    }
    let outcome = serve(app, &message, delivery, deadline).await;
    match &outcome {
        Ok(Delivered { inboxes, pushes, silenced }) => {
            tracing::info!(correlation, record = id, to, inboxes, pushes, silenced, "message");
        }
        Err(trouble) => {
            tracing::warn!(correlation, record = id, to, error = %trouble, "a message comes back");
        }
    }
    outcome
}

async fn serve(
    app: &AppState,
    message: &Message,
    delivery: Delivery,
    deadline: Deadline,
) -> Result<Delivered, Trouble> {
    if message.to.is_of_a_publisher() && schedule::waits(app, message).await? {
        return Ok(Delivered::default());
    }
    match &message.to {
        To::Customer(customer) => to_one(app, message, *customer, delivery).await,
        To::Phone(phone) => {
            let phone = app.hashes()?.phone(phone);
            match app.store.owner_of_phone(&phone).await? {
                Some(customer) => to_one(app, message, customer, delivery).await,
                None => Ok(Delivered::default()),
            }
        }
        To::All => broadcast::begin(app, message).await,
        To::Range(page) => broadcast::serve(app, message, *page, delivery, deadline).await,
        To::Only { number, customer } => {
            broadcast::serve_one(app, message, *number, *customer).await
        }
        To::Stop => broadcast::stop(app, message).await,
        To::Page(page) => fan_out::serve(app, message, *page, delivery).await,
    }
}

async fn to_one(
    app: &AppState,
    message: &Message,
    customer: CustomerId,
    delivery: Delivery,
) -> Result<Delivered, Trouble> {
    if message.silent {
        silent::to_customer(app, message, customer).await
    } else {
        deliver::to_customer(app, message, customer, delivery).await
    }
}

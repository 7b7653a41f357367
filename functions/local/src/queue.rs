//! The queue of a consumer, in place of SQS and Lambda's event source mapping.
//!
//! Protocol (AWS, "Using Lambda with Amazon SQS"): messages are delivered in batches. The messages
//! that the response lists in `batchItemFailures`, or the whole batch if the function fails or
//! times out, become visible again after the visibility timeout. After the redrive policy's number
//! of receives, a message moves to the dead letters. Invariant: a message is in the queue, among
//! the dead letters, or processed. Time is the launcher's clock, so that tests can move it.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use shared::{
    clock::{Clock, SystemClock},
    ids::uuid_v7,
    random::SystemRandom,
};
use tokio::{sync::Notify, time::timeout};

use crate::{consumer::ConsumerTarget, template::QueueDefinition};

/// How often an idle queue checks for messages that became visible, since the clock may have moved.
const POLL_INTERVAL: Duration = Duration::from_millis(200);

/// Clones share the queue.
#[derive(Clone)]
pub struct Queue(Arc<Inner>);

struct Inner {
    definition: QueueDefinition,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    arrived: Notify,
}

#[derive(Default)]
struct State {
    messages: VecDeque<Message>,
    dead_letters: Vec<DeadLetter>,
}

/// A message that failed too often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    pub body: String,
    /// Where the function said it.
    pub reason: Option<String>,
}

#[derive(Debug, Clone)]
struct Message {
    id: String,
    body: String,
    sent: Timestamp,
    first_received: Option<Timestamp>,
    receives: u64,
    visible_at: Timestamp,
}

impl Queue {
    pub fn new(definition: QueueDefinition, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Inner { definition, clock, state: Mutex::default(), arrived: Notify::new() }))
    }

    /// Adds a message and returns its id.
    pub fn send(&self, body: String) -> String {
        let now = self.0.clock.now();
        let id = uuid_v7(SystemClock.now(), &SystemRandom).to_string();
        let message = Message {
            id: id.clone(),
            body,
            sent: now,
            first_received: None,
            receives: 0,
            visible_at: now,
        };
        self.state().messages.push_back(message);
        self.0.arrived.notify_one();
        id
    }

    /// The number of messages that are not yet processed, visible or not.
    pub fn len(&self) -> usize {
        self.state().messages.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The messages that failed too often.
    pub fn dead_letters(&self) -> Vec<DeadLetter> {
        self.state().dead_letters.clone()
    }

    /// Puts a message among the dead letters.
    pub fn add_dead_letter(&self, letter: DeadLetter) {
        self.state().dead_letters.push(letter);
    }

    /// Delivers one batch of visible messages. False: there are none.
    pub async fn deliver_batch(&self, target: &ConsumerTarget) -> bool {
        let batch = self.receive();
        if batch.is_empty() {
            return false;
        }
        let failed = match target.invoke(self.event(&batch)).await {
            Some(response) if self.0.definition.reports_failures => failed_ids(&response, &batch),
            Some(_) => Vec::new(),
            None => batch.iter().map(|message| message.id.clone()).collect(),
        };
        self.delete_processed(&batch, &failed);
        true
    }

    /// A batch as an event for a function that runs elsewhere, with a closure that takes its
    /// response.
    pub fn take_batch(&self) -> Option<(Value, impl FnOnce(&Value))> {
        let batch = self.receive();
        let queue = self.clone();
        let event = (!batch.is_empty()).then(|| self.event(&batch))?;
        let settle = move |response: &Value| {
            queue.delete_processed(&batch, &failed_ids(response, &batch));
        };
        Some((event, settle))
    }

    /// Delivers batches until no message is visible.
    pub async fn deliver(&self, target: &ConsumerTarget) {
        while self.deliver_batch(target).await {}
    }

    /// Delivers batches until it is cancelled.
    pub async fn keep_delivering(self, target: ConsumerTarget) {
        loop {
            self.deliver(&target).await;
            let _ = timeout(POLL_INTERVAL, self.0.arrived.notified()).await;
        }
    }

    /// Takes a batch and hides it for the visibility timeout. Visible messages without receives
    /// left become dead letters.
    fn receive(&self) -> Vec<Message> {
        let definition = &self.0.definition;
        let now = self.0.clock.now();
        let hidden_until = SignedDuration::try_from(definition.visibility_timeout)
            .ok()
            .and_then(|duration| now.saturating_add(duration).ok())
            .unwrap_or(Timestamp::MAX);
        let mut state = self.state();
        let (exhausted, messages): (VecDeque<Message>, VecDeque<Message>) =
            std::mem::take(&mut state.messages).into_iter().partition(|message| {
                message.visible_at <= now && message.receives >= definition.max_receives
            });
        state.messages = messages;
        let dead = exhausted.into_iter().map(|message| DeadLetter::of(message.body));
        state.dead_letters.extend(dead);
        let visible = state.messages.iter_mut().filter(|message| message.visible_at <= now);
        let receive = |message: &mut Message| {
            message.receives += 1;
            message.first_received.get_or_insert(now);
            message.visible_at = hidden_until;
            message.clone()
        };
        visible.take(definition.batch_size).map(receive).collect()
    }

    fn delete_processed(&self, batch: &[Message], failed: &[String]) {
        let is_processed = |message: &Message| {
            batch.iter().any(|one| one.id == message.id) && !failed.contains(&message.id)
        };
        self.state().messages.retain(|message| !is_processed(message));
    }

    fn event(&self, batch: &[Message]) -> Value {
        let arn = format!("arn:aws:sqs:us-east-1:123456789012:{}", self.0.definition.id);
        let millis = |time: Timestamp| time.as_millisecond().to_string();
        let record = |message: &Message| {
            let first_received = message.first_received.unwrap_or(message.sent);
            json!({
                "messageId": message.id,
                "receiptHandle": message.id,
                "body": message.body,
                "attributes": {
                    "ApproximateReceiveCount": message.receives.to_string(),
                    "SentTimestamp": millis(message.sent),
                    "SenderId": "AIDAIT2UOQQY3AUEKVGXU",
                    "ApproximateFirstReceiveTimestamp": millis(first_received),
                },
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": arn,
                "awsRegion": "us-east-1",
            })
        };
        json!({"Records": batch.iter().map(record).collect::<Vec<_>>()})
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl DeadLetter {
    fn of(body: String) -> Self {
        Self { body, reason: None }
    }
}

/// The failed messages of a response. As with Lambda, an id that is not in the batch makes the
/// whole batch fail.
fn failed_ids(response: &Value, batch: &[Message]) -> Vec<String> {
    let failures = response["batchItemFailures"].as_array().into_iter().flatten();
    let failed: Vec<String> = failures
        .map(|failure| failure["itemIdentifier"].as_str().unwrap_or_default().to_owned())
        .collect();
    let is_known = |id: &String| batch.iter().any(|message| message.id == *id);
    if failed.iter().all(is_known) {
        failed
    } else {
        batch.iter().map(|message| message.id.clone()).collect()
    }
}

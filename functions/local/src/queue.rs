//! The queue of a consumer, in this process: what SQS and Lambda's event source would do between
//! the topic and the function.
//!
//! Protocol (AWS, "Using Lambda with Amazon SQS"): messages come in batches; those that the answer
//! names in `batchItemFailures`, all of them where the function fails or overruns its time, rest
//! for the visibility time-out and come again; after as many receives as the redrive policy says a
//! message goes to the dead letters. Invariant: a message is in the queue, among the dead letters,
//! or done. Time is the launcher's clock, so a test moves it.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use shared::{
    app::AppState,
    clock::{Clock, SystemClock},
    deadline::Deadline,
    ids::uuid_v7,
    random::SystemRandom,
    runtime::Consumer,
};
use tokio::{sync::Notify, task::JoinSet, time::timeout};
use tracing::{error, instrument::WithSubscriber as _};

use crate::template::QueueDefinition;

/// How long the queue waits before it looks whether the clock was moved.
const LOOK: Duration = Duration::from_millis(200);

/// A queue; a clone is the same one.
#[derive(Clone)]
pub struct Queue(Arc<Parts>);

struct Parts {
    definition: QueueDefinition,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    arrived: Notify,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Held>,
    dead: Vec<String>,
}

#[derive(Debug, Clone)]
struct Held {
    id: String,
    body: String,
    sent: Timestamp,
    first_received: Option<Timestamp>,
    receives: u64,
    visible: Timestamp,
}

/// What a queue feeds.
#[derive(Clone)]
pub struct Fed {
    /// What handles the batches.
    pub consumer: Consumer,
    /// With which state.
    pub app: AppState,
    /// How long one batch may take.
    pub timeout: Duration,
}

impl Queue {
    /// An empty queue.
    pub fn new(definition: QueueDefinition, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Parts { definition, clock, state: Mutex::default(), arrived: Notify::new() }))
    }

    /// Takes a message, and gives its id.
    pub fn send(&self, body: String) -> String {
        let now = self.0.clock.now();
        let id = uuid_v7(SystemClock.now(), &SystemRandom).to_string();
        let held = Held {
            id: id.clone(),
            body,
            sent: now,
            first_received: None,
            receives: 0,
            visible: now,
        };
        self.state().waiting.push_back(held);
        self.0.arrived.notify_one();
        id
    }

    /// How many messages are not done.
    pub fn len(&self) -> usize {
        self.state().waiting.len()
    }

    /// Whether every message is done or dead.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The messages that were tried in vain too often.
    pub fn dead_letters(&self) -> Vec<String> {
        self.state().dead.clone()
    }

    /// Hands over one batch of what is visible; false where nothing is.
    pub async fn deliver_batch(&self, fed: &Fed) -> bool {
        let batch = self.receive();
        if batch.is_empty() {
            return false;
        }
        let event = self.event(&batch);
        let failed = match invoke(fed, event).await {
            Some(answer) if self.0.definition.reports_failures => named_in(&answer, &batch),
            Some(_) => Vec::new(),
            None => batch.iter().map(|held| held.id.clone()).collect(),
        };
        self.settle(&batch, &failed);
        true
    }

    /// A batch of what is visible, as the event of a function that runs elsewhere, and what takes
    /// its answer.
    pub fn take_batch(&self) -> Option<(Value, impl FnOnce(&Value))> {
        let batch = self.receive();
        let queue = self.clone();
        let event = (!batch.is_empty()).then(|| self.event(&batch))?;
        Some((event, move |answer: &Value| queue.settle(&batch, &named_in(answer, &batch))))
    }

    /// Hands over batches until nothing is visible.
    pub async fn deliver(&self, fed: &Fed) {
        while self.deliver_batch(fed).await {}
    }

    /// Hands over batches for ever.
    pub async fn run(self, fed: Fed) {
        loop {
            self.deliver(&fed).await;
            let _ = timeout(LOOK, self.0.arrived.notified()).await;
        }
    }

    /// Takes a batch: it is not visible until the time-out is over. What came too often is dead.
    fn receive(&self) -> Vec<Held> {
        let now = self.0.clock.now();
        let rest =
            SignedDuration::try_from(self.0.definition.visibility).unwrap_or(SignedDuration::MAX);
        let mut state = self.state();
        let (tired, waiting): (VecDeque<Held>, VecDeque<Held>) =
            std::mem::take(&mut state.waiting).into_iter().partition(|held| {
                held.visible <= now && held.receives >= self.0.definition.most_receives
            });
        state.waiting = waiting;
        state.dead.extend(tired.into_iter().map(|held| held.body));
        let visible = state
            .waiting
            .iter_mut()
            .filter(|held| held.visible <= now)
            .take(self.0.definition.batch);
        let take = |held: &mut Held| {
            held.receives += 1;
            held.first_received.get_or_insert(now);
            held.visible = now.saturating_add(rest).unwrap_or(Timestamp::MAX);
            held.clone()
        };
        visible.map(take).collect()
    }

    fn settle(&self, batch: &[Held], failed: &[String]) {
        let done =
            |held: &Held| batch.iter().any(|one| one.id == held.id) && !failed.contains(&held.id);
        self.state().waiting.retain(|held| !done(held));
    }

    fn event(&self, batch: &[Held]) -> Value {
        let millis = |time: Timestamp| time.as_millisecond().to_string();
        let record = |held: &Held| {
            json!({
                "messageId": held.id,
                "receiptHandle": held.id,
                "body": held.body,
                "attributes": {
                    "ApproximateReceiveCount": held.receives.to_string(),
                    "SentTimestamp": millis(held.sent),
                    "SenderId": "AIDAIT2UOQQY3AUEKVGXU",
                    "ApproximateFirstReceiveTimestamp": millis(held.first_received.unwrap_or(held.sent)),
                },
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": format!("arn:aws:sqs:us-east-1:123456789012:{}", self.0.definition.id),
                "awsRegion": "us-east-1",
            })
        };
        json!({"Records": batch.iter().map(record).collect::<Vec<_>>()})
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// As in Lambda, a panic ends only its own invocation, and what overruns its time is killed
/// wherever it is.
async fn invoke(fed: &Fed, event: Value) -> Option<Value> {
    let mut running = JoinSet::new();
    running.spawn(
        (fed.consumer.handle)(fed.app.clone(), event, Deadline::within(fed.timeout))
            .with_current_subscriber(),
    );
    match timeout(fed.timeout, running.join_next()).await {
        Ok(Some(Ok(Ok(answer)))) => Some(answer),
        Ok(Some(Ok(Err(source)))) => {
            error!(%source, "a consumer failed");
            None
        }
        Ok(Some(Err(source))) => {
            error!(%source, "a consumer panicked");
            None
        }
        Ok(None) => None,
        Err(_) => {
            error!("a consumer overran its time");
            None
        }
    }
}

/// The messages that an answer names; all of them where it names one that was not in the batch, as
/// Lambda has it.
fn named_in(answer: &Value, batch: &[Held]) -> Vec<String> {
    let named = answer["batchItemFailures"].as_array().into_iter().flatten();
    let named: Vec<String> = named
        .map(|failure| failure["itemIdentifier"].as_str().unwrap_or_default().to_owned())
        .collect();
    let known = |id: &String| batch.iter().any(|held| held.id == *id);
    if named.iter().all(known) { named } else { batch.iter().map(|held| held.id.clone()).collect() }
}

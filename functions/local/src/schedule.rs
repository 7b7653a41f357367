//! The schedule of a consumer, in this process: what EventBridge would do.
//!
//! Protocol (EventBridge, "Creating a rule that runs on a schedule"): the function is invoked
//! without anybody waiting for its answer, with an event that says when. Here it comes once a
//! minute, whatever the template's rate: a developer does not wait an hour.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use shared::{
    app::AppState,
    clock::{Clock as _, SystemClock},
    deadline::Deadline,
    ids::uuid_v7,
    random::SystemRandom,
    runtime::{Consumer, Error},
};
use tokio::task::JoinSet;
use tracing::{error, instrument::WithSubscriber as _};

/// How long the launcher waits between two runs.
const PAUSE: Duration = Duration::from_mins(1);

/// A consumer that a schedule invokes.
#[derive(Clone)]
pub struct Scheduled {
    /// The function's name in the template.
    pub id: String,
    /// What is invoked.
    pub consumer: Consumer,
    /// With which state.
    pub app: AppState,
    /// How long one run may take.
    pub timeout: Duration,
}

impl Scheduled {
    /// Runs it once.
    pub async fn run(&self) -> Result<Value, Error> {
        let event = self.event(self.app.now());
        (self.consumer.handle)(self.app.clone(), event, Deadline::within(self.timeout)).await
    }

    /// Runs it once a minute for ever. As in Lambda, a panic ends only its own run, and what
    /// overruns its time is killed.
    pub async fn keep_running(self) {
        loop {
            let scheduled = self.clone();
            let mut running = JoinSet::new();
            running.spawn(async move { scheduled.run().await }.with_current_subscriber());
            match tokio::time::timeout(self.timeout, running.join_next()).await {
                Ok(Some(Ok(Err(source)))) => error!(%source, "a consumer failed"),
                Ok(Some(Err(source))) => error!(%source, "a consumer panicked"),
                Err(_) => error!("a consumer overran its time"),
                Ok(_) => {}
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn event(&self, now: Timestamp) -> Value {
        json!({
            "version": "0",
            "id": uuid_v7(SystemClock.now(), &SystemRandom).to_string(),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": "123456789012",
            "time": now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "region": "us-east-1",
            "resources": [format!("arn:aws:events:us-east-1:123456789012:rule/satchel-{}Schedule", self.id)],
            "detail": {},
        })
    }
}

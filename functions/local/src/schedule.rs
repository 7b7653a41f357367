//! The schedule of a consumer, in place of EventBridge.
//!
//! Protocol (EventBridge, "Creating a rule that runs on a schedule"): the function is invoked
//! asynchronously, with an event that holds the scheduled time. The launcher runs it once a minute
//! whatever rate the template sets, so that a developer need not wait an hour.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use shared::{
    clock::{Clock as _, SystemClock},
    ids::uuid_v7,
    random::SystemRandom,
    runtime::Error,
};

use crate::consumer::ConsumerTarget;

const INTERVAL: Duration = Duration::from_mins(1);

/// A consumer that a schedule invokes.
#[derive(Clone)]
pub struct Scheduled {
    /// The function's logical id in the template.
    pub id: String,
    pub target: ConsumerTarget,
}

impl Scheduled {
    /// Runs it once, in the caller's task.
    pub async fn run(&self) -> Result<Value, Error> {
        self.target.handle(self.event()).await
    }

    /// Runs it once a minute.
    pub async fn keep_running(self) {
        loop {
            self.target.invoke(self.event()).await;
            tokio::time::sleep(INTERVAL).await;
        }
    }

    fn event(&self) -> Value {
        event(&self.id, self.target.app.now())
    }
}

fn event(id: &str, now: Timestamp) -> Value {
    let rule = format!("arn:aws:events:us-east-1:123456789012:rule/satchel-{id}Schedule");
    json!({
        "version": "0",
        "id": uuid_v7(SystemClock.now(), &SystemRandom).to_string(),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "region": "us-east-1",
        "resources": [rule],
        "detail": {},
    })
}

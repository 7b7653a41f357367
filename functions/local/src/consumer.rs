//! Invoking a consumer as Lambda does.

use std::time::Duration;

use serde_json::Value;
use shared::{
    app::AppState,
    deadline::Deadline,
    runtime::{Consumer, Error},
};
use tokio::{task::JoinSet, time::timeout};
use tracing::{error, instrument::WithSubscriber as _};

/// A consumer with what one invocation needs.
#[derive(Clone)]
pub struct ConsumerTarget {
    pub consumer: Consumer,
    pub app: AppState,
    /// The timeout of one invocation.
    pub timeout: Duration,
}

impl ConsumerTarget {
    /// Handles an event in the caller's task.
    pub async fn handle(&self, event: Value) -> Result<Value, Error> {
        (self.consumer.handle)(self.app.clone(), event, Deadline::within(self.timeout)).await
    }

    /// Handles an event in a task of its own, which is cancelled after the timeout. A failure, a
    /// panic or a timeout is logged and gives `None`.
    pub async fn invoke(&self, event: Value) -> Option<Value> {
        let target = self.clone();
        let mut task = JoinSet::new();
        task.spawn(async move { target.handle(event).await }.with_current_subscriber());
        match timeout(self.timeout, task.join_next()).await {
            Ok(Some(Ok(Ok(response)))) => return Some(response),
            Ok(Some(Ok(Err(source)))) => error!(%source, "a consumer failed"),
            Ok(Some(Err(source))) => error!(%source, "a consumer panicked"),
            Ok(None) => {}
            Err(_) => error!("a consumer timed out"),
        }
        None
    }
}

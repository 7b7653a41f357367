//! The clean-up's part in messages: it sends those whose time has come.

use futures_util::FutureExt;
use table::{IndexList, Key};

use crate::{
    domain::clean_up::{Counts, Outcome, Run, Stage, Task, Work},
    inbox::{
        keys::SCHEDULED_MESSAGES,
        scheduled::{Scheduled, ScheduledState},
    },
    store::StoreError,
};

/// The tasks of the clean-up.
pub(crate) const TASKS: &[Task] = &[
    Task {
        name: "scheduled_messages",
        stage: Stage::Messages,
        work: Work::By(|run| send_due(run).boxed()),
    },
    Task::expired("notifications", IndexList("INBOX#DUE")),
];

/// Publishes the messages that are due. Beside what it costs to find them four trips each, a call
/// of SNS among them; a read unit for the head and for each 4 KB of the text, three write units for
/// the head and two for each KB of the text.
async fn send_due(run: &Run) -> Result<Counts, StoreError> {
    run.walk(SCHEDULED_MESSAGES, run.now, |key| send(run, key)).await
}

async fn send(run: &Run, key: Key) -> Result<Outcome, StoreError> {
    let head: Option<Scheduled> = run.store.table.get(key, true).await?;
    let Some(head) = head else { return Ok(Outcome::Nothing) };
    if !run.store.claim_scheduled(&head).await? {
        return Ok(Outcome::Nothing);
    }
    if let Some(waiting) = run.store.scheduled_text(&head).await? {
        let topic = run.topic.as_ref().ok_or_else(|| {
            StoreError::built_wrongly("this function was not given NOTIFICATIONS_TOPIC_ARN")
        })?;
        let published = topic.publish(&waiting.text).await;
        published.map_err(|error| StoreError::Unavailable(Box::new(error)))?;
    }
    let is_mine = run.store.settle_scheduled(&head, ScheduledState::Sent, run.now).await?;
    Ok(if is_mine { Outcome::Done } else { Outcome::Nothing })
}

//! Functions that are killed in the middle of their work, as Lambda does at a time-out and a
//! machine does when it fails: nothing of the process runs after that, and nobody gets its answer.

use std::time::Duration;

use tokio::time::sleep;

use crate::wire::Wire;

/// How often the calls are counted.
const POLL: Duration = Duration::from_micros(200);

/// Runs `work`, and kills it once so many calls to storage and SNS have passed `wire`; `None` where
/// that was before its end.
pub async fn killed_after<F>(calls: u64, wire: &Wire, work: F) -> Option<F::Output>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    let last = wire.passed() + calls;
    let task = tokio::spawn(work);
    while !task.is_finished() {
        if wire.passed() >= last {
            task.abort();
            break;
        }
        sleep(POLL).await;
    }
    match task.await {
        Ok(output) => Some(output),
        Err(error) if error.is_cancelled() => None,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

/// The same for work that runs in this task: it is dropped where it stands.
pub async fn dropped_after<T>(calls: u64, wire: &Wire, work: impl Future<Output = T>) -> Option<T> {
    let last = wire.passed() + calls;
    let passed = async {
        while wire.passed() < last {
            sleep(POLL).await;
        }
    };
    tokio::select! {
        output = work => Some(output),
        () = passed => None,
    }
}

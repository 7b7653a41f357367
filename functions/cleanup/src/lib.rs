//! The consumer of a schedule: it takes away what nobody needs any more, ends what has to end,
//! erases who left, and audits the books.
//!
//! Protocol: one task after the other, each with its share of the time that is left; what a task
//! does not come to is done by the next run. A task finds its work by the index of what is due or
//! by a list of its own, never by a Scan, so a run costs what is due and not what is stored.
//! Invariants: a task that fails or panics stops no other; two runs at once, and one that was
//! killed anywhere, leave what one whole run would; each task reports itself as one line of
//! metrics.

mod run;
mod tasks;
mod walk;

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use serde_json::{Map, Value, json};
use shared::{
    app::AppState,
    metrics::Measure,
    runtime::{Consumer, Error, deadline::Deadline},
    store::StoreError,
};

use self::run::{Counts, Run, RunSettings, Task, TaskError};
pub use self::tasks::TASKS;

/// The consumer, as the Lambda runtime and the launcher run it.
pub fn consumer() -> Consumer {
    Consumer {
        name: env!("CARGO_CRATE_NAME"),
        needs: RunSettings::SECTIONS,
        start: |_| {},
        handle: |app, _, deadline| run(app, deadline).boxed(),
    }
}

/// Does what is due until `deadline`, and says what it did, task by task. Where a task failed the
/// whole run is an error, once all are through, so that Lambda counts it.
async fn run(app: AppState, deadline: Deadline) -> Result<Value, Error> {
    let began = app.now();
    let deadline = deadline.earlier_by(run::MARGIN);
    let settings = RunSettings::of(&app.settings)?;
    let (mut report, mut failed) = (Map::new(), Vec::new());
    for (task, left) in TASKS.iter().zip((1..=TASKS.len()).rev()) {
        let share = deadline.share(u32::try_from(left).unwrap_or(1));
        let run = Run { app: app.clone(), settings: settings.clone(), now: began, deadline: share };
        let counts = match attempt((task.run)(&run)).await {
            Ok(counts) => counts,
            Err(error) => {
                tracing::error!(task = task.name, %error, "a task of the clean-up failed");
                failed.push(task.name);
                Counts { failed: 1, unfinished: true, ..Counts::default() }
            }
        };
        tell(&app, task, counts);
        report.insert(task.name.to_owned(), json!(counts));
    }
    let millis = i64::try_from(app.now().duration_since(began).as_millis()).unwrap_or(i64::MAX);
    tracing::info!(tasks = TASKS.len(), failed = failed.len(), ms = millis, "clean-up");
    if failed.is_empty() {
        Ok(Value::Object(report))
    } else {
        Err(format!("failed: {}", failed.join(", ")).into())
    }
}

/// What comes of a task, a panic included.
async fn attempt(
    work: impl Future<Output = Result<Counts, StoreError>>,
) -> Result<Counts, TaskError> {
    match AssertUnwindSafe(work).catch_unwind().await {
        Ok(outcome) => outcome.map_err(TaskError::Storage),
        Err(_) => Err(TaskError::Panicked),
    }
}

fn tell(app: &AppState, task: &Task, counts: Counts) {
    let measures = [
        Measure::count("CleanedUp", counts.done),
        Measure::count("PutOff", counts.put_off),
        Measure::count("Failed", counts.failed),
        Measure::count("Unfinished", counts.unfinished.into()),
    ];
    app.metrics.record(app.now(), Some(("Task", task.name)), &measures);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[tokio::test]
    async fn a_task_that_panics_is_a_task_that_failed() {
        let outcome = attempt(async { panic!("it was asked to") }).await;
        assert_eq!(outcome.map_err(|error| error.to_string()), Err("it panicked".to_owned()));
        assert!(attempt(async { Ok(Counts::default()) }).await.is_ok());
    }

    #[test]
    fn each_task_has_a_name_of_its_own() {
        let names: BTreeSet<&str> = TASKS.iter().map(|task| task.name).collect();
        assert_eq!(names.len(), TASKS.len());
    }
}

//! The consumer of a schedule: it runs the tasks of all domains, which end what has to end, erase
//! customers whose accounts are deleted, delete what nobody needs any more, and audit the books.
//!
//! Protocol: one task after the other, each with a slice of the time that is left. Those that had
//! not enough get another one, until all are done or the time is over; the next run does the rest.
//! A run whose event says `{"stage": "messages"}` does the tasks of that stage alone.
//! Each run begins the lists at another shard. A task finds its work through the expiry index or a
//! list of its own, never by a Scan, so a run costs as much as is due. Invariants: a task that
//! fails or panics stops no other; two runs at once, and one that was killed anywhere, leave what
//! one whole run would; each task that did anything, or is behind, reports it in metrics.

mod run;

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use serde_json::{Map, Value, json};
use shared::{
    app::AppState,
    deadline::Deadline,
    domain::clean_up::{Counts, Stage, Task},
    domains::TASKS,
    metrics::Measure,
    runtime::{Consumer, Error},
    store::StoreError,
};

use self::run::{TaskError, run_of};

/// The consumer, as the Lambda runtime and the launcher run it.
pub fn consumer() -> Consumer {
    Consumer {
        name: env!("CARGO_CRATE_NAME"),
        needs: run::SECTIONS,
        start: |_| {},
        handle: |app, event, deadline| run(app, event, deadline).boxed(),
    }
}

/// Does what is due until `deadline`, and says what it did, task by task. Where a task failed the
/// whole run is an error, once all are through, so that Lambda counts it.
async fn run(app: AppState, event: Value, deadline: Deadline) -> Result<Value, Error> {
    let began = app.now();
    let is_whole = event["stage"] != "messages";
    let is_meant = |task: &Task| is_whole || task.stage == Stage::Messages;
    let deadline = deadline.earlier_by(run::MARGIN);
    let settings = run::settings(&app.settings)?;
    let mut counted = TASKS.map(|_| Counts::default());
    let mut failed = Vec::new();
    let mut waiting: Vec<usize> =
        (0..TASKS.len()).filter(|place| is_meant(&TASKS[*place])).collect();
    let tasks = waiting.len();
    let mut first_shard = run::first_shard(&app);
    while !waiting.is_empty() {
        let slices = (1..=waiting.len()).rev();
        let mut unfinished = Vec::new();
        for (place, left) in waiting.into_iter().zip(slices) {
            let task = &TASKS[place];
            let slice = deadline.share(u32::try_from(left).unwrap_or(1));
            let run = run_of(&app, settings.clone(), began, slice, first_shard)?;
            match attempt(task.run(&run)).await {
                Ok(counts) => {
                    unfinished.extend(counts.unfinished.then_some(place));
                    counted[place] = counted[place].then(counts);
                }
                Err(error) => {
                    tracing::error!(task = task.name, %error, "a task of the clean-up failed");
                    failed.push(task.name);
                    let lost = Counts { failed: 1, unfinished: true, ..counted[place] };
                    counted[place] = lost;
                }
            }
        }
        waiting = unfinished;
        first_shard += 1;
        if deadline.is_over() {
            break;
        }
    }
    let (mut report, mut is_complete) = (Map::new(), true);
    for (task, counts) in TASKS.iter().zip(counted).filter(|(task, _)| is_meant(task)) {
        // What the audit finds is no failure of the run, and has an alarm of its own.
        is_complete &= !counts.unfinished && (counts.failed == 0 || task.stage >= Stage::Audit);
        tell(&app, task, counts);
        report.insert(task.name.to_owned(), json!(counts));
    }
    if is_whole {
        tell_behind(&app, &counted);
    }
    let millis = i64::try_from(app.now().duration_since(began).as_millis()).unwrap_or(i64::MAX);
    tracing::info!(tasks, failed = failed.len(), ms = millis, "clean-up");
    if failed.is_empty() {
        // The alarm subtracts such runs from all runs; those that failed, Lambda counts.
        let is_partial = is_whole && !is_complete;
        app.metrics.count(app.now(), "CleanupsUnfinished", u64::from(is_partial));
        app.metrics.count(app.now(), "MessageRuns", u64::from(!is_whole));
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
    if task.stage != Stage::Sweep {
        let behind = Measure::seconds("Behind", counts.behind);
        app.metrics.record(app.now(), Some(("Task", task.name)), &[behind]);
    }
}

/// What the alarms watch: what waits longest, of the audit and of all other tasks, and how old the
/// sweep of all ledgers is.
fn tell_behind(app: &AppState, counted: &[Counts]) {
    let most = |is_meant: fn(Stage) -> bool| {
        let tasks = TASKS.iter().zip(counted).filter(|(task, _)| is_meant(task.stage));
        tasks.map(|(_, counts)| counts.behind).max().unwrap_or_default()
    };
    let measures = [
        Measure::seconds("CleanupBehind", most(|stage| stage < Stage::Audit)),
        Measure::seconds("AuditBehind", most(|stage| stage == Stage::Audit)),
        Measure::seconds("AuditSweepAge", most(|stage| stage == Stage::Sweep)),
    ];
    app.metrics.record(app.now(), None, &measures);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_task_that_panics_is_a_task_that_failed() {
        let outcome = attempt(async { panic!("it was asked to") }).await;
        assert_eq!(outcome.map_err(|error| error.to_string()), Err("it panicked".to_owned()));
        assert!(attempt(async { Ok(Counts::default()) }).await.is_ok());
    }
}

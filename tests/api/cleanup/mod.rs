use std::time::Duration;

use harness::Api;
use serde_json::{Value, json};
use shared::{
    deadline::Deadline, domain::clean_up::Work, domains::TASKS, runtime::Error, store::Store,
};
use table::SHARDS;

mod account_deletion;
mod device_list;
mod devices;
mod expired;
mod fairness;
mod runs;
mod scale;
mod sessions;

const DAY: i64 = 86_400;

/// A run without a time limit.
pub async fn clean_up(api: &Api) -> Value {
    run_within(api, None).await.expect("a run")
}

/// A run within a time limit.
pub async fn run_within(api: &Api, time: Option<Duration>) -> Result<Value, Error> {
    let scheduled = api.stack.scheduled().first().expect("the clean-up is scheduled");
    let deadline = time.map_or(Deadline::none(), Deadline::within);
    (scheduled.target.consumer.handle)(scheduled.target.app.clone(), json!({}), deadline).await
}

/// The names of all tasks.
fn tasks() -> impl Iterator<Item = &'static str> {
    TASKS.iter().map(|task| task.name)
}

/// The names of the tasks that only delete expired items of before.
fn expiring_tasks() -> impl Iterator<Item = &'static str> {
    let tasks = TASKS.iter().filter(|task| matches!(task.work, Work::DeleteExpired(_)));
    tasks.map(|task| task.name)
}

/// The read units of a run with nothing to do: half a unit for each shard of each list, one for the
/// position of the audit, and half a unit for that of the list of customers with devices.
fn idle_units() -> f64 {
    // The restoring of samples has no list, and that list is filled.
    let lists = f64::from(u32::try_from(TASKS.len() - 2).expect("few tasks"));
    lists * f64::from(u32::try_from(SHARDS.len()).expect("few shards")) * 0.5 + 1.5
}

/// Runs until the list of customers with devices is filled, which is done once.
pub async fn fill_device_list(api: &Api) {
    clean_up(api).await;
    api.clock.advance_seconds(DAY);
    clean_up(api).await;
}

/// The counts of a task: done, put off, failed.
fn counts(report: &Value, task: &str) -> (u64, u64, u64) {
    let count = |name: &str| {
        report[task][name].as_u64().unwrap_or_else(|| panic!("{report} has no {name} of {task}"))
    };
    (count("done"), count("put_off"), count("failed"))
}

fn store(api: &Api) -> Store {
    api.stack.state("cleanup").expect("the clean-up runs").store.clone()
}

/// The items of the table that contain `text`.
async fn items_with(api: &Api, text: &str) -> Vec<String> {
    api.whole_table().await.lines().filter(|item| item.contains(text)).map(str::to_owned).collect()
}

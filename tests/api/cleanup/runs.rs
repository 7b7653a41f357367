use harness::Api;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{clean_up, counts, fill_device_list, idle_units, run_within, tasks};
use crate::{PHONE, wallet::Purse};

async fn with_something_for_every_task(api: &Api) {
    let purse = Purse::of(api, PHONE).await;
    purse.credit(100, "USD").await.expect(200);
    purse.hold(60).await;
    api.register(&purse.phone.access, "t").await.expect(201);
    api.notify(&purse.phone, "m1", "Hello").await;
    let keyed = json!({"registration_id": "u", "type": "ios"});
    let request =
        api.post("/api/devices/").bearer(&purse.phone.access).header("idempotency-key", "k");
    request.json(&keyed).send().await.expect(201);
    api.code_for("+14155550125").await;
    api.post("/v2/pet").json(&json!({"name": "doggie", "photoUrls": []})).send().await.expect(200);
    api.post("/v2/store/order").json(&json!({"petId": 1})).send().await.expect(200);
    api.store_fixtures(purse.phone.id()).await;
    let leaver = api.log_in("+14155550126").await;
    api.delete("/api/customer/").bearer(&leaver.access).send().await.expect(204);
    // So that the tasks for items of before have something to do.
    api.list_expiring_as_before().await;
    api.clock.advance(SignedDuration::from_hours(24 * 120));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_run_does_what_is_due_of_every_task_and_the_next_has_nothing_to_do() {
    let api = Api::with(&[("PetstoreReset", "true"), ("KnownForSeconds", "86400")]).await;
    with_something_for_every_task(&api).await;
    let report = clean_up(&api).await;
    let idle: Vec<&str> = tasks().filter(|task| counts(&report, task).0 == 0).collect();
    assert_eq!(
        idle, [""; 0],
        "nothing was due for these tasks: make with_something_for_every_task store it, or the \
         fixture of the domain: {report:#}"
    );
    assert!(
        tasks().all(|task| counts(&report, task).2 == 0 && report[task]["unfinished"] == false),
        "{report:#}"
    );
    let report = clean_up(&api).await;
    for task in tasks().filter(|task| *task != "audit") {
        assert_eq!(counts(&report, task), (0, 0, 0), "{task}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_fails_stops_no_other_and_the_run_says_so() {
    let api = Api::start().await;
    with_something_for_every_task(&api).await;
    let broken = api.another(&[]).await;
    broken.wire.refuse("TransactWriteItems");
    let error = run_within(&broken, None).await.expect_err("a task failed");
    assert_eq!(error.to_string(), "failed: holds");
    // Each device and each deleted customer fails separately. Everything that needs no transaction
    // is done.
    let report = clean_up(&api).await;
    for (task, done) in [
        ("holds", 1),
        ("leaving", 1),
        ("devices", 2),
        ("sessions", 0),
        ("codes", 0),
        ("answers", 0),
    ] {
        assert_eq!(counts(&report, task), (done, 0, 0), "{task}: {report:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn random_faults_of_storage_leave_nothing_undone_after_a_few_runs() {
    let api = Api::start().await;
    with_something_for_every_task(&api).await;
    let broken = api.another(&[]).await;
    let faults = harness::faults::Faults {
        lost_calls: 50,
        lost_answers: 100,
        throttled: 100,
        conflicts: 100,
    };
    broken.wire.break_at_random(faults, 7);
    for _ in 0..4 {
        run_within(&broken, None).await.ok();
    }
    assert!(broken.wire.broken() > 0);
    clean_up(&api).await;
    let report = clean_up(&api).await;
    for task in tasks().filter(|task| *task != "audit") {
        assert_eq!(counts(&report, task), (0, 0, 0), "{task}: {report:#}");
    }
    assert_eq!(crate::wallet::audited(&api).await.breaks, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_run_costs_half_a_read_unit_per_shard_and_writes_only_the_position_of_the_audit() {
    let api = Api::start().await;
    api.log_in(PHONE).await;
    fill_device_list(&api).await;
    api.wire.reset();
    let report = clean_up(&api).await;
    assert!(tasks().all(|task| counts(&report, task) == (0, 0, 0)), "{report}");
    let cost = api.wire.cost();
    assert_eq!((cost.read_units, cost.write_units), (idle_units(), 1.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_task_reports_what_it_did_as_one_line_of_metrics_under_four_hundred_bytes() {
    let api = Api::with(&[("PetstoreReset", "true"), ("KnownForSeconds", "86400")]).await;
    with_something_for_every_task(&api).await;
    let log = harness::log::everything().len();
    clean_up(&api).await;
    let log = harness::log::everything().split_off(log);
    let lines: Vec<Value> = log
        .lines()
        .filter(|line| line.starts_with("{\"_aws\""))
        .inspect(|line| assert!(line.len() <= 400, "{} bytes: {line}", line.len()))
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    for task in tasks() {
        // Other tests run the clean-up at the same time.
        let line = lines
            .iter()
            .find(|line| line["Task"] == task)
            .unwrap_or_else(|| panic!("{task} is not in {log}"));
        let declared = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(declared["Dimensions"], json!([["Task"]]));
        for metric in declared["Metrics"].as_array().expect("metrics") {
            assert!(line[metric["Name"].as_str().expect("a name")].is_u64(), "{line}");
        }
    }
}

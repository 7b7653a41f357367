//! The list of customers with devices, which messages to all walk, and devices that were registered
//! before there was the list.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use harness::{Api, cost::cost};
use shared::{device::keys::device_head, ids::CustomerId};

use super::{DAY, clean_up, counts, fill_device_list, run_within};
use crate::{
    PHONE,
    fcm::{broadcast::to_all, crowd},
};

/// Stores the head of a customer's devices in the form of tests/records/device_count.1.1.json.
async fn make_head_old(api: &Api, customer: CustomerId) {
    let mut head = device_head(customer).into_item();
    head.insert("n".to_owned(), AttributeValue::N("1".to_owned()));
    let put = api.dynamodb().put_item().table_name(api.table_name());
    put.set_item(Some(head)).send().await.expect("written");
}

async fn listed(api: &Api) -> usize {
    api.whole_table().await.lines().filter(|item| item.contains("DEV#CUSTOMERS#")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_to_all_reaches_devices_of_before_the_list_whose_apps_never_start_again() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    api.register(&phone.access, "old").await.expect(201);
    make_head_old(&api, phone.id()).await;
    to_all(&api, "before").await;
    assert!(api.pushes_to("old").is_empty());
    assert_eq!(counts(&clean_up(&api).await, "device_list"), (1, 0, 0));
    to_all(&api, "after").await;
    assert_eq!(api.pushed_titles("old"), ["after"]);
    // The old head goes with its customer's last device.
    api.delete("/api/devices/old/").bearer(&phone.access).send().await.expect(204);
    to_all(&api, "last").await;
    assert_eq!(listed(&api).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_the_last_release_registers_during_the_deploy_is_listed_a_day_later() {
    let api = Api::with(&[("AccessTokenSeconds", "864000")]).await;
    let (early, late) = (api.log_in(PHONE).await, api.log_in("+14155550124").await);
    api.register(&early.access, "early").await.expect(201);
    make_head_old(&api, early.id()).await;
    assert_eq!(counts(&clean_up(&api).await, "device_list"), (1, 0, 0));
    api.clock.advance_seconds(600);
    api.register(&late.access, "late").await.expect(201);
    make_head_old(&api, late.id()).await;
    assert_eq!(counts(&clean_up(&api).await, "device_list"), (0, 0, 0), "a day later");
    api.clock.advance_seconds(DAY);
    assert_eq!(counts(&clean_up(&api).await, "device_list"), (1, 0, 0));
    to_all(&api, "news").await;
    for token in ["early", "late"] {
        assert_eq!(api.pushed_titles(token), ["news"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_are_listed_in_runs_that_end_anywhere_and_the_list_then_costs_half_a_read_unit() {
    let api = Api::start().await;
    let customers = crowd::make(&api, 300, |_| true).await;
    for customer in &customers {
        make_head_old(&api, *customer).await;
    }
    let (mut runs, mut done) = (0, 0);
    loop {
        // Of which eight seconds are the margin of a run.
        let report = run_within(&api, Some(Duration::from_millis(8_150))).await.expect("a run");
        done += counts(&report, "device_list").0;
        runs += 1;
        if report["device_list"]["unfinished"] == false {
            break;
        }
        assert!(runs < 1_000, "it goes on where it stopped");
    }
    println!("{runs} runs");
    assert_eq!((done, listed(&api).await), (300, 300));
    fill_device_list(&api).await;
    let run_of_list = async || {
        let idle = api.wire.cost();
        clean_up(&api).await;
        let after = api.wire.cost();
        (after.read_units - idle.read_units, after.write_units - idle.write_units)
    };
    api.wire.reset();
    let (read_units, write_units) = run_of_list().await;
    assert_eq!(cost(0, read_units, write_units), cost(0, super::idle_units(), 1.0));
}

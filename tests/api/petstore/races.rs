//! Concurrent changes.

use futures_util::future::join_all;
use harness::{Api, faults::Faults};
use serde_json::json;

use super::{counted, delete, get};

#[tokio::test(flavor = "multi_thread")]
async fn after_five_hundred_changes_of_a_few_pets_the_inventory_equals_a_recount() {
    let api = Api::start().await;
    get(&api, "/v2/pet/1").await.expect(200);
    api.wire.break_at_random(Faults { conflicts: 100, ..Faults::default() }, 7);
    let statuses = ["available", "pending", "sold"];
    let change = async |n: usize| {
        let id = 100 + n % 5;
        let status = statuses[n / 5 % 3];
        let pet = json!({
            "id": id, "name": format!("{n}"), "photoUrls": [], "status": status,
            "tags": [{"name": format!("t{}", n % 7)}],
        });
        let mut busy = 0;
        loop {
            let answer = match n % 4 {
                0 => api.post("/v2/pet").json(&pet).send().await,
                1 => api.put("/v2/pet").json(&pet).send().await,
                2 => {
                    api.post(&format!("/v2/pet/{id}")).form(&json!({"status": status})).send().await
                }
                _ => delete(&api, &format!("/v2/pet/{id}")).await,
            };
            // With a hundred writers on one pet, some may get 503 with Retry-After on a slow
            // machine.
            if answer.status == 503 && busy < 10 && !answer.header("retry-after").is_empty() {
                busy += 1;
                continue;
            }
            return (answer.status.as_u16(), busy);
        }
    };
    let answered = join_all((0..500).map(change)).await;
    let of = |status| answered.iter().filter(|(answered, _)| *answered == status).count();
    let busy: u32 = answered.iter().map(|(_, busy)| busy).sum();
    println!(
        "200: {}, 404: {}; {busy} times told to come again; {} conflicts injected",
        of(200),
        of(404),
        api.wire.broken()
    );
    assert_eq!(of(200) + of(404), 500, "{answered:?}");
    api.wire.break_at_random(Faults::default(), 7);
    let mut tagged = 0;
    for n in 0..7 {
        tagged += get(&api, &format!("/v2/pet/findByTags?tags=t{n}"))
            .await
            .expect(200)
            .json()
            .as_array()
            .expect("a list")
            .len();
    }
    let mut there = 0;
    for id in 100..105 {
        let pet = get(&api, &format!("/v2/pet/{id}")).await;
        there += usize::from(pet.status == 200);
    }
    assert_eq!(tagged, there, "each existing pet is found by its tag");
    for status in statuses {
        let (inventory, recount) = counted(&api, status).await;
        assert_eq!(inventory, recount, "{status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pets_added_at_once_get_distinct_ids() {
    let api = Api::start().await;
    let added = join_all((0..64).map(|_| api.post("/v2/pet").json(&super::doggie()).send())).await;
    let mut ids: Vec<i64> = added
        .into_iter()
        .map(|answer| answer.expect(200).json()["id"].as_i64().expect("an id"))
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 64);
    assert_eq!(counted(&api, "pending").await, (66, 66));
}

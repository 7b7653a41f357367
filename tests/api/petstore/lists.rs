//! Pets by status and tag, and the inventory.

use std::time::Instant;

use futures_util::{StreamExt, stream};
use harness::Api;
use serde_json::{Value, json};
use shared::petstore::{Pet, PetStatus, Tag};

use super::{add, counted, get};

fn ids(list: &Value) -> Vec<i64> {
    list.as_array().expect("a list").iter().map(|pet| pet["id"].as_i64().expect("an id")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn all_values_of_a_filter_apply_in_every_notation() {
    let api = Api::start().await;
    for (query, found) in [
        ("status=pending", vec![3, 6]),
        ("status=sold&status=pending", vec![3, 5, 6]),
        ("status=sold,pending", vec![3, 5, 6]),
        ("status=sold%2Cpending&status=lost", vec![3, 5, 6]),
        ("status=lost", vec![]),
        ("status=", vec![]),
        ("", vec![]),
    ] {
        let answer = get(&api, &format!("/v2/pet/findByStatus?{query}")).await.expect(200);
        assert_eq!(ids(&answer.json()), found, "{query}");
    }
    for (query, found) in [
        ("tags=tag1", vec![1, 4, 7, 10]),
        ("tags=tag1&tags=tag2", vec![1, 2, 4, 5, 7, 8, 10]),
        ("tags=tag4,none", vec![3, 6, 9]),
        ("tags=none", vec![]),
        ("", vec![]),
    ] {
        let answer = get(&api, &format!("/v2/pet/findByTags?{query}")).await.expect(200);
        assert_eq!(ids(&answer.json()), found, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_and_inventory_follow_a_pet_from_status_to_status_and_tag_to_tag() {
    let api = Api::start().await;
    let pet = |status: Value, tag: &str| {
        json!({
            "id": 500, "name": "x", "photoUrls": [], "status": status, "tags": [{"name": tag}],
        })
    };
    for (status, tag, expected) in [
        (json!("sold"), "a", (2, 7)),
        (json!("available"), "b", (1, 8)),
        (json!(null), "c", (1, 7)),
        (json!("sold"), "a", (2, 7)),
    ] {
        add(&api, pet(status.clone(), tag)).await;
        let (sold, available) = (counted(&api, "sold").await, counted(&api, "available").await);
        assert_eq!((sold.0, available.0), expected, "{status}");
        assert_eq!((sold.1, available.1), expected, "{status}");
        for other in ["a", "b", "c"] {
            let found = ids(&get(&api, &format!("/v2/pet/findByTags?tags={other}"))
                .await
                .expect(200)
                .json());
            assert_eq!(found, if other == tag { vec![500] } else { vec![] });
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn finding_pets_by_status_takes_time_in_proportion_and_counting_them_takes_one_query() {
    found_and_counted(&[100, 1_000]).await;
}

/// Runs in `.ci/full`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes a minute"]
async fn ten_thousand_pets_are_all_found_and_counted() {
    found_and_counted(&[1_000, 10_000]).await;
}

#[expect(clippy::print_stdout, reason = "the figures, for who runs it")]
async fn found_and_counted(counts: &[i64]) {
    let api = Api::start().await;
    get(&api, "/v2/pet/1").await.expect(200);
    let state = api.stack.state("petstore").expect("petstore runs");
    let (mut times, mut made) = (Vec::new(), 0);
    for count in counts {
        let pets = (made + 1_000_001..=count + 1_000_000).map(|id| Pet {
            id,
            name: format!("Pet of the many, number {id}"),
            photo_urls: vec!["https://example.com/photos/of/this/very/pet.jpg".to_owned()],
            tags: vec![Tag { id: 1, name: Some("many".to_owned()) }],
            status: Some(PetStatus::Pending),
            ..Pet::default()
        });
        let written = stream::iter(pets)
            .map(async |pet| state.store.add_pet(&pet, None).await.expect("written"));
        written.buffer_unordered(8).for_each(|new| async move { assert!(new) }).await;
        made = *count;
        api.wire.reset();
        #[expect(clippy::disallowed_methods, reason = "how long it really takes")]
        let began = Instant::now();
        let found = ids(&get(&api, "/v2/pet/findByStatus?status=pending").await.expect(200).json());
        times.push(began.elapsed());
        let expected = count + 2; // and two samples
        assert_eq!(i64::try_from(found.len()), Ok(expected));
        assert!(found.is_sorted());
        let calls = api.wire.calls();
        assert!(calls.iter().all(|call| call.operation == "Query"));
        assert_eq!(
            calls.len(),
            16 * usize::try_from(count / 16 / 500 + 1).expect("few"),
            "pages of five hundred"
        );
        println!(
            "{expected} pets in {:?}, {} queries, {} read units",
            times.last(),
            calls.len(),
            api.wire.cost().read_units
        );
        api.wire.reset();
        assert_eq!(
            get(&api, "/v2/store/inventory").await.expect(200).json()["pending"],
            json!(expected)
        );
        let calls = api.wire.calls();
        assert_eq!((calls.len(), calls[0].operation.as_str()), (1, "Query"));
        println!("inventory: one Query, {} read units", calls[0].read_units);
    }
    assert!(
        times[1] < times[0] * 30,
        "ten times the pets took {:?} and not {:?}",
        times[1],
        times[0]
    );
}

//! The address book under concurrent changes: at most fifty addresses, and exactly one default as
//! long as there is an address.

use futures_util::future::join_all;
use harness::{
    Api,
    faults::{Faults, next},
};
use serde_json::{Value, json};

use super::{create, list, riyadh};
use crate::PHONE;

async fn delete(api: &Api, access: &str, id: &Value) -> u16 {
    let path = format!("/api/addresses/{}/", id.as_str().expect("an id"));
    api.delete(&path).bearer(access).send().await.status.as_u16()
}

/// The ids of the addresses. Fails unless exactly one is the default and comes first.
async fn sound(api: &Api, access: &str) -> Vec<Value> {
    let all = list(api, access).await;
    let defaults: Vec<bool> = all.iter().map(|address| address["is_default"] == true).collect();
    assert!(
        defaults.iter().enumerate().all(|(place, default)| *default == (place == 0)),
        "{defaults:?}"
    );
    let rest: Vec<&str> =
        all.iter().skip(1).filter_map(|address| address["created"].as_str()).collect();
    assert!(rest.iter().rev().is_sorted(), "the newest address comes first");
    assert_eq!(counted(api, access).await, all.len() as u64, "the book counts its addresses");
    all.into_iter().map(|address| address["id"].clone()).collect()
}

/// The number of addresses that the book counts, from the export.
async fn counted(api: &Api, access: &str) -> u64 {
    let export = api.get("/api/customer/export/").bearer(access).send().await.expect(200).json();
    export["address_book"]["count"].as_u64().unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_address_is_the_default_and_the_newest_remaining_one_replaces_it() {
    let api = Api::start().await;
    let access = api.log_in(PHONE).await.access;
    let mut ids = Vec::new();
    for n in 0..5 {
        api.clock.advance_seconds(1);
        let address = create(&api, &access, &riyadh()).await.expect(201).json();
        assert_eq!(address["is_default"], n == 0);
        ids.push(address["id"].clone());
    }
    let order = |places: [usize; 5]| places.map(|place| ids[place].clone());
    assert_eq!(sound(&api, &access).await, order([0, 4, 3, 2, 1]));
    let path = |place: usize| format!("/api/addresses/{}/", ids[place].as_str().expect("an id"));
    for body in [json!({"is_default": false}), json!({"is_default": true})] {
        let answer = api.patch(&path(0)).bearer(&access).json(&body).send().await.expect(200);
        assert_eq!(answer.json()["is_default"], true);
    }
    assert_eq!(
        api.patch(&path(2))
            .bearer(&access)
            .json(&json!({"is_default": true}))
            .send()
            .await
            .expect(200)
            .json()["is_default"],
        true
    );
    assert_eq!(sound(&api, &access).await, order([2, 4, 3, 1, 0]));
    assert_eq!(delete(&api, &access, &ids[2]).await, 204);
    assert_eq!(sound(&api, &access).await, [4, 3, 1, 0].map(|place| ids[place].clone()));
    assert_eq!(delete(&api, &access, &ids[4]).await, 204);
    assert_eq!(delete(&api, &access, &ids[1]).await, 204);
    assert_eq!(sound(&api, &access).await, [3, 0].map(|place| ids[place].clone()));
    let taken = json!({"line1": "x", "city": "Dubai", "country": "AE", "is_default": true});
    let taken = create(&api, &access, &taken).await.expect(201).json();
    assert_eq!(sound(&api, &access).await, [taken["id"].clone(), ids[3].clone(), ids[0].clone()]);
    for id in [&ids[3], &taken["id"], &ids[0]] {
        assert_eq!(delete(&api, &access, id).await, 204);
        assert_eq!(delete(&api, &access, id).await, 404);
    }
    assert!(sound(&api, &access).await.is_empty());
    assert_eq!(create(&api, &access, &riyadh()).await.expect(201).json()["is_default"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_hundred_additions_at_once_fifty_are_made() {
    let api = Api::with(&[("WritesPerMinute", "0")]).await;
    let access = api.log_in(PHONE).await.access;
    // A request that conflicts with too many others is sent again, as an app does.
    let add = async || loop {
        let answer = api.post("/api/addresses/").bearer(&access).json(&riyadh()).send().await;
        if answer.status != 503 {
            return answer;
        }
        assert_eq!(answer.header("retry-after"), "1");
    };
    let answers = join_all((0..200).map(|_| add())).await;
    let with = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!(
        (with(201), with(409)),
        (50, 150),
        "{:?}",
        answers.iter().map(|answer| answer.status).collect::<Vec<_>>()
    );
    assert!(
        answers
            .iter()
            .filter(|answer| answer.status == 409)
            .all(|answer| answer.error() == "409 limit_reached: At most 50 addresses. [null]")
    );
    let defaults = answers
        .iter()
        .filter(|answer| answer.status == 201 && answer.json()["is_default"] == true)
        .count();
    assert_eq!((sound(&api, &access).await.len(), defaults), (50, 1));
    let ids = sound(&api, &access).await;
    assert_eq!(delete(&api, &access, &ids[0]).await, 204);
    create(&api, &access, &riyadh()).await.expect(201);
    assert_eq!(
        create(&api, &access, &riyadh()).await.error(),
        "409 limit_reached: At most 50 addresses. [null]"
    );
}

/// The faults of storage during the changes.
const FAULTS: Faults = Faults { lost_answers: 40, lost_calls: 40, throttled: 30, conflicts: 100 };

/// A pseudorandom number below another one, the same in each run.
fn below(most: usize, seed: &mut u64) -> usize {
    usize::try_from(next(seed) >> 33).expect("31 bits") % most
}

/// Random changes, some of them concurrent: additions, also of a default, moves of the default, and
/// removals, mostly of the default.
async fn change_at_random(api: &Api, access: &str, faults: Faults, mut seed: u64) {
    for _ in 0..12 {
        let known: Vec<Value> =
            list(api, access).await.into_iter().map(|address| address["id"].clone()).collect();
        let changes: Vec<_> = (0..6)
            .map(|_| {
                // Mostly one of the first few addresses, so that changes conflict.
                let id = (!known.is_empty())
                    .then(|| &known[below(1 + below(known.len(), &mut seed), &mut seed)]);
                let (kind, path) = (
                    below(8, &mut seed),
                    id.map(|id| format!("/api/addresses/{}/", id.as_str().expect("an id"))),
                );
                let mut new = riyadh();
                new["is_default"] = json!(kind == 0);
                let request = match (kind, path) {
                    (0..=2, _) | (_, None) => api.post("/api/addresses/").bearer(access).json(&new),
                    (3 | 4, Some(path)) => {
                        api.patch(&path).bearer(access).json(&json!({"is_default": true}))
                    }
                    (_, Some(path)) => api.delete(&path).bearer(access),
                };
                request.send()
            })
            .collect();
        api.wire.break_at_random(faults, seed);
        let answers = join_all(changes).await;
        api.wire.break_at_random(Faults::default(), seed);
        for answer in answers {
            assert!(
                [200, 201, 204, 404, 409].contains(&answer.status.as_u16())
                    || answer.status.is_server_error(),
                "{}",
                answer.error()
            );
        }
        sound(api, access).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_changes_leave_exactly_one_default_as_long_as_there_is_an_address() {
    for (seed, faults) in [(1, Faults::default()), (2, Faults::default()), (3, FAULTS), (4, FAULTS)]
    {
        let api = Api::with(&[("WritesPerMinute", "0")]).await;
        let access = api.log_in(PHONE).await.access;
        change_at_random(&api, &access, faults, seed).await;
        // Remove all addresses at once.
        let left = sound(&api, &access).await;
        let gone = join_all(left.iter().map(|id| delete(&api, &access, id))).await;
        assert!(gone.iter().all(|status| *status == 204), "{gone:?}");
        assert!(sound(&api, &access).await.is_empty());
    }
}

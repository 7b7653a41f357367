//! The owner of a registration id: a shared phone never gets the messages of its previous user.

use futures_util::future::join_all;
use harness::{Api, phone::LoggedIn};
use serde_json::json;

use crate::PHONE;

/// The number of rounds of each race.
const ROUNDS: usize = 200;

async fn tokens(api: &Api, phone: &LoggedIn) -> Vec<String> {
    let list = api.get("/api/devices/").bearer(&phone.access).send().await.expect(200).json();
    list.as_array()
        .expect("a list")
        .iter()
        .map(|device| device["registration_id"].as_str().expect("a text").to_owned())
        .collect()
}

async fn racing() -> (Api, LoggedIn, LoggedIn) {
    let hourly = [
        "CodesPerPhoneHourly",
        "CodesPerPhoneAndAddressHourly",
        "CodesPerAddressHourly",
        "CodesPerPhoneDaily",
        "CodesPerNetworkHourly",
        "TextsPerPhoneDaily",
        "CodesPerAddressUnverifiedDaily",
    ]
    .map(|limit| (limit, "1000"));
    let api =
        Api::with(&[&hourly[..], &[("WritesPerMinute", "0"), ("CodeResendSeconds", "0")]].concat())
            .await;
    let (amal, basma) = (api.log_in(PHONE).await, api.log_in("+14155550124").await);
    (api, amal, basma)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_moves_is_a_new_device_of_its_new_owner() {
    let (api, amal, basma) = racing().await;
    api.register(&basma.access, "first").await.expect(201);
    let body = json!({
        "registration_id": "shared", "type": "ios", "name": "Amal's phone", "device_id": "d",
    });
    let first =
        api.post("/api/devices/").bearer(&amal.access).json(&body).send().await.expect(201).json();
    api.notify(&amal, "m1", "For Amal").await;
    assert_eq!(api.pushed_titles("shared"), ["For Amal"]);

    api.clock.advance_seconds(10);
    let moved = api.register(&basma.access, "shared").await.expect(200).json();
    assert_eq!((&first["id"], &moved["id"]), (&json!(1), &json!(2)));
    let created = (&first["date_created"], &moved["date_created"]);
    assert_eq!(created, (&json!("2026-11-22T20:00:00.000Z"), &json!("2026-11-22T20:00:10.000Z")));
    assert_eq!(
        (&moved["name"], &moved["device_id"], &moved["type"]),
        (&json!(null), &json!(null), &json!("android"))
    );
    assert!(tokens(&api, &amal).await.is_empty());
    api.stack.recorder.clear();
    api.notify(&amal, "m2", "For Amal alone").await;
    api.notify(&basma, "m3", "For Basma").await;
    assert_eq!(api.pushed_titles("shared"), ["For Basma"]);
    assert_eq!(api.inbox_titles(&amal.access).await, ["For Amal alone", "For Amal"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_customers_who_register_one_id_at_once_exactly_one_owns_it_and_gets_its_pushes() {
    let (api, amal, basma) = racing().await;
    for round in 0..ROUNDS {
        // New ids, and one that moves back and forth.
        let token = if round % 2 == 0 { format!("t{round}") } else { "often".to_owned() };
        let (one, other) =
            tokio::join!(api.register(&amal.access, &token), api.register(&basma.access, &token));
        assert!(
            one.status.is_success() && other.status.is_success(),
            "{} {}",
            one.status,
            other.status
        );
        let owners: Vec<&LoggedIn> = {
            let (of_amal, of_basma) = tokio::join!(tokens(&api, &amal), tokens(&api, &basma));
            [(&amal, of_amal), (&basma, of_basma)]
                .into_iter()
                .filter(|(_, has)| has.contains(&token))
                .map(|(who, _)| who)
                .collect()
        };
        assert_eq!(owners.len(), 1, "round {round}");
        // One batch with a push to each of them: only the push to the owner arrives.
        api.stack.recorder.clear();
        for (name, phone) in [("Amal", &amal), ("Basma", &basma)] {
            let to = json!({"customer_id": phone.customer["id"]});
            api.publish(&json!({"id": format!("m{round}-{name}"), "to": to, "title": name}));
        }
        api.stack.deliver().await;
        let owner = if owners[0].access == amal.access { "Amal" } else { "Basma" };
        assert_eq!(api.pushed_titles(&token), [owner], "round {round}");
        let path = format!("/api/devices/{token}/");
        if round % 2 == 0 {
            api.delete(&path).bearer(&owners[0].access).send().await.expect(204);
        }
    }
    let table = api.whole_table().await;
    let count = |text: &str| table.lines().filter(|item| item.contains(text)).count();
    assert_eq!(
        (count("DEV#REGISTRATION#"), count("\"DEVICE#")),
        (1, 1),
        "only the id that moves back and forth is left"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_during_a_log_out_gets_no_push_after_it() {
    let (api, _, basma) = racing().await;
    for round in 0..ROUNDS {
        let phone = api.log_in(PHONE).await;
        let token = "shared";
        let leave = async {
            let (path, body) = if round % 2 == 0 {
                ("/api/logout-device/", json!({}))
            } else {
                ("/api/logout-all-devices/", json!({}))
            };
            api.post(path).bearer(&phone.access).json(&body).send().await
        };
        let (registered, left) = tokio::join!(api.register(&phone.access, token), leave);
        left.expect(204);
        assert!([200, 201, 401].contains(&registered.status.as_u16()), "{}", registered.status);
        api.stack.recorder.clear();
        api.notify(&phone, &format!("a{round}"), "After the log-out").await;
        assert!(api.pushed_titles(token).is_empty(), "round {round}");
        if round % 10 == 0 {
            // The next user of the same phone.
            api.register(&basma.access, token).await;
            api.notify(&phone, &format!("b{round}"), "Still nothing").await;
            api.notify(&basma, &format!("c{round}"), "For Basma").await;
            assert_eq!(api.pushed_titles(token), ["For Basma"], "round {round}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_concurrent_changes_of_one_device_leave_one_consistent_device() {
    let (api, amal, basma) = racing().await;
    api.register(&amal.access, "t").await.expect(201);
    let patch = |n: usize| {
        let body = json!({"name": format!("n{n}"), "device_id": format!("d{n}")});
        api.patch("/api/devices/t/").bearer(&amal.access).json(&body).send()
    };
    let (patched, moved, removed) = tokio::join!(
        join_all((0..12).map(patch)),
        api.register(&basma.access, "t"),
        api.delete("/api/devices/t/").bearer(&amal.access).send()
    );
    assert!(patched.iter().all(|answer| [200, 404, 409].contains(&answer.status.as_u16())));
    assert!(moved.status.is_success() && [204, 404].contains(&removed.status.as_u16()));
    assert_eq!((tokens(&api, &amal).await.len(), tokens(&api, &basma).await.len()), (0, 1));
    api.register(&amal.access, "u").await.expect(201);
    let answers = join_all((0..12).map(patch_of(&api, &amal, "u"))).await;
    assert!(answers.iter().all(|answer| answer.status == 200), "no request fails");
    let device = api.get("/api/devices/u/").bearer(&amal.access).send().await.expect(200).json();
    assert_eq!(
        device["name"].as_str().map(|name| &name[1..]),
        device["device_id"].as_str().map(|id| &id[1..])
    );
}

fn patch_of<'a>(
    api: &'a Api,
    phone: &'a LoggedIn,
    token: &'a str,
) -> impl Fn(usize) -> futures_util::future::BoxFuture<'a, harness::Answer> {
    move |n| {
        let body = json!({"name": format!("n{n}"), "device_id": format!("d{n}")});
        let path = format!("/api/devices/{token}/");
        Box::pin(async move { api.patch(&path).bearer(&phone.access).json(&body).send().await })
    }
}

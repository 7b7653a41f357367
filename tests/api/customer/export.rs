//! `exportCustomer` shows everything that is stored of a customer.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use harness::{Api, phone::LoggedIn};
use serde_json::{Value, json};
use shared::{
    account::StatusChange,
    clock::Clock,
    domain::erasure::Erased,
    domains::DOMAINS,
    idempotency::{Asker, RequestKey, StoredAnswer},
};
use table::Transaction;

use super::{
    export_coverage::{Shown, Stored, fields_without_value, values_of},
    request_body::full_body,
};
use crate::{PHONE, wallet::Purse};

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_is_stored_of_a_customer_is_in_the_export() {
    let api = Api::start().await;
    let phone = customer_with_data(&api).await;
    let profile = api.profile(&phone.access).await.expect(200).json();
    let first = api.get("/api/customer/export/").bearer(&phone.access).send().await.expect(200);
    assert_eq!(first.header("cache-control"), "no-store");
    let mut pages = vec![first.json()];
    assert_eq!(pages[0]["profile"], profile);
    let sessions = pages[0]["sessions"].as_array().expect("sessions");
    assert_eq!(sessions.len(), 3);
    assert_eq!(sessions[1]["device_name"], json!("Amal's phone"));
    assert_eq!(
        sessions.iter().map(|session| session["current"].clone()).collect::<Vec<_>>(),
        [json!(false), json!(false), json!(true)]
    );
    while let Some(url) = pages.last().and_then(|page| page["next"].as_str()) {
        let page = api.get(path_of(url)).bearer(&phone.access).send().await.expect(200).json();
        assert_eq!(
            (&page["profile"], &page["account"], &page["sessions"]),
            (&json!(null), &json!(null), &json!([]))
        );
        pages.push(page);
    }
    assert!(pages.len() >= 4, "more than sixty records are on pages of twenty");
    let missing = fields_without_value("Export", &pages);
    assert!(
        missing.is_empty(),
        "these fields of the export are empty in this test, so it cannot see whether they are \
         exported: make the fixture of the DOMAIN, or customer_with_data in \
         tests/api/customer/export.rs, store a value for each: {missing:#?}"
    );
    assert_all_is_shown(&api, profile["id"].as_str().expect("an id"), &pages).await;
}

/// Fails unless every value in the items of a customer is on the pages of the export.
async fn assert_all_is_shown(api: &Api, id: &str, pages: &[Value]) {
    let mut shown = Shown::default();
    for page in pages {
        shown.add(page);
    }
    let items = items_of(api, id).await;
    let prefixes = DOMAINS.iter().flat_map(|domain| domain.prefixes);
    let is_exported = |erased| !matches!(erased, Erased::Nothing(_) | Erased::ByPhone(_));
    for prefix in prefixes.filter(|prefix| is_exported(prefix.erased)) {
        let prefix = prefix.name;
        assert!(
            items.iter().any(|item| partition_of(item).starts_with(prefix)),
            "nothing is stored under {prefix}: give the DOMAIN a fixture that stores it, or make \
             customer_with_data in tests/api/customer/export.rs do so by an operation"
        );
    }
    let mut filled = BTreeMap::new();
    let stored: BTreeSet<Stored> =
        items.iter().flat_map(|item| values_of(item, &mut filled)).collect();
    assert!(stored.len() > 45 * 2, "the items of the customer were read: {stored:#?}");
    let hidden: Vec<&Stored> = stored.iter().filter(|stored| !shown.has(stored)).collect();
    assert!(
        hidden.is_empty(),
        "these values are stored but not exported: add them to the export of their domain. If the \
         export shows a short value by another name, add the name to RENAMED in \
         tests/api/customer/export_coverage.rs: {hidden:#?}"
    );
    let unset: Vec<String> =
        filled.into_iter().filter(|(_, is_set)| !is_set).map(|(place, _)| place).collect();
    assert!(
        unset.is_empty(),
        "these attributes are empty in this test, so it cannot see whether they are exported: make \
         the fixture of the DOMAIN, or customer_with_data in tests/api/customer/export.rs, store a \
         value for each: {unset:#?}"
    );
}

/// A customer with a value in every field that is exported.
async fn customer_with_data(api: &Api) -> LoggedIn {
    disable_and_enable(api, &api.log_in(PHONE).await).await;
    api.clock.advance_seconds(61);
    let first = log_in_with_a_device(api).await;
    api.clock.advance_seconds(61);
    let of_a_code = ["phone", "challenge", "otp", "old_challenge", "old_otp"];
    let profile = full_body("UpdateCustomer", &json!({"language": "ar-SA"}), &of_a_code);
    let profile =
        api.patch("/api/customer/").bearer(&first).json(&profile).send().await.expect(200).json();
    let phone = LoggedIn { customer: profile, ..api.log_in(PHONE).await };
    api.clock.advance_seconds(7);
    api.refresh(&phone.refresh).await.expect(200);
    let refreshed = api.refresh(&phone.refresh).await.expect(200).text("access");
    api.profile(&refreshed).await.expect(200);
    let address = full_body("CreateAddress", &json!({}), &[]);
    api.post("/api/addresses/").bearer(&phone.access).json(&address).send().await.expect(201);
    let keep = json!({"keep_current": true});
    api.post("/api/logout-all-devices/").bearer(&phone.access).json(&keep).send().await.expect(204);
    let device = full_body("devices_create", &json!({"registration_id": "another:of.amal"}), &[]);
    let register = api.post("/api/devices/").bearer(&phone.access).json(&device);
    register.header("x-app-version", "2.1").send().await.expect(201);
    let preferences = json!({"types": {"offers": false}});
    let preferences =
        api.patch("/api/notifications/preferences/").bearer(&phone.access).json(&preferences);
    preferences.send().await.expect(200);
    receive_messages(api, &phone).await;
    receive_messages_to_all(api, &phone).await;
    keep_answers(api, &phone.customer, 45).await;
    move_money(api, &phone).await;
    api.store_fixtures(phone.id()).await;
    phone
}

/// Ends the session, and leaves a reason in the account.
async fn disable_and_enable(api: &Api, phone: &LoggedIn) {
    let app = api.stack.state("customer").expect("customer runs");
    for disabled in [true, false] {
        let change = StatusChange { at: api.clock.now(), why: "a mistake".to_owned() };
        app.store.set_status(phone.id(), disabled, &change).await.expect("the status is set");
    }
}

async fn log_in_with_a_device(api: &Api) -> String {
    let code = api.code_for(PHONE).await;
    let known = json!({
        "phone": PHONE, "country": "US", "challenge": code.challenge, "otp": code.otp,
        "device": {"registration_id": "token:of.amal"},
    });
    let body = full_body("AuthenticateCustomer", &known, &[]);
    let answer = api.post("/api/customer/authenticate/").json(&body).send().await.expect(200);
    answer.text("access")
}

/// Receives three messages: one is deleted, one is read as one of all, one is read by its id. The
/// endpoint of a device is disabled before the last push.
async fn receive_messages(api: &Api, phone: &LoggedIn) {
    for n in 0..3 {
        let to = json!({"customer_id": phone.customer["id"]});
        let known = json!({"id": format!("m{n}"), "to": to, "data": {"order": n}, "silent": false});
        api.publish(&full_body("notification", &known, &[]));
        let disabled = if n == 2 { "another:of.amal" } else { "" };
        api.stack.recorder.endpoints(|endpoints| endpoints.disable(disabled));
        api.stack.deliver().await;
        let page = api.inbox(&phone.access).await;
        let (path, body) = match n {
            0 => ("/api/notifications/bulk-delete/", json!({"all": true})),
            1 => ("/api/notifications/read/", json!({"all": true})),
            _ => ("/api/notifications/read/", json!({"ids": [page["results"][0]["id"]]})),
        };
        api.post(path).bearer(&phone.access).json(&body).send().await.expect(200);
        api.clock.advance_seconds(1);
    }
}

/// Of three messages to all, one is read and one is deleted.
async fn receive_messages_to_all(api: &Api, phone: &LoggedIn) {
    for n in 0..3 {
        api.publish(&json!({"id": format!("all{n}"), "to": {"all": true}, "title": "All"}));
        api.stack.deliver().await;
    }
    let page = api.inbox(&phone.access).await;
    for (path, place) in [("/api/notifications/read/", 1), ("/api/notifications/bulk-delete/", 0)] {
        let body = json!({"ids": [page["results"][place]["id"]]});
        api.post(path).bearer(&phone.access).json(&body).send().await.expect(200);
    }
}

async fn move_money(api: &Api, phone: &LoggedIn) {
    let purse = Purse::with(api, phone.clone());
    let credit = purse.credit(500, "KWD").await.expect(200).json()["entry"]["id"].clone();
    let hold = json!({"type": "hold", "amount": 7, "currency": "KWD", "reference": "Table 4"});
    purse.send(&phone.access, "hold", &hold).await.expect(200);
    purse.operate(&json!({"type": "reverse", "entry_id": credit})).await.expect(422);
    let second = purse.credit(3, "JPY").await.expect(200).json()["entry"]["id"].clone();
    purse.operate(&json!({"type": "reverse", "entry_id": second})).await.expect(200);
}

/// All items that name the customer, except the counters of limits.
async fn items_of(api: &Api, id: &str) -> Vec<HashMap<String, AttributeValue>> {
    let is_of_customer = |item: &HashMap<String, AttributeValue>| {
        format!("{item:?}").contains(id) && !partition_of(item).starts_with("RATE#")
    };
    api.items().await.into_iter().filter(is_of_customer).collect()
}

fn partition_of(item: &HashMap<String, AttributeValue>) -> &str {
    item["pk"].as_s().expect("a partition key is a string")
}

/// Stores answers as operations that take an `Idempotency-Key` do.
async fn keep_answers(api: &Api, profile: &Value, count: usize) {
    let app = api.stack.state("customer").expect("customer runs");
    let customer = profile["id"].as_str().expect("an id").parse().expect("a UUID");
    for n in 0..count {
        let key = RequestKey { key: format!("key{n}"), fingerprint: format!("fingerprint{n}") };
        let answer = StoredAnswer { status: 201, body: format!("{{\"n\": {n}}}") };
        let slot = key.slot(Asker::Customer(customer), "CreateAddress");
        let new =
            if n == 0 { slot.keeping_for_ever(answer) } else { slot.keeping(answer, app.now()) };
        app.store.commit_once(Some(&new), Transaction::new(), app.now()).await.expect("stored");
    }
}

fn path_of(url: &str) -> &str {
    let (_, path) = url.split_once("://api.example.com").expect("it is at the host of the request");
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_holds_nothing_of_another_customer() {
    let api = Api::start().await;
    let stranger = api.log_in("+14155550177").await;
    let phone = api.log_in(PHONE).await;
    keep_answers(&api, &stranger.customer, 21).await;
    let next = api
        .get("/api/customer/export")
        .bearer(&stranger.access)
        .send()
        .await
        .expect(200)
        .text("next");
    let stolen = api.get(path_of(&next)).bearer(&phone.access).send().await;
    assert_eq!(stolen.error(), "404 not_found: Invalid cursor [null]");
    let export = api.get("/api/customer/export").bearer(&phone.access).send().await.expect(200);
    let text = String::from_utf8_lossy(&export.body).into_owned();
    assert!(
        !text.contains("0177") && !text.contains(stranger.customer["id"].as_str().expect("an id"))
    );
    api.get("/api/customer/export/").send().await.expect(401);
}

use aws_sdk_dynamodb::types::AttributeValue;
use harness::{Api, phone::LoggedIn};
use jiff::Timestamp;
use serde_json::{Value, json};
use shared::{
    account::StatusChange,
    clock::Clock,
    idempotency::{Asker, RequestKey, StoredAnswer},
};

use crate::{PHONE, wallet::Purse};

/// What an item holds, but for its key, its kind and what DynamoDB expires it by: each value once,
/// times as answers write them, too.
fn leaves(value: &AttributeValue, found: &mut Vec<Vec<String>>) {
    match value {
        AttributeValue::M(members) => {
            for (name, member) in members {
                // Ids stand as names of members.
                if name.len() == 36 {
                    found.push(vec![name.clone()]);
                }
                leaves(member, found);
            }
        }
        AttributeValue::L(items) => items.iter().for_each(|item| leaves(item, found)),
        AttributeValue::S(text) => found.push(vec![text.clone()]),
        AttributeValue::N(number) => {
            let time =
                number.parse().ok().and_then(|millis| Timestamp::from_millisecond(millis).ok());
            found.push(
                std::iter::once(number.clone())
                    .chain(time.map(|time| format!("{time:.3}")))
                    .collect(),
            );
        }
        AttributeValue::Bool(truth) => found.push(vec![truth.to_string()]),
        AttributeValue::Null(_) => {}
        other => panic!("a kind of value that this test does not know: {other:?}"),
    }
}

fn texts(json: &Value, found: &mut Vec<String>) {
    match json {
        Value::Object(members) => members.values().for_each(|member| texts(member, found)),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::String(text) => found.push(text.clone()),
        Value::Null => {}
        other => found.push(other.to_string()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_is_stored_of_a_customer_is_in_the_export() {
    let api = Api::start().await;
    // A session that has ended, as the operator closed the account for a while.
    let ended = api.log_in(PHONE).await;
    let app = api.stack.state("customer").expect("customer runs");
    for disabled in [true, false] {
        let change = StatusChange { at: api.clock.now(), why: "a mistake".to_owned() };
        let customer = ended.customer["id"].as_str().expect("an id").parse().expect("a UUID");
        app.store.set_status(customer, disabled, &change).await.expect("set");
    }
    api.clock.advance_seconds(61);
    let code = api.code_for(PHONE).await;
    let device =
        json!({"name": "Amal's phone", "platform": "ios", "registration_id": "token:of.amal"});
    let body =
        json!({"phone": PHONE, "challenge": code.challenge, "otp": code.otp, "device": device});
    let first = api.post("/api/customer/authenticate/").json(&body).send().await.expect(200);
    let profile = json!({"first_name": "Amal", "last_name": "Haddad", "email": "amal@example.com", "birth_date": "1990-02-28",
        "gender": "female", "language": "ar-SA", "avatar_url": "https://example.com/a.jpg", "marketing_opt_in": "yes"});
    api.clock.advance_seconds(61);
    let profile = api
        .patch("/api/customer/")
        .bearer(&first.text("access"))
        .json(&profile)
        .send()
        .await
        .expect(200)
        .json();
    let phone = api.log_in(PHONE).await;
    api.clock.advance_seconds(7);
    api.refresh(&phone.refresh).await.expect(200);
    let address = json!({"label": "Home", "recipient": "Amal", "phone": "0501234567", "line1": "7277 Olaya Street", "line2": "Floor 3",
        "city": "Riyadh", "state": "Riyadh Province", "postal_code": "12271", "country": "SA", "instructions": "Ring twice",
        "location": {"lat": 24.7136, "lng": 46.6753}});
    api.post("/api/addresses/").bearer(&phone.access).json(&address).send().await.expect(201);
    let keep = json!({"keep_current": true});
    api.post("/api/logout-all-devices/").bearer(&phone.access).json(&keep).send().await.expect(204);

    let body =
        json!({"registration_id": "another:of.amal", "type": "web", "device_id": "browser-7"});
    api.post("/api/devices/").bearer(&phone.access).json(&body).send().await.expect(201);
    for n in 0..3 {
        let to = json!({"customer_id": profile["id"]});
        api.publish(
            &json!({"id": format!("m{n}"), "to": to, "type": "order", "title": "Your order", "body": "It is on its way.",
            "data": {"order": n}, "image_url": "https://example.com/o.png"}),
        );
        api.stack
            .recorder
            .endpoints(|endpoints| endpoints.disable(if n == 2 { "another:of.amal" } else { "" }));
        api.stack.deliver().await;
        let page = api.inbox(&phone.access).await;
        let one = json!({"ids": [page["results"][0]["id"]]});
        let (path, body) = [
            ("/api/notifications/bulk-delete/", json!({"all": true})),
            ("/api/notifications/read/", json!({"all": true})),
            ("/api/notifications/read/", one),
        ][n]
            .clone();
        api.post(path).bearer(&phone.access).json(&body).send().await.expect(200);
        api.clock.advance_seconds(1);
    }

    keep_answers(&api, &profile, 45).await;
    let purse = Purse::with(&api, LoggedIn { customer: profile.clone(), ..phone.clone() });
    let credit = purse.credit(500, "KWD").await.expect(200).json()["entry"]["id"].clone();
    purse
        .send(
            &phone.access,
            "hold",
            &json!({"type": "hold", "amount": 7, "currency": "KWD", "reference": "Table 4"}),
        )
        .await
        .expect(200);
    purse.operate(&json!({"type": "reverse", "entry_id": credit})).await.expect(422);
    let second = purse.credit(3, "JPY").await.expect(200).json()["entry"]["id"].clone();
    purse.operate(&json!({"type": "reverse", "entry_id": second})).await.expect(200);
    let export = api.get("/api/customer/export/").bearer(&phone.access).send().await.expect(200);
    assert_eq!(export.header("cache-control"), "no-store");
    let export = export.json();
    assert_eq!(export["profile"], profile);
    let sessions = export["sessions"].as_array().expect("sessions");
    assert_eq!(sessions.len(), 3);
    assert_eq!(sessions[1]["device_name"], json!("Amal's phone"));
    assert_eq!(
        sessions.iter().map(|session| session["current"].clone()).collect::<Vec<_>>(),
        [json!(false), json!(false), json!(true)]
    );

    let mut shown = Vec::new();
    texts(&export, &mut shown);
    let (mut next, mut pages) = (export["next"].clone(), 1);
    while let Some(url) = next.as_str() {
        let page = api.get(path_of(url)).bearer(&phone.access).send().await.expect(200).json();
        assert_eq!(
            (&page["profile"], &page["account"], &page["sessions"]),
            (&json!(null), &json!(null), &json!([]))
        );
        texts(&page, &mut shown);
        (next, pages) = (page["next"].clone(), pages + 1);
    }
    assert_eq!(
        pages, 4,
        "forty-five answers, seven records of the inbox, five answers of the wallet and nine items of it on pages of twenty"
    );
    let mut count = 0;
    for item in items_of(&api, profile["id"].as_str().expect("an id")).await {
        let mut stored = Vec::new();
        for (name, value) in item.iter().filter(|(name, _)| {
            !["pk", "sk", "kind", "expires", "due", "due_at"].contains(&name.as_str())
        }) {
            let mut found = Vec::new();
            leaves(value, &mut found);
            stored.extend(found.into_iter().map(|value| (name, value)));
        }
        count += stored.len();
        for (name, value) in stored {
            assert!(
                value.iter().any(|form| shown.contains(form)),
                "{name} = {value:?} is stored and not exported"
            );
        }
    }
    assert!(count > 45 * 4, "the test looks at the right place: {count}");
}

/// The items under keys that name the customer, the counters of limits apart.
#[expect(clippy::disallowed_methods, reason = "only a test reads the whole table")]
async fn items_of(api: &Api, id: &str) -> Vec<std::collections::HashMap<String, AttributeValue>> {
    let table = api.stack.state("customer").expect("customer runs").settings.table.clone();
    let items = api
        .dynamodb()
        .scan()
        .table_name(table)
        .send()
        .await
        .expect("the table")
        .items
        .unwrap_or_default();
    let key = |item: &std::collections::HashMap<String, AttributeValue>| {
        item["pk"].as_s().expect("a text").clone()
    };
    items
        .into_iter()
        .filter(|item| key(item).contains(id) && !key(item).starts_with("RATE#"))
        .collect()
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
        app.store.transact_once(Some(&new), Vec::new(), app.now()).await.expect("stored");
    }
}

fn path_of(url: &str) -> &str {
    let (_, path) = url.split_once("://api.example.com").expect("it is at the host of the request");
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_holds_nothing_of_anybody_else() {
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

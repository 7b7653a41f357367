//! The operations on addresses.

use aws_sdk_dynamodb::types::AttributeValue;
use harness::{Answer, Api, ENCODINGS};
use http::Method;
use serde_json::{Value, json};

use super::{create, list, push, riyadh, square};
use crate::PHONE;

const NOT_FOUND: &str = "404 not_found: Not found. [null]";

async fn at(api: &Api, method: Method, id: &Value, access: &str, body: &Value) -> Answer {
    let path = format!("/api/addresses/{}/", id.as_str().expect("an id"));
    api.request(method, &path).bearer(access).json(body).send().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_has_its_fields_and_the_region_of_its_location() {
    let api = Api::start().await;
    push(&api, &[square("riyadh", [46.0, 24.0], 1.0, true)]).await;
    let access = api.log_in(PHONE).await.access;
    let body = json!({
        "label": " Home ", "recipient": "Amal", "phone": "+966 50 123 4567",
        "line1": "7277 Olaya Street", "city": "Riyadh", "postal_code": "١٢٢٧١", "country": "sa",
        "location": {"lat": 24.713_552_49, "lng": "46.6753"}, "id": "mine", "region": "mine",
    });
    let answer = api
        .post("/api/addresses/")
        .bearer(&access)
        .header("accept-language", "ar")
        .json(&body)
        .send()
        .await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let answer = answer.expect(201);
    insta::assert_json_snapshot!("address", answer.json_for_snapshot());
    let address = answer.json();
    let shown = list(&api, &access).await;
    assert_eq!(shown[0]["region"]["country"]["name"], "Saudi Arabia");
    assert_eq!((shown.len(), &shown[0]["id"]), (1, &address["id"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn all_errors_are_reported_in_the_order_of_the_fields() {
    let api = Api::start().await;
    let access = api.log_in(PHONE).await.access;
    let required = |name: &str| format!("400 required: This field is required. [{name}]");
    assert_eq!(
        create(&api, &access, &json!({})).await.error(),
        ["line1", "city", "country"].map(required).join("; ")
    );
    let most = |n: u32, name: &str| {
        format!("400 max_length: Ensure this field has no more than {n} characters. [{name}]")
    };
    let long = "x".repeat(501);
    let body = json!({
        "label": long, "recipient": long, "phone": long, "line1": long, "line2": long, "city": long,
        "state": long, "postal_code": long, "country": "XX", "location": {"lat": "NaN"},
        "instructions": long, "is_default": "perhaps",
    });
    let all = [
        most(50, "label"),
        most(150, "recipient"),
        most(50, "phone"),
        most(255, "line1"),
        most(255, "line2"),
        most(100, "city"),
        most(100, "state"),
        most(20, "postal_code"),
        "400 invalid_choice: \"XX\" is not a valid choice. [country]".to_owned(),
        "400 invalid: A valid number is required. [location.lat]".to_owned(),
        required("location.lng"),
        most(500, "instructions"),
        "400 invalid: Must be a valid boolean. [is_default]".to_owned(),
    ];
    assert_eq!(create(&api, &access, &body).await.error(), all.join("; "));
    let by_country = json!({
        "phone": "12", "line1": "x", "city": "x", "postal_code": "1", "country": "SA",
        "location": 7,
    });
    assert_eq!(
        create(&api, &access, &by_country).await.error(),
        "400 invalid: The phone number entered is not valid. [phone]; \
         400 invalid: Enter a valid postal code of SA. [postal_code]; \
         400 invalid: Invalid data. Expected a dictionary, but got int. [location]"
    );
    let by_country =
        json!({"phone": "12", "line1": "x", "city": "x", "postal_code": "1", "country": "SA"});
    assert_eq!(
        create(&api, &access, &by_country).await.error(),
        "400 invalid: The phone number entered is not valid. [phone]; \
         400 invalid: Enter a valid postal code of SA. [postal_code]"
    );
    let codeless = json!({"line1": "x", "city": "x", "country": "SA"});
    assert_eq!(create(&api, &access, &codeless).await.error(), required("postal_code"));
    create(&api, &access, &json!({"line1": "x", "city": "Dubai", "country": "AE"}))
        .await
        .expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_come_in_three_encodings() {
    let api = Api::start().await;
    let access = api.log_in(PHONE).await.access;
    for encode in ENCODINGS {
        let body = json!({"line1": "x", "city": "Dubai", "country": "AE", "is_default": "true"});
        let address = encode(api.post("/api/addresses").bearer(&access), &body)
            .send()
            .await
            .expect(201)
            .json();
        let path = format!("/api/addresses/{}", address["id"].as_str().expect("an id"));
        let changed = encode(api.patch(&path).bearer(&access), &json!({"label": "Work"}))
            .send()
            .await
            .expect(200)
            .json();
        assert_eq!((&changed["label"], &changed["is_default"]), (&json!("Work"), &json!(true)));
    }
    let form = json!({
        "line1": "x", "city": "Riyadh", "country": "SA", "postal_code": "12271",
        "location.lat": "24.7", "location.lng": "46.7",
    });
    let address =
        api.post("/api/addresses/").bearer(&access).form(&form).send().await.expect(201).json();
    assert_eq!(address["region"]["country"]["code"], "SA");
    let path = format!("/api/addresses/{}/", address["id"].as_str().expect("an id"));
    let without = api
        .patch(&path)
        .bearer(&access)
        .form(&json!({"location": ""}))
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!((&without["location"], &without["region"]), (&json!(null), &json!(null)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_is_stored_as_a_code_would_be_sent_to_it() {
    let api = Api::start().await;
    let access = api.log_in(PHONE).await.access;
    let with = |phone: &str| {
        let mut body = riyadh();
        body["phone"] = json!(phone);
        body
    };
    for phone in [
        "\u{202a}+966\u{2011}50\u{2011}123\u{2011}4562\u{202c}",
        "+966 0501234562",
        "٠٥٠ ١٢٣ ٤٥٦٢",
        "00966501234562",
    ] {
        let address = create(&api, &access, &with(phone)).await.expect(201).json();
        assert_eq!(address["phone"], "+966501234562", "{phone:?}");
    }
    let id = create(&api, &access, &riyadh()).await.expect(201).json()["id"].clone();
    let wrong = "400 invalid: The phone number entered is not valid. [phone]";
    for phone in ["+966 50 123 4562 ext. 9", "1-800-CATS", "050 123 4562,9", "12"] {
        assert_eq!(create(&api, &access, &with(phone)).await.error(), wrong, "{phone}");
        let patch = json!({"phone": phone});
        assert_eq!(at(&api, Method::PATCH, &id, &access, &patch).await.error(), wrong, "{phone}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_was_stored_in_national_form_stays_until_it_is_sent() {
    let api = Api::start().await;
    let access = api.log_in(PHONE).await.access;
    let mut body = riyadh();
    body["phone"] = json!("+966501234562");
    let id = create(&api, &access, &body).await.expect(201).json()["id"].clone();
    let stored = AttributeValue::S("+966501234562".to_owned());
    let items = api.items().await;
    let address = items.into_iter().find(|item| item.get("phone") == Some(&stored));
    let mut address = address.expect("the address is stored");
    address.insert("phone".to_owned(), AttributeValue::S("050 123 4562".to_owned()));
    let put = api.dynamodb().put_item().table_name(api.table_name());
    put.set_item(Some(address)).send().await.expect("the item is stored");
    assert_eq!(list(&api, &access).await[0]["phone"], "050 123 4562");
    for (patch, phone) in [
        (json!({"line2": "Floor 3"}), "050 123 4562"),
        (json!({"phone": "050 123 4562"}), "+966501234562"),
    ] {
        let changed = at(&api, Method::PATCH, &id, &access, &patch).await.expect(200).json();
        assert_eq!(changed["phone"], phone);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_that_are_not_sent_stay_and_the_rules_of_the_new_country_apply() {
    let api = Api::start().await;
    let access = api.log_in(PHONE).await.access;
    let mut body = riyadh();
    body["location"] = json!({"lat": 24.7, "lng": 46.7});
    let address = create(&api, &access, &body).await.expect(201).json();
    api.clock.advance_seconds(5);
    let id = &address["id"];
    let changed =
        at(&api, Method::PATCH, id, &access, &json!({"line2": "Floor 3", "phone": "050 123 4567"}))
            .await
            .expect(200)
            .json();
    assert_eq!((&changed["line1"], &changed["line2"]), (&address["line1"], &json!("Floor 3")));
    assert_eq!(
        (&changed["created"], &changed["updated"]),
        (&address["created"], &json!("2026-11-22T20:00:05.000Z"))
    );
    assert_eq!(changed["phone"], "+966501234567");
    let wrong = "400 invalid: Enter a valid postal code of NL. [postal_code]";
    assert_eq!(
        at(&api, Method::PATCH, id, &access, &json!({"country": "NL"})).await.error(),
        wrong
    );
    let moved = json!({"country": "NL", "postal_code": "1012 ab"});
    assert_eq!(
        at(&api, Method::PATCH, id, &access, &moved).await.expect(200).json()["postal_code"],
        "1012 AB"
    );
    let required = "400 required: This field is required.";
    let missing = format!("{required} [line1]; {required} [city]; {required} [country]");
    assert_eq!(at(&api, Method::PUT, id, &access, &json!({"label": "x"})).await.error(), missing);
    let put = at(
        &api,
        Method::PUT,
        id,
        &access,
        &json!({"line1": "y", "city": "Dubai", "country": "AE", "postal_code": ""}),
    )
    .await;
    let put = put.expect(200).json();
    assert_eq!(
        (&put["line1"], &put["line2"], &put["postal_code"]),
        (&json!("y"), &json!("Floor 3"), &json!(""))
    );
    let away =
        at(&api, Method::PATCH, id, &access, &json!({"location": null})).await.expect(200).json();
    assert_eq!((&away["location"], &away["region"]), (&json!(null), &json!(null)));
    assert_eq!(
        at(&api, Method::PATCH, id, &access, &json!({"line1": null})).await.error(),
        "400 null: This field may not be null. [line1]"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_of_another_customer_is_404() {
    let api = Api::start().await;
    let (amal, basma) = (api.log_in(PHONE).await.access, api.log_in("+14155550124").await.access);
    let id = create(&api, &amal, &riyadh()).await.expect(201).json()["id"].clone();
    for method in [Method::PATCH, Method::PUT, Method::DELETE] {
        for id in [&id, &json!("019aac3f-5d2b-7c11-9f0e-3a5b6c7d8e9f"), &json!("none")] {
            assert_eq!(
                at(&api, method.clone(), id, &basma, &riyadh()).await.error(),
                NOT_FOUND,
                "{method} {id}"
            );
        }
    }
    assert_eq!(list(&api, &amal).await.len(), 1);
    assert!(list(&api, &basma).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_request_adds_one_address() {
    let api = Api::start().await;
    let access = api.log_in(PHONE).await.access;
    let keyed = |key: &str, body: Value| {
        api.post("/api/addresses/")
            .bearer(&access)
            .header("idempotency-key", key)
            .json(&body)
            .send()
    };
    let answers = futures_util::future::join_all((0..8).map(|_| keyed("k1", riyadh()))).await;
    let first = answers[0].clone().expect(201).json();
    assert!(answers.iter().all(|answer| answer.json() == first));
    assert_eq!(
        answers.iter().filter(|answer| answer.header("idempotency-replayed") == "true").count(),
        7
    );
    let other = keyed("k1", json!({"line1": "y", "city": "Dubai", "country": "AE"})).await;
    assert_eq!(
        other.error(),
        "422 idempotency_key_reused: This Idempotency-Key was used for another request. [null]"
    );
    keyed("k2", riyadh()).await.expect(201);
    assert_eq!(list(&api, &access).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postal_code_is_stored_in_the_form_of_its_country_however_it_is_written() {
    let api = Api::start().await;
    let access = api.log_in(PHONE).await.access;
    for (country, written, stored) in [
        ("SA", "12271-3456", "12271-3456"),
        ("IN", "110 001", "110001"),
        ("PL", "00950", "00-950"),
        ("JP", "100－0001", "100-0001"),
        ("GB", "SW1A\u{a0}1AA", "SW1A 1AA"),
        ("SE", "SE-11455", "114 55"),
        ("LV", "1010", "LV-1010"),
        ("AE", "00000", "00000"),
    ] {
        let body = json!({"line1": "x", "city": "x", "country": country, "postal_code": written});
        let address = create(&api, &access, &body).await.expect(201).json();
        assert_eq!(address["postal_code"], stored, "{country} {written}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_is_taken_as_a_code_or_a_name_and_has_both() {
    let api = Api::start().await;
    let access = api.log_in(PHONE).await.access;
    let state = |address: &Value| (address["state"].clone(), address["state_code"].clone());
    for (sent, name, code) in [
        ("SA-01", "Riyadh", json!("SA-01")),
        ("01", "Riyadh", json!("SA-01")),
        ("riyadh", "riyadh", json!("SA-01")),
        ("Elsewhere", "Elsewhere", json!(null)),
        ("", "", json!(null)),
    ] {
        let mut body = riyadh();
        body["state"] = json!(sent);
        let address = create(&api, &access, &body).await.expect(201).json();
        assert_eq!(state(&address), (json!(name), code), "{sent}");
    }
    let mut body = riyadh();
    body["state"] = json!("SA-01");
    let address = create(&api, &access, &body).await.expect(201).json();
    let path = format!("/api/addresses/{}/", address["id"].as_str().expect("a text"));
    let change = |body: Value| api.patch(&path).bearer(&access).json(&body).send();
    let after = change(json!({"city": "Diriyah"})).await.expect(200).json();
    assert_eq!(state(&after), (json!("Riyadh"), json!("SA-01")));
    let after = change(json!({"country": "AE"})).await.expect(200).json();
    assert_eq!(state(&after), (json!("Riyadh"), json!(null)));
    let after = change(json!({"state": "DU"})).await.expect(200).json();
    assert_eq!(state(&after), (json!("Dubai"), json!("AE-DU")));
}

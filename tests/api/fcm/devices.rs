//! The six device operations behave as those of fcm-django.

use futures_util::future::join_all;
use harness::{Answer, Api, ENCODINGS};
use http::Method;
use serde_json::{Value, json};

use crate::PHONE;

const NOT_FOUND: &str = "404 not_found: Not found. [null]";
const TAKEN: &str =
    "400 unique: FCM device with this Registration token already exists. [registration_id]";

async fn create(api: &Api, access: &str, body: &Value) -> Answer {
    api.post("/api/devices/").bearer(access).json(body).send().await
}

async fn list(api: &Api, access: &str) -> Vec<Value> {
    let answer = api.get("/api/devices/").bearer(access).send().await.expect(200);
    answer.json().as_array().expect("a plain array").clone()
}

async fn at(api: &Api, method: Method, path: &str, access: &str, body: Option<&Value>) -> Answer {
    let request = api.request(method, path).bearer(access);
    match body {
        Some(body) => request.json(body).send().await,
        None => request.send().await,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_has_fcm_djangos_fields_and_defaults() {
    let api = Api::start().await;
    let access = api.log_in(PHONE).await.access;
    let answer = create(
        &api,
        &access,
        &json!({"registration_id": " token:1 ", "type": "ios", "id": 7, "date_created": "x"}),
    )
    .await;
    let device = answer.expect(201).json();
    let expected = json!({
        "id": 1, "name": null, "registration_id": "token:1", "device_id": null, "active": true,
        "date_created": "2026-11-22T20:00:00.000Z", "type": "ios",
    });
    assert_eq!(device, expected);
    let members: Vec<&String> = device.as_object().expect("an object").keys().collect();
    assert_eq!(
        members,
        ["id", "name", "registration_id", "device_id", "active", "date_created", "type"]
    );
    assert_eq!(list(&api, &access).await, std::slice::from_ref(&expected));
    let one = at(&api, Method::GET, "/api/devices/token:1/", &access, None).await;
    assert_eq!(one.header("cache-control"), "no-store");
    assert_eq!(one.expect(200).json(), expected);

    api.clock.advance_seconds(1);
    let second = json!({
        "registration_id": "token:2", "type": "web", "name": "", "device_id": "d", "active": "off",
    });
    let second = create(&api, &access, &second).await.expect(201).json();
    assert_eq!(second["id"], 2);
    assert_eq!(
        (&second["name"], &second["device_id"], &second["active"]),
        (&json!(""), &json!("d"), &json!(false))
    );
    let tokens: Vec<Value> =
        list(&api, &access).await.iter().map(|device| device["registration_id"].clone()).collect();
    assert_eq!(tokens, [json!("token:2"), json!("token:1")], "newest first");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_invalid_field_is_reported_with_the_messages_of_rest_framework() {
    let api = Api::start().await;
    let access = api.log_in(PHONE).await.access;
    let required = "400 required: This field is required. [registration_id]; \
        400 required: This field is required. [type]";
    assert_eq!(create(&api, &access, &json!({})).await.error(), required);
    let long = "x".repeat(256);
    let body = json!({
        "name": long, "registration_id": "x".repeat(4_097), "device_id": long, "active": "perhaps",
        "type": "tv",
    });
    let most =
        |n: u32| format!("400 max_length: Ensure this field has no more than {n} characters.");
    let all = format!(
        "{0} [name]; {1} [registration_id]; {0} [device_id]; \
         400 invalid: Must be a valid boolean. [active]; \
         400 invalid_choice: \"tv\" is not a valid choice. [type]",
        most(255),
        most(4_096)
    );
    assert_eq!(create(&api, &access, &body).await.error(), all);
    for (body, error) in [
        (
            json!({"registration_id": "", "type": "ios"}),
            "400 blank: This field may not be blank. [registration_id]",
        ),
        (
            json!({"registration_id": null, "type": null}),
            "400 null: This field may not be null. [registration_id]; \
             400 null: This field may not be null. [type]",
        ),
        (
            json!({"registration_id": ["x"], "type": "ios"}),
            "400 invalid: Not a valid string. [registration_id]",
        ),
        (
            json!({"registration_id": "a\u{0}b", "type": "ios"}),
            "400 null_characters_not_allowed: Null characters are not allowed. [registration_id]",
        ),
        (
            json!({"registration_id": "a b", "type": "ios"}),
            "400 invalid: Enter visible ASCII characters only. [registration_id]",
        ),
        (
            json!({"registration_id": "手机", "type": "ios"}),
            "400 invalid: Enter visible ASCII characters only. [registration_id]",
        ),
        (
            json!({"registration_id": "x", "type": "ios", "active": null}),
            "400 null: This field may not be null. [active]",
        ),
    ] {
        assert_eq!(create(&api, &access, &body).await.error(), error);
    }
    let surrogate = api
        .post("/api/devices/")
        .bearer(&access)
        .body("application/json", r#"{"registration_id": "\ud800", "type": "ios"}"#);
    assert!(surrogate.send().await.error().starts_with("400 surrogate_characters_not_allowed"));
    create(&api, &access, &json!({"registration_id": "x".repeat(4_096), "type": "ios"}))
        .await
        .expect(201);
    create(&api, &access, &json!({"registration_id": 4711, "type": "ios"})).await.expect(201);
    for method in [Method::PUT, Method::PATCH] {
        let answer = at(
            &api,
            method.clone(),
            "/api/devices/4711/",
            &access,
            Some(&json!({"active": "perhaps"})),
        )
        .await;
        let partial = method == Method::PATCH;
        assert_eq!(answer.error().contains("required"), !partial, "PUT needs what PATCH does not");
        assert!(answer.error().contains("[active]"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_come_in_three_encodings() {
    let api = Api::start().await;
    let access = api.log_in(PHONE).await.access;
    for (n, encode) in ENCODINGS.into_iter().enumerate() {
        let body = json!({
            "registration_id": format!("token:{n}"), "type": "android", "name": "Amal's",
            "active": "true",
        });
        let device =
            encode(api.post("/api/devices").bearer(&access), &body).send().await.expect(201).json();
        assert_eq!((&device["name"], &device["active"]), (&json!("Amal's"), &json!(true)));
        let body = json!({"active": "false"});
        let path = format!("/api/devices/token:{n}");
        let device =
            encode(api.patch(&path).bearer(&access), &body).send().await.expect(200).json();
        assert_eq!((&device["name"], &device["active"]), (&json!("Amal's"), &json!(false)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_id_may_contain_any_visible_character_in_the_path() {
    let api = Api::start().await;
    let access = api.log_in(PHONE).await.access;
    let long = "a:B_c-d.9/".repeat(409) + "end";
    for (token, written) in [
        ("a:b", "a:b"),
        ("a/b/c", "a/b/c"),
        ("a//b", "a//b"),
        ("a.b..c", "a.b..c"),
        ("..", ".."),
        ("100%", "100%25"),
        ("%2F", "%252F"),
        ("a+b", "a+b"),
        ("a#1", "a%231"),
        ("a/", "a%2F"),
        ("a&b=c;d@e!$'()*,~", "a&b=c;d@e!$'()*,~"),
        (long.as_str(), long.as_str()),
    ] {
        create(&api, &access, &json!({"registration_id": token, "type": "ios"})).await.expect(201);
        let path = format!("/api/devices/{written}/");
        let device = at(&api, Method::GET, &path, &access, None).await.expect(200).json();
        assert_eq!(device["registration_id"], json!(token));
        if !token.ends_with('/') {
            let without = path.trim_end_matches('/');
            assert_eq!(
                at(&api, Method::GET, without, &access, None).await.expect(200).json(),
                device,
                "{token}"
            );
        }
        at(&api, Method::PATCH, &path, &access, Some(&json!({"name": "x"}))).await.expect(200);
        at(&api, Method::DELETE, &path, &access, None).await.expect(204);
        assert_eq!(at(&api, Method::GET, &path, &access, None).await.error(), NOT_FOUND, "{token}");
    }
    assert!(list(&api, &access).await.is_empty());
    assert_eq!(at(&api, Method::GET, "/api/devices//", &access, None).await.error(), NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_registration_id_again_is_an_update_and_moves_no_field_that_is_not_sent() {
    let api = Api::start().await;
    let access = api.log_in(PHONE).await.access;
    let full = json!({
        "registration_id": "t", "type": "ios", "name": "n", "device_id": "d", "active": false,
    });
    let first = create(&api, &access, &full).await.expect(201).json();
    api.clock.advance_seconds(5);
    let again = create(&api, &access, &json!({"registration_id": "t", "type": "android"}))
        .await
        .expect(200)
        .json();
    let mut expected = first.clone();
    (expected["type"], expected["active"]) = (json!("android"), json!(true));
    assert_eq!(
        again, expected,
        "id, name, device_id and date stay; active is true unless the request has it"
    );
    let cleared =
        json!({"registration_id": "t", "type": "android", "name": null, "device_id": null});
    let cleared = create(&api, &access, &cleared).await.expect(200).json();
    assert_eq!((&cleared["name"], &cleared["device_id"]), (&json!(null), &json!(null)));
    assert_eq!(list(&api, &access).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn put_needs_all_fields_and_patch_some_and_neither_takes_a_registration_id_in_use() {
    let api = Api::start().await;
    let (amal, basma) = (api.log_in(PHONE).await.access, api.log_in("+14155550124").await.access);
    for (access, token) in [(&amal, "a1"), (&amal, "a2"), (&basma, "b1")] {
        let body = json!({"registration_id": token, "type": "ios", "name": "n", "device_id": "d"});
        create(&api, access, &body).await.expect(201);
    }
    let before = at(&api, Method::GET, "/api/devices/a1/", &amal, None).await.json();
    for other in ["a2", "b1"] {
        let body = json!({"registration_id": other, "type": "ios"});
        for method in [Method::PUT, Method::PATCH] {
            assert_eq!(
                at(&api, method, "/api/devices/a1/", &amal, Some(&body)).await.error(),
                TAKEN
            );
        }
    }
    assert_eq!(at(&api, Method::GET, "/api/devices/a1/", &amal, None).await.json(), before);
    // A device may be sent its own registration id.
    let own = json!({"registration_id": "a1", "type": "web"});
    let put = at(&api, Method::PUT, "/api/devices/a1/", &amal, Some(&own)).await.expect(200).json();
    assert_eq!(
        (&put["type"], &put["name"], &put["id"]),
        (&json!("web"), &json!("n"), &before["id"])
    );
    // It may take an unused registration id, and is then found by that one only.
    let moved = json!({"registration_id": "a3"});
    let moved =
        at(&api, Method::PATCH, "/api/devices/a1/", &amal, Some(&moved)).await.expect(200).json();
    assert_eq!(
        (&moved["id"], &moved["date_created"], &moved["registration_id"]),
        (&before["id"], &before["date_created"], &json!("a3"))
    );
    assert_eq!(at(&api, Method::GET, "/api/devices/a1/", &amal, None).await.error(), NOT_FOUND);
    create(&api, &basma, &json!({"registration_id": "a1", "type": "ios"})).await.expect(201);
    // PATCH without the flag keeps it off, and PUT without the flag turns it on.
    at(&api, Method::PATCH, "/api/devices/a3/", &amal, Some(&json!({"active": false})))
        .await
        .expect(200);
    let renamed = at(&api, Method::PATCH, "/api/devices/a3/", &amal, Some(&json!({"name": "x"})))
        .await
        .json();
    assert_eq!((&renamed["active"], &renamed["name"]), (&json!(false), &json!("x")));
    let on = json!({"registration_id": "a3", "type": "ios"});
    assert_eq!(
        at(&api, Method::PUT, "/api/devices/a3/", &amal, Some(&on)).await.json()["active"],
        json!(true)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_of_another_customer_is_404() {
    let api = Api::start().await;
    let (amal, basma) = (api.log_in(PHONE).await.access, api.log_in("+14155550124").await.access);
    api.register(&amal, "t").await.expect(201);
    let full = json!({"registration_id": "t", "type": "ios"});
    for (method, body) in [
        (Method::GET, None),
        (Method::PUT, Some(&full)),
        (Method::PATCH, Some(&full)),
        (Method::DELETE, None),
    ] {
        assert_eq!(at(&api, method, "/api/devices/t/", &basma, body).await.error(), NOT_FOUND);
    }
    assert!(list(&api, &basma).await.is_empty());
    assert_eq!(list(&api, &amal).await.len(), 1);
    at(&api, Method::DELETE, "/api/devices/t/", &amal, None).await.expect(204);
    assert_eq!(at(&api, Method::DELETE, "/api/devices/t/", &amal, None).await.error(), NOT_FOUND);
    api.register(&basma, "t").await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_sixty_devices_at_once_fifty_are_registered() {
    let api = Api::with(&[("WritesPerMinute", "0")]).await;
    let access = api.log_in(PHONE).await.access;
    let tokens: Vec<String> = (0..60).map(|n| format!("t{n}")).collect();
    // Requests that get 503 are sent again: how many conflicts resolve in three seconds depends on
    // the load of the test machine.
    let register = async |token: &String| loop {
        let answer = api.register(&access, token).await;
        if answer.status != 503 {
            return answer;
        }
    };
    let answers = join_all(tokens.iter().map(register)).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 50);
    let full = "409 limit_reached: At most 50 devices. [null]";
    assert!(
        answers.iter().filter(|answer| answer.status != 201).all(|answer| answer.error() == full)
    );
    let devices = list(&api, &access).await;
    assert_eq!(devices.len(), 50);
    let mut ids: Vec<u64> =
        devices.iter().map(|device| device["id"].as_u64().expect("an integer")).collect();
    ids.sort_unstable();
    assert_eq!(ids, (1..=50).collect::<Vec<_>>());
    // A registration of an own device is an update, and a freed place can be used again.
    let own = devices[0]["registration_id"].as_str().expect("a text");
    api.register(&access, own).await.expect(200);
    assert_eq!(api.register(&access, "one-more").await.error(), full);
    at(&api, Method::DELETE, &format!("/api/devices/{own}/"), &access, None).await.expect(204);
    api.register(&access, "one-more").await.expect(201);
    // A device that moves from another customer also counts as one more.
    let stranger = api.log_in("+14155550124").await.access;
    api.register(&stranger, "theirs").await.expect(201);
    assert_eq!(api.register(&access, "theirs").await.error(), full);
    assert_eq!(list(&api, &stranger).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_repeated_with_its_key_gets_the_first_answer() {
    let api = Api::start().await;
    let access = api.log_in(PHONE).await.access;
    let body = json!({"registration_id": "t", "type": "ios"});
    let keyed = || {
        api.post("/api/devices/").bearer(&access).header("idempotency-key", "k").json(&body).send()
    };
    let answers = join_all((0..16).map(|_| keyed())).await;
    for answer in &answers {
        assert_eq!((answer.status.as_u16(), &answer.body), (201, &answers[0].body));
    }
    let other = json!({"registration_id": "u", "type": "ios"});
    let reused = api
        .post("/api/devices/")
        .bearer(&access)
        .header("idempotency-key", "k")
        .json(&other)
        .send()
        .await;
    assert!(reused.error().starts_with("422 idempotency_key_reused"));
    assert_eq!(list(&api, &access).await.len(), 1);
}

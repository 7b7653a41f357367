//! Log-ins that register a device.

use harness::{Answer, Api};
use serde_json::{Value, json};

use crate::PHONE;

async fn log_in(api: &Api, phone: &str, device: &Value) -> Answer {
    let code = api.code_for(phone).await;
    let body =
        json!({"phone": phone, "challenge": code.challenge, "otp": code.otp, "device": device});
    api.post("/api/customer/authenticate/").json(&body).send().await
}

async fn devices(api: &Api, access: &str) -> Vec<Value> {
    api.get("/api/devices/")
        .bearer(access)
        .send()
        .await
        .expect(200)
        .json()
        .as_array()
        .expect("a list")
        .clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_device_of_a_log_in_is_registered_with_it() {
    let api = Api::with(&[("CodeResendSeconds", "0")]).await;
    let device = json!({"name": "Amal's phone", "platform": "ios", "registration_id": "t:1"});
    let first = log_in(&api, PHONE, &device).await.expect(201).text("access");
    let made = devices(&api, &first).await;
    assert_eq!(
        (&made[0]["name"], &made[0]["type"], &made[0]["active"]),
        (&json!("Amal's phone"), &json!("ios"), &json!(true))
    );
    let patch = json!({"name": "Mine", "device_id": "d"});
    api.patch("/api/devices/t:1/").bearer(&first).json(&patch).send().await.expect(200);
    // With the same phone, the device moves to the new session and keeps the fields that are not
    // sent.
    let device = json!({"platform": "android", "registration_id": "t:1"});
    let second = log_in(&api, PHONE, &device).await.expect(200).text("access");
    api.post("/api/logout-device/").bearer(&first).send().await.expect(204);
    let again = devices(&api, &second).await;
    assert_eq!(again.len(), 1);
    assert_eq!(
        (&again[0]["id"], &again[0]["name"], &again[0]["device_id"]),
        (&made[0]["id"], &json!("Mine"), &json!("d"))
    );
    assert_eq!((&again[0]["type"], &again[0]["active"]), (&json!("android"), &json!(true)));
    // Another customer on the same phone.
    let other = log_in(&api, "+14155550124", &device).await.expect(201).text("access");
    assert!(devices(&api, &second).await.is_empty());
    let moved = devices(&api, &other).await;
    assert_eq!((&moved[0]["id"], &moved[0]["name"]), (&json!(1), &json!(null)));
    api.register(&other, "t:2").await.expect(201);
    // One that a later log-in registers gets its number when it is first read or written.
    let third = json!({"platform": "ios", "registration_id": "t:3"});
    let third = log_in(&api, "+14155550124", &third).await.expect(200).text("access");
    let one = api.get("/api/devices/t:3/").bearer(&third).send().await.expect(200).json();
    assert_eq!(one["id"], 3);
    assert_eq!(api.register(&third, "t:4").await.expect(201).json()["id"], 4);
    let fifth = json!({"platform": "ios", "registration_id": "t:5"});
    let fifth = log_in(&api, "+14155550124", &fifth).await.expect(200).text("access");
    assert_eq!(api.register(&fifth, "t:5").await.expect(200).json()["id"], 5);
    let ids = |devices: Vec<Value>| -> Vec<Value> {
        devices.iter().map(|device| device["id"].clone()).collect()
    };
    assert_eq!(ids(devices(&api, &fifth).await), [5, 4, 3, 2, 1].map(|id| json!(id)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_id_needs_its_platform_and_a_wrong_code_registers_nothing() {
    let api = Api::with(&[("CodeResendSeconds", "0")]).await;
    let bad = log_in(&api, PHONE, &json!({"registration_id": "t"})).await;
    assert_eq!(bad.error(), "400 required: This field is required. [device.platform]");
    let long =
        log_in(&api, PHONE, &json!({"registration_id": "x".repeat(4_097), "platform": "ios"}))
            .await;
    assert!(long.error().ends_with("[device.registration_id]"));
    let wide = log_in(&api, PHONE, &json!({"registration_id": "手机", "platform": "ios"})).await;
    assert_eq!(
        wide.error(),
        "400 invalid: Enter visible ASCII characters only. [device.registration_id]"
    );
    let code = api.code_for(PHONE).await;
    let device = json!({"platform": "ios", "registration_id": "t"});
    let body =
        json!({"phone": PHONE, "challenge": code.challenge, "otp": code.wrong(), "device": device});
    api.post("/api/customer/authenticate/").json(&body).send().await.expect(400);
    assert!(!api.whole_table().await.contains("DEV#"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_with_fifty_devices_can_log_in_and_log_ins_racing_for_a_device_all_succeed() {
    let api = Api::with(&[("WritesPerMinute", "0"), ("CodeResendSeconds", "0")]).await;
    let access = api.log_in(PHONE).await.access;
    for n in 0..50 {
        api.register(&access, &format!("t{n}")).await.expect(201);
    }
    let device = json!({"platform": "ios", "registration_id": "one-more"});
    let access = log_in(&api, PHONE, &device).await.expect(200).text("access");
    assert_eq!(devices(&api, &access).await.len(), 50);
    let device = json!({"platform": "ios", "registration_id": "raced-for"});
    let phones = ["+14155550131", "+14155550132", "+14155550133", "+14155550134"];
    let answers =
        futures_util::future::join_all(phones.iter().map(|phone| log_in(&api, phone, &device)))
            .await;
    let mut owners = 0;
    for answer in answers {
        owners += devices(&api, &answer.expect(201).text("access")).await.len();
    }
    assert_eq!(owners, 1);
}

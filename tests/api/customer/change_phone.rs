use futures_util::future::join_all;
use harness::{
    Answer, Api,
    phone::{Code, LoggedIn, MANY_CODES},
};
use serde_json::{Value, json};

use crate::PHONE;

const NEW: &str = "+14155550177";
const DENIED: &str = "403 permission_denied: The log-in is not recent, and a code sent to the \
     present phone is \
     missing: send old_challenge and old_otp. [old_otp]";
const NO_CODE: &str =
    "403 permission_denied: A code sent to the new phone is missing: send challenge and otp. [otp]";
const WRONG: &str = "400 invalid_otp: The code is wrong or has expired. [otp]";
const NOT_VALID: &str = "401 token_not_valid: Given token not valid for any token type [null]";

async fn log_in_elsewhere(api: &Api) -> LoggedIn {
    let code = api.code_for(PHONE).await;
    let answer = api.authenticate_from("192.0.2.1", PHONE, &code.challenge, &code.otp).await;
    let answer = answer.expect(201);
    LoggedIn {
        access: answer.text("access"),
        refresh: answer.text("refresh"),
        customer: answer.json()["customer"].clone(),
    }
}

async fn change(api: &Api, access: &str, body: Value) -> Answer {
    api.patch("/api/customer/").bearer(access).json(&body).send().await
}

fn with_code(phone: &str, code: &Code) -> Value {
    json!({"phone": phone, "challenge": code.challenge, "otp": code.otp})
}

fn with_both(phone: &str, new: &Code, old: &Code) -> Value {
    json!({
        "phone": phone, "challenge": new.challenge, "otp": new.otp, "old_challenge": old.challenge,
        "old_otp": old.otp,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_recent_log_in_the_new_phones_code_moves_the_account_and_ends_the_other_sessions() {
    let api = Api::start().await;
    let other = api.log_in(PHONE).await;
    api.clock.advance_seconds(60);
    let phone = api.log_in(PHONE).await;
    let code = api.code_to(&phone.access, NEW, "change_phone").await;
    let mut body = with_code(NEW, &code);
    body["first_name"] = json!("Amal");
    let moved = change(&api, &phone.access, body).await.expect(200);
    assert_eq!(
        (moved.json()["phone"].clone(), moved.json()["first_name"].clone()),
        (json!(NEW), json!("Amal"))
    );
    assert_eq!(api.profile(&phone.access).await.expect(200).json(), moved.json());
    assert_eq!(api.profile(&phone.access).await.header("etag"), moved.header("etag"));
    api.refresh(&phone.refresh).await.expect(200);

    assert_eq!(api.profile(&other.access).await.error(), NOT_VALID);
    assert_eq!(
        api.refresh(&other.refresh).await.error(),
        "401 token_not_valid: Token is blacklisted [null]"
    );
    let told = api.messages_to(PHONE).pop().expect("a message");
    assert!(told.contains("now uses another phone number"), "{told}");
    assert!(!told.contains("0177"), "the old phone must not learn the new number");

    // The new phone belongs to the account, the old one to nobody.
    api.clock.advance_seconds(60);
    assert_eq!(api.log_in(NEW).await.customer["id"], phone.customer["id"]);
    let code = api.code_for(PHONE).await;
    assert_ne!(
        api.authenticate(PHONE, &code).await.expect(201).json()["customer"]["id"],
        phone.customer["id"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_minutes_after_the_log_in_a_code_to_the_old_phone_is_needed_too() {
    let api = Api::start().await;
    // Here is then no known network, so codes spend the budgets.
    let mut phone = log_in_elsewhere(&api).await;
    api.clock.advance_seconds(599);
    let code = api.code_to(&phone.access, NEW, "change_phone").await;
    api.clock.advance_seconds(1);
    // A refresh does not count as a recent log-in.
    phone.access = api.refresh(&phone.refresh).await.expect(200).text("access");
    assert_eq!(change(&api, &phone.access, with_code(NEW, &code)).await.error(), DENIED);
    let old = api.code_to(&phone.access, PHONE, "change_phone").await;
    let wrong = Code { otp: old.wrong(), ..old.clone() };
    let answer = change(&api, &phone.access, with_both(NEW, &code, &wrong)).await;
    assert_eq!(answer.error(), "400 invalid_otp: The code is wrong or has expired. [old_otp]");
    let counted = budgets(&api).await;
    assert_eq!(
        change(&api, &phone.access, with_both(NEW, &code, &old)).await.expect(200).json()["phone"],
        json!(NEW)
    );
    assert_eq!(
        budgets(&api).await,
        counted - 4,
        "both codes are verified: two budgets got back two each"
    );
    assert_eq!(
        change(&api, &phone.access, with_both(PHONE, &old, &code)).await.error(),
        WRONG,
        "both codes are used up"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stolen_access_token_alone_cannot_change_the_phone() {
    let api = Api::with(&MANY_CODES).await;
    let victim = api.log_in(PHONE).await;
    let thief = api.log_in(NEW).await;
    api.clock.advance_seconds(600);
    let token = &victim.access;
    let mine = api.code_to(token, "+14155550178", "change_phone").await;
    let phone = "+14155550178";
    // Codes that the thief can read: for another purpose, another customer or another phone, and
    // invalid ones.
    api.clock.advance_seconds(60);
    let to_log_in = api.code_for(phone).await;
    let of_the_thief = api.code_to(&thief.access, NEW, "change_phone").await;
    api.clock.advance_seconds(60);
    let to_delete = api.code_to(token, NEW, "delete").await;
    let unknown =
        Code { challenge: "019aac3f-5d2b-7c11-9f0e-3a5b6c7d8e9f".into(), otp: "000000".into() };
    let both = change(&api, token, json!({"phone": phone})).await.error();
    assert_eq!(both, format!("{NO_CODE}; {DENIED}"));
    assert_eq!(change(&api, token, with_code(phone, &mine)).await.error(), DENIED);
    for old in [&to_log_in, &of_the_thief, &to_delete, &unknown] {
        let answer = change(&api, token, with_both(phone, &mine, old)).await;
        assert_eq!(answer.error(), "400 invalid_otp: The code is wrong or has expired. [old_otp]");
    }
    // The same code for both phones, and the code of the new phone instead of the old one.
    let twice = change(&api, token, with_both(phone, &mine, &mine)).await;
    assert!(!twice.status.is_success(), "{}", twice.error());
    let swapped = json!({
        "phone": PHONE, "old_challenge": mine.challenge, "old_otp": mine.otp, "first_name": "Amal",
    });
    assert_eq!(change(&api, token, swapped).await.expect(200).json()["phone"], json!(PHONE));
    // Wrong guesses at a code that was sent to the owner are counted and end the challenge.
    let to_owner = api.code_to(token, PHONE, "change_phone").await;
    let mine = api.code_to(token, "+14155550179", "change_phone").await;
    for _ in 0..6 {
        let guess = Code { otp: to_owner.wrong(), ..to_owner.clone() };
        let answer = change(&api, token, with_both("+14155550179", &mine, &guess)).await;
        assert!([400, 429].contains(&answer.status.as_u16()), "{}", answer.error());
    }
    let late = change(&api, token, with_both("+14155550179", &mine, &to_owner)).await;
    assert!(late.error().starts_with("429 throttled"), "{}", late.error());
    assert_eq!(api.profile(token).await.json()["phone"], json!(PHONE));
    // The thief's tries do not block a log-in of the owner, even from the same address.
    api.clock.advance_seconds(60);
    assert_eq!(api.log_in(PHONE).await.customer["id"], victim.customer["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_current_phone_is_no_change_and_a_phone_in_use_is_409() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    api.log_in(NEW).await;
    api.clock.advance_seconds(60);
    let same = change(&api, &phone.access, json!({"phone": "+1 415 555 0123"})).await.expect(200);
    assert_eq!(same.json(), phone.customer);
    let code = api.code_to(&phone.access, NEW, "change_phone").await;
    let counted = budgets(&api).await;
    assert_eq!(
        change(&api, &phone.access, with_code(NEW, &code)).await.error(),
        "409 conflict: This phone number is in use. [null]"
    );
    assert_eq!(budgets(&api).await, counted, "a code that moved nothing stays counted");
    assert_eq!(api.profile(&phone.access).await.expect(200).json(), phone.customer);
    let fields = json!({"phone": "nobody", "challenge": code.challenge});
    assert_eq!(
        change(&api, &phone.access, fields).await.error(),
        "400 invalid: The phone number entered is not valid. [phone]; \
         400 required: This field is required. [otp]"
    );
    let invalid = change(&api, &phone.access, json!({"phone": "nobody"})).await;
    assert_eq!(invalid.error(), "400 invalid: The phone number entered is not valid. [phone]");
    assert_eq!(
        change(&api, &phone.access, json!({"phone": "+14155550178"})).await.error(),
        NO_CODE
    );
    let stale = api
        .patch("/api/customer/")
        .bearer(&phone.access)
        .header("if-match", "\"0\"")
        .json(&with_code(NEW, &code))
        .send()
        .await;
    stale.expect(412);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_customers_moving_to_one_phone_at_once_one_succeeds() {
    let api = Api::with(&MANY_CODES).await;
    let mut customers = Vec::new();
    for n in 0..8 {
        let phone = api.log_in(&format!("+1415555020{n}")).await;
        let code = api.code_to(&phone.access, NEW, "change_phone").await;
        customers.push((phone, code));
    }
    let answers = join_all(
        customers.iter().map(|(phone, code)| change(&api, &phone.access, with_code(NEW, code))),
    )
    .await;
    let moved: Vec<usize> = (0..8).filter(|n| answers[*n].status == 200).collect();
    assert_eq!(
        moved.len(),
        1,
        "{:?}",
        answers.iter().map(|answer| answer.status).collect::<Vec<_>>()
    );
    let others = answers.iter().filter(|answer| answer.status != 200);
    assert!(
        others
            .into_iter()
            .all(|answer| answer.error() == "409 conflict: This phone number is in use. [null]")
    );
    assert_eq!(api.log_in(NEW).await.customer["id"], customers[moved[0]].0.customer["id"]);
    for (n, (phone, _)) in customers.iter().enumerate().filter(|(n, _)| *n != moved[0]) {
        assert_eq!(
            api.profile(&phone.access).await.json()["phone"],
            json!(format!("+1415555020{n}"))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_right_code_sent_many_times_at_once_moves_once_and_refunds_no_more_than_it_used() {
    let limits = [
        ("TriesPerPhoneAndAddressHourly", "1000"),
        ("TriesPerPhoneAndAddressDaily", "1000"),
        ("CodeTries", "64"),
    ];
    let api = Api::with(&limits).await;
    let phone = api.log_in(PHONE).await;
    let code = api.code_to(&phone.access, NEW, "change_phone").await;
    let before = budgets(&api).await;
    let answers =
        join_all((0..16).map(|_| change(&api, &phone.access, with_code(NEW, &code)))).await;
    let done = answers.iter().filter(|answer| answer.status == 200).count();
    // A request that reads the profile after the change finds nothing to change.
    assert!(done >= 1, "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
    assert!(answers.iter().all(|answer| [200, 400, 409].contains(&answer.status.as_u16())));
    assert_eq!(
        api.messages_to(PHONE).iter().filter(|text| text.contains("another phone")).count(),
        1
    );
    // If a losing request has just borrowed the last count of a shard, the code of the winner stays
    // counted. The count never exceeds the codes sent.
    let after = budgets(&api).await;
    assert!((before - 2..=before).contains(&after), "of {before} there are {after} left");
}

/// The sum of all shards of all budgets.
async fn budgets(api: &Api) -> i64 {
    let table = api.whole_table().await;
    let shards = table.lines().filter(|item| item.contains("RATE#budget#"));
    let count = |item: &str| {
        item.split("\"n\": N(\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next()?.parse::<i64>().ok())
    };
    shards.filter_map(count).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_phone_during_refreshes_and_log_ins_leaves_only_its_own_session() {
    let api = Api::with(&MANY_CODES).await;
    let mut others = Vec::new();
    for _ in 0..8 {
        others.push(api.log_in(PHONE).await);
    }
    let phone = api.log_in(PHONE).await;
    let code = api.code_to(&phone.access, NEW, "change_phone").await;
    let to_log_in = api.code_for(PHONE).await;
    let (moved, refreshed, logged_in) = tokio::join!(
        change(&api, &phone.access, with_code(NEW, &code)),
        join_all(others.iter().map(|other| api.refresh(&other.refresh))),
        api.authenticate(PHONE, &to_log_in),
    );
    // A write that conflicts with an open transaction may get 503. Then nothing has changed and the
    // request may be sent again.
    let moved = if moved.status == 503 {
        change(&api, &phone.access, with_code(NEW, &code)).await
    } else {
        moved
    };
    assert_eq!(moved.expect(200).json()["phone"], json!(NEW));
    let again =
        refreshed.iter().filter(|answer| answer.status == 200).map(|answer| answer.text("access"));
    for access in others.iter().map(|other| other.access.clone()).chain(again) {
        assert_eq!(api.profile(&access).await.error(), NOT_VALID);
    }
    if logged_in.status == 200 {
        assert_eq!(api.profile(&logged_in.text("access")).await.error(), NOT_VALID);
    }
    api.profile(&phone.access).await.expect(200);
    api.refresh(&phone.refresh).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_phone_is_told_in_the_language_of_the_profile_or_else_of_the_request() {
    for (of_profile, told) in [
        (Some("ar-AE"), "تغيّر رقم هاتف حسابك في Satchel."),
        (Some("xx"), "您的 Satchel 账号已更换手机号。"),
        (None, "您的 Satchel 账号已更换手机号。"),
    ] {
        let api = Api::start().await;
        let phone = api.log_in(PHONE).await;
        if let Some(language) = of_profile {
            change(&api, &phone.access, json!({"language": language})).await.expect(200);
        }
        let code = api.code_to(&phone.access, NEW, "change_phone").await;
        let request = api.patch("/api/customer/").bearer(&phone.access);
        let request = request.header("accept-language", "zh").json(&with_code(NEW, &code));
        request.send().await.expect(200);
        let message = api.messages_to(PHONE).pop().expect("a message");
        assert!(message.starts_with(told), "{of_profile:?}: {message}");
    }
}

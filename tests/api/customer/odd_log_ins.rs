//! Log-ins as phones and people really send them: codes, phones and devices in odd forms.

use harness::{
    Answer, Api,
    phone::{Code, MANY_CODES},
};
use serde_json::{Value, json};

use crate::PHONE;

const WRONG: &str = "400 invalid_otp: The code is wrong or has expired. [otp]";
const NO_PHONE: &str = "400 invalid: The phone number entered is not valid. [phone]";

async fn log_in(api: &Api, body: &Value) -> Answer {
    api.post("/api/customer/authenticate/").json(body).send().await
}

/// A log-in with a new code, with other members besides.
async fn log_in_with(api: &Api, members: &Value) -> Answer {
    let code = api.code_for(PHONE).await;
    let mut body = json!({"phone": PHONE, "challenge": code.challenge, "otp": code.otp});
    for (name, value) in members.as_object().expect("an object") {
        body[name] = value.clone();
    }
    log_in(api, &body).await
}

/// The digits of a script that begin with `zero`.
fn in_script(code: &str, zero: char) -> String {
    let shift = |digit: char| char::from_u32(u32::from(zero) + digit.to_digit(10)?);
    code.chars().filter_map(shift).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_taken_in_any_script_and_with_what_people_put_between_its_digits() {
    let api = Api::with(&MANY_CODES).await;
    for zero in ['٠', '۰', '०', '๐', '０'] {
        let code = api.code_for(PHONE).await;
        let typed = Code { otp: in_script(&code.otp, zero), ..code };
        assert!(api.authenticate(PHONE, &typed).await.status.is_success(), "{}", typed.otp);
    }
    for between in [" ", "-", "\u{a0}", "\u{2011}", ".", "\u{200f}", "\u{200b}"] {
        let code = api.code_for(PHONE).await;
        let (first, last) = code.otp.split_at(3);
        let typed = Code { otp: format!("\u{202a}{first}{between}{last}\u{202c}"), ..code.clone() };
        assert!(api.authenticate(PHONE, &typed).await.status.is_success(), "{between:?}");
    }
    let number = loop {
        let code = api.code_for(PHONE).await;
        if !code.otp.starts_with('0') {
            break code;
        }
    };
    let digits: u32 = number.otp.parse().expect("digits");
    let body = json!({"phone": PHONE, "challenge": number.challenge, "otp": digits});
    log_in(&api, &body).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_six_digits_is_wrong_and_neither_counted_nor_looked_up() {
    let api = Api::start().await;
    let code = api.code_for(PHONE).await;
    let before = api.items().await;
    // The first request of the process also reads whether the API is in maintenance.
    assert_eq!(
        api.authenticate(PHONE, &Code { otp: "1".into(), ..code.clone() }).await.error(),
        WRONG
    );
    api.wire.reset();
    for otp in
        ["12345", "1234567", "abcdef", "12345a", "O12345", "١٢٣٤٥", "123,456", "①②③④⑤⑥", "六", "-"]
    {
        let answer = api.authenticate(PHONE, &Code { otp: otp.into(), ..code.clone() }).await;
        assert_eq!(answer.error(), WRONG, "{otp}");
        assert!(answer.headers.get("ratelimit").is_none());
    }
    for otp in [json!(12_345), json!(1_234_567), json!(-12_345), json!(1e20)] {
        let body = json!({"phone": PHONE, "challenge": code.challenge, "otp": otp});
        assert_eq!(log_in(&api, &body).await.error(), WRONG, "{otp}");
    }
    assert_eq!(api.wire.operations(), Vec::<String>::new());
    assert_eq!(api.items().await, before);
    api.authenticate(PHONE, &code).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_of_a_change_of_phone_and_of_a_deletion_are_read_in_the_same_way() {
    let api = Api::with(&MANY_CODES).await;
    let new = "+14155550177";
    let owner = api.log_in(PHONE).await;
    let typed = |code: &str| format!("\u{200e}{} ", in_script(code, '٠'));
    let change = async |body: Value| {
        api.patch("/api/customer/").bearer(&owner.access).json(&body).send().await
    };
    api.clock.advance_seconds(601);
    let code = api.code_to(&owner.access, new, "change_phone").await;
    let old = api.code_to(&owner.access, PHONE, "change_phone").await;
    let mut body = json!({
        "phone": new, "challenge": code.challenge, "otp": "12345", "old_challenge": old.challenge,
        "old_otp": "abc",
    });
    let both = "400 invalid_otp: The code is wrong or has expired. [otp]; \
        400 invalid_otp: The code is wrong or has expired. [old_otp]";
    for _ in 0..6 {
        assert_eq!(change(body.clone()).await.error(), both);
    }
    body["phone"] = json!("\u{202a}+1\u{2011}(415)\u{2011}555\u{2011}0177\u{202c}");
    body["otp"] = json!(typed(&code.otp));
    body["old_otp"] = json!(typed(&old.otp));
    assert_eq!(change(body).await.expect(200).json()["phone"], json!(new));
    for wrong in ["+1 202 555 0123 ext. 9", "1-800-CATS", "+1 800 FLOWERS"] {
        let body = json!({"phone": wrong, "challenge": code.challenge, "otp": code.otp});
        assert_eq!(change(body).await.error(), NO_PHONE, "{wrong}");
    }

    let code = api.code_to(&owner.access, new, "delete").await;
    let delete = async |otp: &str| {
        let body = json!({"challenge": code.challenge, "otp": otp});
        api.delete("/api/customer/").bearer(&owner.access).json(&body).send().await
    };
    for _ in 0..6 {
        assert_eq!(delete("1234567").await.error(), WRONG);
    }
    delete(&typed(&code.otp)).await.expect(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_in_takes_the_phone_in_every_form_that_a_code_is_sent_to() {
    let api = Api::with(&MANY_CODES).await;
    for (written, country, number) in [
        ("(415) 555-0123", json!("US"), PHONE),
        ("415 555 0123", json!("us"), PHONE),
        ("+1 (415) 555-0123", json!(null), PHONE),
        ("+1 (415) 555-0123", json!("SA"), PHONE),
        ("＋１４１５５５５０１２３", json!(""), PHONE),
        ("\u{202a}+1\u{2011}415\u{2011}555\u{2011}0123\u{202c}", json!(null), PHONE),
        ("٠٥٠١٢٣٤٥٦٢", json!("SA"), "+966501234562"),
        ("+966 0501234562", json!(null), "+966501234562"),
        ("00966501234562", json!(null), "+966501234562"),
    ] {
        let body = json!({"phone": written, "country": country});
        let sent = api.post("/api/send-otp/").json(&body).send().await.expect(200);
        assert_eq!(sent.text("phone"), number, "{written:?}");
        let message = api.messages_to(number).pop().expect("a message");
        let otp: String = message.chars().filter(char::is_ascii_digit).take(6).collect();
        let body = json!({
            "phone": written, "country": country, "challenge": sent.text("challenge"), "otp": otp,
        });
        let answer = log_in(&api, &body).await;
        assert!(answer.status.is_success(), "{written:?}: {}", answer.error());
        assert_eq!(answer.json()["customer"]["phone"], json!(number));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_and_extensions_are_refused_by_both_halves_of_a_log_in() {
    let api = Api::start().await;
    let code = api.code_for("+12025550123").await;
    for wrong in [
        "+1 202 555 0123 ext. 9",
        "+12025550123;ext=9",
        "+12025550123,,9",
        "+12025550123#9",
        "1-800-CATS",
        "+1 202 555 CATS",
        "call +12025550123",
    ] {
        let body = json!({"phone": wrong, "country": "US"});
        let sent = api.post("/api/send-otp/").json(&body).send().await;
        assert_eq!(sent.error(), NO_PHONE, "{wrong}");
        let body = json!({
            "phone": wrong, "country": "US", "challenge": code.challenge, "otp": code.otp,
        });
        assert_eq!(log_in(&api, &body).await.error(), WRONG, "{wrong}");
    }
    let body = json!({
        "phone": "202 555 0123", "country": "1A", "challenge": code.challenge, "otp": code.otp,
    });
    assert_eq!(
        log_in(&api, &body).await.error(),
        "400 invalid_choice: \"1A\" is not a valid choice. [country]"
    );
    api.authenticate("+12025550123", &code).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_number_is_one_number_however_it_is_written() {
    let numbers = "+1 (202) 555-0100=246810@2026-12-31,＋966 050 123 4562=135790@2026-12-31,\
        +1 555-0100=112233@2026-12-31";
    let many = [&MANY_CODES[..], &[("TestNumbers", numbers)]].concat();
    let api = Api::with(&many).await;
    for (asked, answered, country, otp) in [
        ("+1 (202) 555-0100", "+12025550100", json!(null), "246810"),
        ("+12025550100", "+1 (202) 555-0100", json!(null), "246 810"),
        ("(202) 555-0100", "2025550100", json!("US"), "246810"),
        ("\u{202a}+1\u{2011}202\u{2011}555\u{2011}0100", "+12025550100", json!(null), "٢٤٦٨١٠"),
        ("0501234562", "+966501234562", json!("SA"), "135790"),
        ("+15550100", "+1-555-0100", json!(null), "112233"),
        ("555-0100", "555 0100", json!("US"), "112233"),
    ] {
        let body = json!({"phone": asked, "country": country});
        let sent = api.post("/api/send-otp/").json(&body).send().await.expect(200);
        let body = json!({
            "phone": answered, "country": country, "challenge": sent.text("challenge"), "otp": otp,
        });
        let answer = log_in(&api, &body).await;
        assert!(answer.status.is_success(), "{asked}: {}", answer.error());
        assert_eq!(answer.json()["customer"]["phone"], json!(sent.text("phone")));
    }
    assert!(api.stack.recorder.messages().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_never_stops_a_log_in() {
    let api = Api::with(&MANY_CODES).await;
    let long = "x".repeat(4_097);
    for (device, name, platform) in [
        (json!(null), None, None),
        (json!(""), None, None),
        (json!("iPhone"), None, None),
        (json!(7), None, None),
        (json!(true), None, None),
        (json!([]), None, None),
        (json!({}), None, None),
        (json!({"name": "", "registration_id": null}), None, None),
        (json!({"name": null, "platform": null, "registration_id": null}), None, None),
        (json!({"name": "  ", "platform": "", "registration_id": ""}), None, None),
        (json!({"platform": "palm", "name": "Mine"}), Some("Mine"), None),
        (json!({"platform": 7, "name": ["Mine"]}), None, None),
        (json!({"platform": "ios", "name": {"of": "Amal"}}), None, Some("ios")),
        (json!({"platform": "ios", "name": "x".repeat(256)}), None, Some("ios")),
        (json!({"platform": "ios", "name": "a\0b"}), None, Some("ios")),
        (json!({"platform": "ios", "name": true}), None, Some("ios")),
        (json!({"platform": "ios", "name": 17}), Some("17"), Some("ios")),
        (json!({"platform": "ios", "registration_id": "手机"}), None, Some("ios")),
        (json!({"platform": "ios", "registration_id": long}), None, Some("ios")),
        (json!({"platform": "ios", "registration_id": ["t"]}), None, Some("ios")),
        (json!({"registration_id": "t"}), None, None),
        (json!({"registration_id": "t", "platform": "palm"}), None, None),
        (json!({"name": "Mine", "unknown": {"a": 1}}), Some("Mine"), None),
    ] {
        let answer = log_in_with(&api, &json!({"device": device})).await;
        assert!(answer.status.is_success(), "{device}: {}", answer.error());
        let access = answer.text("access");
        let sessions = api.get("/api/sessions/").bearer(&access).send().await.expect(200).json();
        let all = sessions.as_array().expect("a list");
        let own = all.iter().find(|session| session["current"] == json!(true)).expect("its own");
        assert_eq!(
            (&own["device_name"], &own["platform"]),
            (&json!(name), &json!(platform)),
            "{device}"
        );
        let devices = api.get("/api/devices/").bearer(&access).send().await.expect(200);
        assert_eq!(devices.json(), json!([]), "{device}");
    }
    let form = |device: &str| format!("phone=%2B14155550123&{device}");
    for device in ["device=", "device=x", "device.name=", "device[platform]=palm&device[name]="] {
        let code = api.code_for(PHONE).await;
        let body = form(&format!("challenge={}&otp={}&{device}", code.challenge, code.otp));
        let request = api.post("/api/customer/authenticate/");
        let answer = request.body("application/x-www-form-urlencoded", body).send().await;
        assert!(answer.status.is_success(), "{device}: {}", answer.error());
    }
}

//! The operator's texts of text messages, from the file to the phone.

use harness::Api;
use local::publication::{Publication as _, PublishError};
use serde_json::json;

use super::{admin, much_later, push, sample, start};
use crate::PHONE;

const ENGLISH: &str = "CODE is your Satchel code. It works for 5 minutes. Do not share it.";

async fn code_in(api: &Api, language: &str) -> String {
    api.clock.advance_seconds(60);
    let request = api.post("/api/send-otp/").header("accept-language", language);
    request.json(&json!({"phone": PHONE})).send().await.expect(200);
    let message = api.messages_to(PHONE).pop().expect("a message");
    let code: String = message.chars().filter(char::is_ascii_digit).take(6).collect();
    message.replace(&code, "CODE")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_published_text_is_sent_in_its_language_and_ours_in_all_others() {
    let api = Api::with(&[("CodesPerPhoneAndAddressHourly", "20")]).await;
    api.stack.seed().await.expect("the sample is valid");
    much_later(&api).await;
    assert_eq!(code_in(&api, "zh-CN").await, "Satchel 验证码：CODE，5 分钟内有效。请勿告诉他人。");
    let mut content = sample();
    content["messages"]["code"] =
        json!({"zh": "【{app}】{code}，{minutes} 分钟", "sw": "{app}: nambari yako ni {code}."});
    push(&api, &content).await;
    much_later(&api).await;
    assert_eq!(code_in(&api, "en").await, ENGLISH);
    for (wanted, message) in [
        ("zh-CN", "【Satchel】CODE，5 分钟"),
        ("sw-KE, en;q=0.5", "Satchel: nambari yako ni CODE."),
        ("zh-TW", "Satchel 驗證碼：CODE，5 分鐘內有效。請勿告訴他人。"),
        ("ar", "CODE هو رمز التحقق في Satchel. صالح لمدة 5 دقائق. لا تشاركه."),
    ] {
        assert_eq!(code_in(&api, wanted).await, message, "{wanted}");
    }
    // Without `messages` in the content, all texts are ours again.
    content.as_object_mut().expect("an object").remove("messages");
    push(&api, &content).await;
    much_later(&api).await;
    assert_eq!(code_in(&api, "sw").await, ENGLISH);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_could_not_be_sent_is_never_published() {
    let api = start().await;
    let mut content = sample();
    content["messages"]["code"]["ar"] = json!("رمزك في bit.ly/x");
    let now = api.stack.state("app-info").expect("app-info runs").now();
    match admin(&api).draft(&content.to_string(), now).await {
        Err(PublishError::Invalid(problems)) => {
            let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
            assert_eq!(
                problems,
                [
                    "messages.code.ar: {code} must be there once, and is there 0 times",
                    "messages.code.ar: \"bit.ly/x\" would be shown as a link",
                ]
            );
        }
        other => panic!("{other:?}"),
    }
}

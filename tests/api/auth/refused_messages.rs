//! Text messages as SNS takes and refuses them.

use std::collections::BTreeMap;

use harness::Api;
use local::sns_recorder::{Message, Refusal};
use serde_json::json;

use crate::PHONE;

const UNAVAILABLE: &str =
    "503 unavailable: The service is temporarily unavailable. Please try again. [null]";
const INVALID: &str = "400 invalid: The phone number entered is not valid. [phone]";

fn attributes_of_last(api: &Api) -> BTreeMap<String, String> {
    match api.stack.recorder.messages().pop() {
        Some(Message::Sms { attributes, .. }) => attributes,
        other => panic!("no text message: {other:?}"),
    }
}

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_carries_the_attributes_that_the_parameters_name() {
    let api = Api::start().await;
    api.ask_for_code(PHONE).await.expect(200);
    assert_eq!(attributes_of_last(&api), map(&[("AWS.SNS.SMS.SMSType", "Transactional")]));
    let api = Api::with(&[
        ("SmsSenderId", "SATCHEL"),
        ("SmsOriginationNumber", "+12065550100"),
        ("SmsEntityId", "1101456324"),
        ("SmsTemplateId", "1107160000"),
        ("SmsNoticeTemplateId", "1107160001"),
        ("SmsMaxPrice", "0.25"),
    ])
    .await;
    let session = api.log_in(PHONE).await;
    let mut expected = map(&[
        ("AWS.SNS.SMS.SMSType", "Transactional"),
        ("AWS.SNS.SMS.SenderID", "SATCHEL"),
        ("AWS.SNS.SMS.MaxPrice", "0.25"),
        ("AWS.MM.SMS.OriginationNumber", "+12065550100"),
        ("AWS.MM.SMS.EntityId", "1101456324"),
        ("AWS.MM.SMS.TemplateId", "1107160000"),
    ]);
    assert_eq!(attributes_of_last(&api), expected);
    let new = "+14155550177";
    let code = api.code_to(&session.access, new, "change_phone").await;
    assert_eq!(attributes_of_last(&api), expected);
    let body = json!({"phone": new, "challenge": code.challenge, "otp": code.otp});
    api.patch("/api/customer/").bearer(&session.access).json(&body).send().await.expect(200);
    expected.insert("AWS.MM.SMS.TemplateId".to_owned(), "1107160001".to_owned());
    assert_eq!(attributes_of_last(&api), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_without_an_answer_is_not_repeated_and_stays_counted() {
    let api = Api::with(&[("CodesPerCountryDaily", "2")]).await;
    api.stack.recorder.refuse_next(2, Refusal::InternalError);
    for _ in 0..2 {
        assert_eq!(api.ask_for_code(PHONE).await.error(), UNAVAILABLE);
        assert_eq!(api.ask_for_code(PHONE).await.expect(429).header("retry-after"), "60");
        api.clock.advance_seconds(60);
    }
    assert!(!api.whole_table().await.contains("CHALLENGE"));
    api.stack.recorder.clear_refusals();
    api.ask_for_code(PHONE).await.expect(429);
    assert!(api.stack.recorder.messages().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_sns_cannot_reach_is_400_and_counts_for_its_address_alone() {
    let api = Api::with(&[("CodesPerCountryDaily", "1"), ("CodesPerAddressHourly", "3")]).await;
    api.stack.recorder.refuse_next(2, Refusal::InvalidPhone);
    for _ in 0..2 {
        assert_eq!(api.ask_for_code(PHONE).await.error(), INVALID);
    }
    assert!(!api.whole_table().await.contains("CHALLENGE"));
    api.ask_for_code(PHONE).await.expect(200);
    api.clock.advance_seconds(61);
    let refused = api.ask_for_code("+447400123456").await;
    refused.expect(429);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_invalid_parameter_is_no_mistake_of_the_client() {
    let api = Api::start().await;
    api.stack.recorder.refuse_next(1, Refusal::InvalidAttribute);
    assert_eq!(api.ask_for_code(PHONE).await.error(), UNAVAILABLE);
    api.ask_for_code(PHONE).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_countries_only_test_numbers_get_codes() {
    let test_number = ("TestNumbers", "+15550100=246810@2026-12-31");
    let api = Api::with(&[("CodeCountries", ""), test_number]).await;
    assert_eq!(
        api.ask_for_code(PHONE).await.error(),
        "400 invalid: Codes cannot be sent to this country. [phone]"
    );
    api.ask_for_code("+15550100").await.expect(200);
}

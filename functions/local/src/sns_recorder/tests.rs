//! The recorder as the real SDK sees it.

use std::collections::HashMap;

use aws_sdk_sns::{error::ProvideErrorMetadata as _, types::MessageAttributeValue};
use shared::{aws::Clients, clock::SystemClock, settings::Settings};

use super::*;
use crate::{
    connections::bind,
    template::{Overrides, StandIns, Template},
};

/// The client of a function, with the template's settings.
fn client(endpoint: &str) -> aws_sdk_sns::Client {
    let template = Template::load(&Template::find().unwrap()).unwrap();
    let secrets = template.secrets().into_iter().map(|id| (id, "secret".to_owned())).collect();
    let stand_ins = StandIns { table_name: None, secrets };
    let mut variables: HashMap<_, _> =
        template.environment("auth", &Overrides::new(), &stand_ins).unwrap();
    let set_by_lambda = [
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "k"),
        ("AWS_SECRET_ACCESS_KEY", "s"),
        ("AWS_ENDPOINT_URL_SNS", endpoint),
        ("AWS_ENDPOINT_URL_DYNAMODB", endpoint),
    ];
    variables.extend(set_by_lambda.map(|(name, value)| (name.to_owned(), value.to_owned())));
    (*Clients::new(&Settings::from_variables(&variables, &[]).unwrap().aws).sns).clone()
}

async fn started(on_message: Option<OnMessage>) -> (Recorder, Server, aws_sdk_sns::Client) {
    let recorder = Recorder::new(Arc::new(SystemClock), on_message);
    let server = recorder.serve(bind("127.0.0.1", 0).await.unwrap()).unwrap();
    let client = client(&server.url());
    (recorder, server, client)
}

#[tokio::test]
async fn a_published_message_is_recorded_with_its_attributes() {
    let printed = Arc::new(Mutex::new(0));
    let count = Arc::clone(&printed);
    let (recorder, _server, client) =
        started(Some(Arc::new(move |_| *count.lock().unwrap() += 1))).await;
    let kind = MessageAttributeValue::builder()
        .data_type("String")
        .string_value("Transactional")
        .build()
        .unwrap();
    let request = client
        .publish()
        .phone_number("+12025550123")
        .message("Hi & <bye> 你")
        .message_attributes("Kind", kind);
    assert!(request.send().await.unwrap().message_id().is_some());
    let attributes = BTreeMap::from([("Kind".to_owned(), "Transactional".to_owned())]);
    let expected = Message::Sms {
        to: "+12025550123".to_owned(),
        text: "Hi & <bye> 你".to_owned(),
        attributes,
    };
    assert_eq!(recorder.messages(), [expected]);
    let shown = serde_json::to_value(recorder.messages()).unwrap();
    let expected = serde_json::json!([{"kind": "sms", "to": "+12025550123",
        "text": "Hi & <bye> 你", "attributes": {"Kind": "Transactional"}}]);
    assert_eq!(shown, expected);
    assert_eq!(*printed.lock().unwrap(), 1);
    recorder.clear();
    assert_eq!(recorder.messages(), []);
}

#[tokio::test]
async fn a_message_that_sns_would_reject_is_rejected_and_not_recorded() {
    let (recorder, _server, client) = started(None).await;
    for phone in ["12025550123", "+0123456789", "+1 202 555", "+1234567890123456", "+"] {
        let error = client
            .publish()
            .phone_number(phone)
            .message("x")
            .send()
            .await
            .unwrap_err()
            .into_service_error();
        assert!(error.is_invalid_parameter_exception(), "{phone}: {error:?}");
    }
    let error = client.publish().phone_number("+12025550123").message("").send().await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidParameter"));
    let error = client.list_topics().send().await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidAction"));
    assert_eq!(recorder.messages(), []);
}

#[tokio::test]
async fn it_refuses_the_requested_number_of_calls() {
    let (recorder, _server, client) = started(None).await;
    let publish = || client.publish().phone_number("+12025550123").message("x").send();
    recorder.refuse_next(1, Refusal::AuthorizationError);
    let error = publish().await.unwrap_err().into_service_error();
    assert!(error.is_authorization_error_exception(), "{error:?}");
    recorder.refuse_next(1, Refusal::Throttled);
    assert_eq!(publish().await.unwrap_err().code(), Some("Throttled"));
    recorder.refuse_next(2, Refusal::InternalError);
    publish().await.expect("the third attempt of the SDK succeeds");
    assert_eq!(recorder.messages().len(), 1);
}

#[tokio::test]
async fn endpoints_are_created_once_read_updated_and_published_to() {
    let (recorder, _server, client) = started(None).await;
    let application = "arn:aws:sns:us-east-1:123456789012:app/GCM/local";
    let create = |user_data: &'static str| {
        client
            .create_platform_endpoint()
            .platform_application_arn(application)
            .token("t&1")
            .custom_user_data(user_data)
            .send()
    };
    let arn = create("a").await.unwrap().endpoint_arn.unwrap();
    assert_eq!(create("a").await.unwrap().endpoint_arn.as_deref(), Some(arn.as_str()));
    let conflict = create("b").await.unwrap_err();
    assert!(
        conflict
            .message()
            .unwrap()
            .contains(&format!("Endpoint {arn} already exists with the same Token"))
    );
    recorder.endpoints(|all| all.disable("t&1"));
    let read = client
        .get_endpoint_attributes()
        .endpoint_arn(&arn)
        .send()
        .await
        .unwrap()
        .attributes
        .unwrap();
    assert_eq!(
        (read["Enabled"].as_str(), read["Token"].as_str(), read["CustomUserData"].as_str()),
        ("false", "t&1", "a")
    );
    let fcm = serde_json::json!({
        "fcmV1Message": {"message": {"notification": {"title": "Hi"}, "data": {"n": "1"}}},
    })
    .to_string();
    let message = serde_json::json!({"default": "Hi", "GCM": fcm}).to_string();
    let publish =
        || client.publish().target_arn(&arn).message_structure("json").message(&message).send();
    assert!(publish().await.unwrap_err().into_service_error().is_endpoint_disabled_exception());
    client
        .set_endpoint_attributes()
        .endpoint_arn(&arn)
        .attributes("Enabled", "true")
        .send()
        .await
        .unwrap();
    publish().await.unwrap();
    let plain = client.publish().target_arn(&arn).message("Hi").send().await.unwrap_err();
    assert_eq!(plain.code(), Some("InvalidParameter"));
    client.delete_endpoint().endpoint_arn(&arn).send().await.unwrap();
    let gone = client
        .get_endpoint_attributes()
        .endpoint_arn(&arn)
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert!(gone.is_not_found_exception());
    assert!(publish().await.unwrap_err().message().unwrap().contains("No endpoint found"));
    assert_eq!(recorder.messages().len(), 1);
    let unknown = client
        .publish()
        .topic_arn("arn:aws:sns:us-east-1:123456789012:t")
        .message("x")
        .send()
        .await
        .unwrap_err();
    assert_eq!(unknown.code(), Some("NotFound"));
}

#[tokio::test]
async fn messages_are_numbered_and_listed_from_a_number_on() {
    let (recorder, _server, client) = started(None).await;
    let publish =
        |text: &'static str| client.publish().phone_number("+12025550123").message(text).send();
    let numbers =
        |after| -> Vec<u64> { recorder.listed(after).iter().map(|listed| listed.number).collect() };
    for text in ["a", "b", "c"] {
        publish(text).await.unwrap();
    }
    assert_eq!((numbers(0), numbers(2), numbers(3)), (vec![1, 2, 3], vec![3], vec![]));
    assert_eq!(numbers(9), [1, 2, 3], "a number of an earlier run");
    recorder.clear();
    publish("d").await.unwrap();
    assert_eq!((numbers(0), numbers(3)), (vec![4], vec![4]), "no number is used again");
}

#[tokio::test]
async fn a_wait_ends_with_a_message_with_a_deletion_or_with_its_time() {
    let (recorder, _server, client) = started(None).await;
    let long = Duration::from_mins(10);
    let publish = client.publish().phone_number("+12025550123").message("x").send();
    let (published, ()) = tokio::join!(publish, recorder.wait_for_message(0, long));
    published.unwrap();
    recorder.wait_for_message(0, long).await;
    tokio::join!(biased; recorder.wait_for_message(1, long), async { recorder.clear() });
    recorder.wait_for_message(1, Duration::ZERO).await;
    assert!(recorder.listed(1).is_empty());
}

#[tokio::test]
async fn a_push_is_listed_as_each_platform_gets_it() {
    let (recorder, _server, client) = started(None).await;
    recorder.endpoints(|all| all.add("arn:aws:sns:us-east-1:1:endpoint/GCM/local/1", "t"));
    let fcm = serde_json::json!({"fcmV1Message": {"message": {"data": {"n": "1"}}}}).to_string();
    let ttl = MessageAttributeValue::builder().data_type("String").string_value("60");
    let request = client
        .publish()
        .target_arn("arn:aws:sns:us-east-1:1:endpoint/GCM/local/1")
        .message_structure("json")
        .message(serde_json::json!({"default": "", "GCM": fcm}).to_string())
        .message_attributes("AWS.SNS.MOBILE.FCM.TTL", ttl.build().unwrap());
    request.send().await.unwrap();
    let mut listed = serde_json::to_value(recorder.listed(0)).unwrap();
    assert!(listed[0]["at"].take().is_string());
    let expected = serde_json::json!([{
        "kind": "push", "to": "t", "message": {"data": {"n": "1"}}, "number": 1, "at": null,
        "attributes": {"AWS.SNS.MOBILE.FCM.TTL": "60"},
        "received": {"android": {"data": {"n": "1"}}, "web": {"data": {"n": "1"}},
            "ios": {"payload": {"n": "1", "aps": {}}}},
    }]);
    assert_eq!(listed, expected);
}

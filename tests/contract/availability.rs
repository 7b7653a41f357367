//! Maintenance and outdated apps, for every operation of every group.
//!
//! The operations come from the document, so a new group is covered without a change here.

use harness::{Answer, Api};
use local::content_admin::ContentAdmin;
use serde_json::{Value, json};

use crate::{
    access::{status_and_body, with_id},
    repository::{Operation, assert_none, document, operations},
};

const AN_ID: &str = "019aac3f-0000-7000-8000-000000000000";

#[tokio::test]
async fn maintenance_closes_every_operation_under_api_except_app_info() {
    let (api, operations) = (Api::start().await, operations(&document()));
    let closed = |content: &mut Value| content["maintenance"]["active"] = json!(true);
    publish(&api, closed).await;
    let mut problems = Vec::new();
    for operation in &operations {
        let answer = send(&api, operation, "1.4.0").await;
        let code = code_of(&answer);
        let as_expected = (answer.status == 503
            && code == "maintenance"
            && !answer.header("retry-after").is_empty())
            == can_be_closed(operation);
        if !as_expected || (operation.is_of_app_info() && answer.status != 200) {
            problems.push(format!(
                "{} answers during maintenance: {}",
                operation.place(),
                status_and_body(&answer)
            ));
        }
    }
    assert_none(&problems);
}

#[tokio::test]
async fn an_outdated_app_is_refused_by_every_operation_under_api_except_app_info() {
    let (api, operations) = (Api::start().await, operations(&document()));
    let minimum =
        |content: &mut Value| content["platforms"]["ios"]["minimum_version"] = json!("1.3.10");
    publish(&api, minimum).await;
    let mut problems = Vec::new();
    for operation in &operations {
        for (version, is_old) in [
            ("1.3.9", true),
            ("1.3.9+1000", true),
            ("1.3.10", false),
            ("1.3.10-beta", false),
            ("garbage", false),
        ] {
            let answer = send(&api, operation, version).await;
            let refused = answer.status == 426
                && code_of(&answer) == "upgrade_required"
                && answer.json()["store_url"]
                    .as_str()
                    .is_some_and(|url| url.starts_with("https://"));
            if refused != (is_old && can_be_closed(operation))
                || (operation.is_of_app_info() && answer.status != 200)
            {
                problems.push(format!(
                    "{} answers an app of version {version}: {}",
                    operation.place(),
                    status_and_body(&answer)
                ));
            }
        }
    }
    assert_none(&problems);
}

/// Publishes the sample with a change and makes every function read it.
async fn publish(api: &Api, change: impl FnOnce(&mut Value)) {
    let state = api.stack.state("app-info").expect("app-info runs");
    let mut content: Value = serde_json::from_str(app_info::SAMPLE).expect("JSON");
    change(&mut content);
    let admin = ContentAdmin::new(state.store.clone());
    assert!(
        admin
            .publish_if_empty(&content.to_string(), state.now())
            .await
            .expect("the content is valid")
    );
    api.clock.advance_seconds(60);
    api.stack.prepare().await;
}

fn can_be_closed(operation: &Operation) -> bool {
    operation.path.starts_with("/api/") && !operation.is_of_app_info()
}

/// Sends only the path and the headers of the app: the check of the availability comes first.
async fn send(api: &Api, operation: &Operation, version: &str) -> Answer {
    let request =
        api.request(operation.method.parse().expect("a method"), &with_id(&operation.path, AN_ID));
    request.header("x-app-platform", "ios").header("x-app-version", version).send().await
}

fn code_of(answer: &Answer) -> String {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    body["errors"][0]["code"].as_str().unwrap_or_default().to_owned()
}

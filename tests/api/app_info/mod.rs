//! The public content of the app, and how the operator changes it.

use harness::{Answer, Api};
use local::{content_admin::ContentAdmin, publication::Publication as _};
use serde_json::{Value, json};

mod content;
mod faqs;
mod maintenance;
mod messages;
mod particulars;
mod social_accounts;
mod warm;

/// An API with the sample content.
async fn start() -> Api {
    let api = Api::start().await;
    api.stack.seed().await.expect("the sample is valid");
    api.wire.reset();
    api
}

/// The sample content.
fn sample() -> Value {
    serde_json::from_str(::app_info::SAMPLE).expect("JSON")
}

/// The sample with another answer to its first question.
fn answering(answer: &str) -> Value {
    let mut content = sample();
    content["faqs"][0]["answer"] = json!(answer);
    content
}

fn admin(api: &Api) -> ContentAdmin {
    ContentAdmin::new(api.stack.state("app-info").expect("app-info runs").store.clone())
}

/// Publishes a content and returns its version.
async fn push(api: &Api, content: &Value) -> u64 {
    let now = api.stack.state("app-info").expect("app-info runs").now();
    let draft = admin(api).draft(&content.to_string(), now).await.expect("the content is valid");
    admin(api).publish(&draft).await.expect("nobody else publishes")
}

/// Advances the clock until the caches of all processes are expired, and lets the other functions
/// read the content again.
async fn much_later(api: &Api) {
    api.clock.advance_seconds(600);
    api.stack.prepare().await;
}

async fn get(api: &Api, path: &str, languages: &str) -> Answer {
    api.get(path).header("accept-language", languages).send().await.expect(200)
}

/// The answer to the first question, as the API returns it.
async fn first_answer(api: &Api) -> String {
    get(api, "/api/faqs/", "en").await.json()[0]["answer"].as_str().expect("a text").to_owned()
}

//! Requests that nobody wrote: the sample events, and the examples of the document.

use harness::{Api, bootstrap::sample_events, log::KeptLog};
use local::{
    document::{Body, Call},
    functions::groups,
};
use serde_json::Value;

use super::Traffic;
use crate::{
    costs::measured,
    repository::{Operation, document},
};

/// Operations that need no token succeed, so their cost is measured.
pub async fn send_the_sample_events(api: &Api) {
    for (group, _) in groups() {
        let function = api.stack.function(group).expect("the launcher runs every group");
        for event in sample_events(group) {
            function.invoke(event.text.as_bytes()).await.expect("an answer");
        }
    }
}

/// Operations that had no successful request so far get the one that the document shows, from a new
/// customer, who then takes an export and leaves. False where no operation needed that.
pub async fn send_the_documented_examples(api: &Api, log: &KeptLog) -> bool {
    let document = document();
    let lines = log.lines();
    let mut missing = measured(&document);
    missing.retain(|operation| !lines.iter().any(|line| succeeds(line, operation)));
    if missing.is_empty() {
        return false;
    }
    let access = api.log_in("+14155550122").await.access;
    for operation in missing {
        let method = operation.method.parse().expect("a method");
        let of = operation.method.to_lowercase();
        let call = Call::of(&document, &operation.path, &of, &operation.described);
        let mut request = api.request(method, call.path());
        if operation.is_authenticated() {
            request = request.bearer(&access);
        }
        if let Body::Json(body) = &call.body {
            request = request.json(body);
        }
        request.send().await;
    }
    // An example may have ended the customer's session.
    api.clock.advance_seconds(61);
    let access = api.log_in("+14155550122").await.access;
    api.get("/api/customer/export/").bearer(&access).send().await.expect(200);
    let forfeit = serde_json::json!({"forfeit": true});
    api.delete("/api/customer/").bearer(&access).json(&forfeit).send().await.expect(204);
    true
}

/// The successful requests to `operation`. Those of [`send_the_documented_examples`] count only
/// where there are no others.
pub fn successes<'a>(traffic: &'a Traffic, operation: &Operation) -> Vec<&'a Value> {
    let (usual, examples) = traffic.log.split_at(traffic.usual);
    let of = |lines: &'a [Value]| -> Vec<&'a Value> {
        lines.iter().filter(|line| succeeds(line, operation)).collect()
    };
    let found = of(usual);
    if found.is_empty() { of(examples) } else { found }
}

fn succeeds(line: &Value, operation: &Operation) -> bool {
    line["message"] == "request"
        && line["method"] == operation.method
        && line["route"] == operation.path
        && line["status"].as_u64().is_some_and(|status| status < 300)
}

//! Requests that nobody wrote: the sample events, and the examples of the document.

use harness::{Api, bootstrap::sample_events, log::KeptLog};
use local::{
    document::{Body, Call},
    functions::groups,
};

use super::succeeds;
use crate::repository::{document, operations};

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
/// customer.
pub async fn send_the_documented_examples(api: &Api, log: &KeptLog) {
    let document = document();
    let lines = log.lines();
    for operation in operations(&document) {
        if lines.iter().any(|line| succeeds(line, &operation)) {
            continue;
        }
        let method = operation.method.parse().expect("a method");
        let of = operation.method.to_lowercase();
        let call = Call::of(&document, &operation.path, &of, &operation.described);
        let mut request = api.request(method, call.path());
        if operation.is_authenticated() {
            api.clock.advance_seconds(61);
            request = request.bearer(&api.log_in("+14155550122").await.access);
        }
        if let Body::Json(body) = &call.body {
            request = request.json(body);
        }
        request.send().await;
    }
}

//! Every authenticated operation refuses a missing token, an expired one, and that of another
//! customer.

use futures_util::{FutureExt, future::BoxFuture};
use harness::{Answer, Api, phone::LoggedIn};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::repository::{Operation, assert_none, document, operations};

/// How to create what a path with an id refers to: the request that creates (or lists) it, and
/// where the answer has its id.
struct Owned {
    path: &'static str,
    /// Prepares it if no request can create it.
    before: Option<for<'a> fn(&'a Api, &'a LoggedIn) -> BoxFuture<'a, ()>>,
    method: &'static str,
    made_at: &'static str,
    body: &'static str,
    id: &'static str,
}

/// One entry for each authenticated path with an id in it, such as `Owned { path:
/// "/api/addresses/{id}/", before: None, method: "POST", made_at: "/api/addresses/", body:
/// r#"{"line1": …}"#, id: "/id" }`.
const OWNED: &[Owned] = &[
    Owned {
        path: "/api/sessions/{id}/",
        before: None,
        method: "GET",
        made_at: "/api/sessions/",
        body: "",
        id: "/0/id",
    },
    Owned {
        path: "/api/devices/{registration_id}/",
        before: None,
        method: "POST",
        made_at: "/api/devices/",
        body: r#"{"registration_id": "token:of.a/device", "type": "web"}"#,
        id: "/registration_id",
    },
    Owned {
        path: "/api/addresses/{id}/",
        before: None,
        method: "POST",
        made_at: "/api/addresses/",
        body: r#"{"line1": "1 Main St", "city": "Mecca", "postal_code": "12271", "country": "SA"}"#,
        id: "/id",
    },
    Owned {
        path: "/api/notifications/{id}/",
        before: Some(|api, owner| api.notify(owner, "m1", "Hello").boxed()),
        method: "GET",
        made_at: "/api/notifications/",
        body: "",
        id: "/results/0/id",
    },
];

#[tokio::test]
async fn every_authenticated_operation_refuses_a_request_without_a_token() {
    let api = Api::start().await;
    let mut problems = Vec::new();
    for operation in authenticated() {
        for path in [operation.path.clone(), operation.path.trim_end_matches('/').to_owned()] {
            let answer = send(&api, &operation, &path, None).await;
            let is_refused = answer.status == 401
                && answer.json()["errors"][0]["code"] == "not_authenticated"
                && answer.header("www-authenticate") == r#"Bearer realm="api""#;
            if !is_refused {
                problems.push(format!(
                    "{} {path} answers without a token: {}",
                    operation.method,
                    status_and_body(&answer)
                ));
            }
        }
    }
    assert_none(&problems);
}

#[tokio::test]
async fn every_authenticated_operation_refuses_an_expired_token() {
    let api = Api::start().await;
    let token = api.log_in("+14155550123").await.access;
    let life = api
        .stack
        .state("auth")
        .expect("auth runs")
        .settings
        .issuer()
        .expect("auth issues tokens")
        .access_life;
    api.clock.advance(life + SignedDuration::from_secs(1));
    let mut problems = Vec::new();
    for operation in authenticated() {
        let answer = send(&api, &operation, &operation.path, Some(&token)).await;
        if answer.status != 401 || answer.json()["errors"][0]["code"] != "token_not_valid" {
            problems.push(format!(
                "{} answers an expired token: {}",
                operation.place(),
                status_and_body(&answer)
            ));
        }
    }
    assert_none(&problems);
}

#[tokio::test]
async fn what_belongs_to_another_customer_is_404() {
    let api = Api::start().await;
    let stranger = api.log_in("+14155550100").await.access;
    let mut problems = Vec::new();
    for (n, operation) in
        authenticated().iter().filter(|operation| operation.path.contains('{')).enumerate()
    {
        // Each operation has its own owner, since it may end the session of that owner.
        let owner = api.log_in(&format!("+1415555{:04}", 101 + n)).await;
        let Some(owned) = OWNED.iter().find(|owned| owned.path == operation.path) else {
            problems.push(format!(
                "{} has an id in its path: add an entry to OWNED in tests/contract/access.rs that \
                 creates one",
                operation.place()
            ));
            continue;
        };
        let path = owned.path_of_one(&api, &owner).await;
        let (theirs, absent) = (
            send(&api, operation, &path, Some(&stranger)).await,
            send(&api, operation, &path_to_nothing(operation), Some(&stranger)).await,
        );
        if theirs.status != 404 || theirs.body != absent.body {
            problems.push(format!(
                "{} must answer another customer as if the id did not exist, but answers {}, and \
                 {} for an unknown id",
                operation.place(),
                status_and_body(&theirs),
                status_and_body(&absent)
            ));
        }
        let own = send(&api, operation, &path, Some(&owner.access)).await;
        if own.status == 404 {
            problems.push(format!(
                "{} answers 404 to the owner too: correct its entry of OWNED in \
                 tests/contract/access.rs",
                operation.place()
            ));
        }
    }
    assert_none(&problems);
}

#[tokio::test]
async fn the_operations_that_document_the_limit_of_writes_are_those_that_it_counts() {
    let api = Api::start().await;
    let mut problems = Vec::new();
    for (n, operation) in authenticated().iter().enumerate() {
        // A customer for each, since an operation may end the session.
        let token = api.log_in(&format!("+1415555{:04}", 201 + n)).await.access;
        let answer = send(&api, operation, &operation.path, Some(&token)).await;
        let is_counted = answer.header("ratelimit-policy").contains("\"writes\"");
        let documented = &operation.described["responses"]["429"]["$ref"];
        if is_counted != (documented == "#/components/responses/TooManyWrites") {
            problems.push(format!(
                "{} is {}counted: add or remove `.uncounted()` in its group's `routes!`",
                operation.place(),
                if is_counted { "" } else { "not " }
            ));
        }
    }
    assert_none(&problems);
}

impl Owned {
    /// Creates one as its owner and returns the path to it.
    async fn path_of_one(&self, api: &Api, owner: &LoggedIn) -> String {
        if let Some(before) = self.before {
            before(api, owner).await;
        }
        let mut request =
            api.request(self.method.parse().expect("a method"), self.made_at).bearer(&owner.access);
        if !self.body.is_empty() {
            request = request.json(&serde_json::from_str(self.body).expect("a body in JSON"));
        }
        let made = request.send().await;
        let id = made
            .json()
            .pointer(self.id)
            .cloned()
            .unwrap_or_else(|| panic!("{}: {}", self.path, status_and_body(&made)));
        with_id(self.path, id.as_str().unwrap_or(&id.to_string()))
    }
}

/// The operations that take an access token.
pub fn authenticated() -> Vec<Operation> {
    operations(&document()).into_iter().filter(Operation::is_authenticated).collect()
}

/// Sends the example of the operation, so that only the token is wrong.
pub async fn send(api: &Api, operation: &Operation, path: &str, token: Option<&str>) -> Answer {
    let mut request = api.request(
        operation.method.parse().expect("a method"),
        &with_id(path, "019aac3f-0000-7000-8000-000000000000"),
    );
    if let Some(token) = token {
        request = request.bearer(token);
    }
    let parameters = operation.described["parameters"].as_array().into_iter().flatten();
    if parameters
        .filter(|parameter| parameter["in"] == "header")
        .any(|parameter| parameter["name"] == "Idempotency-Key")
    {
        request = request.header("idempotency-key", "any");
    }
    let content = &operation.described["requestBody"]["content"]["application/json"];
    if !content.is_null() {
        request = request.json(content.get("example").unwrap_or(&json!({})));
    }
    request.send().await
}

fn path_to_nothing(operation: &Operation) -> String {
    with_id(&operation.path, "019aac3f-0000-7000-8000-000000000000")
}

/// The path with `id` instead of its variable.
pub fn with_id(path: &str, id: &str) -> String {
    match (path.split_once('{'), path.split_once('}')) {
        (Some((before, _)), Some((_, after))) => format!("{before}{id}{after}"),
        _ => path.to_owned(),
    }
}

/// The status and the body of an answer, for a message.
pub fn status_and_body(answer: &Answer) -> String {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    format!("{} {body}", answer.status.as_u16())
}

//! The one line that the log holds of each request.

use harness::{Api, log};
use http::Method;
use serde_json::{Value, json};

use crate::PHONE;

/// The most bytes of a line; CloudWatch bills by the byte.
const LINE: usize = 400;

/// The line of the request with this id.
fn line_of(id: &str) -> (usize, Value) {
    let logged = log::everything();
    let read = |line: &str| Some((line.len(), serde_json::from_str::<Value>(line).ok()?));
    let is_it = |(_, line): &(usize, Value)| line["message"] == "request" && line["id"] == id;
    logged.lines().filter_map(read).find(is_it).unwrap_or_else(|| panic!("no line of {id}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_line_of_a_request_tells_what_storage_was_asked_and_for_whom() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    let customer = phone.customer["id"].as_str().expect("an id").parse().expect("a customer's id");
    let pseudonym = api.stack.state("auth").expect("auth runs").pseudonym(customer);
    let note = json!({"registration_id": "one", "type": "ios"});
    for (method, path, body, status) in [
        (Method::GET, "/api/customer/", None, 200),
        (Method::PATCH, "/api/customer/", Some(json!({"first_name": "Amal"})), 200),
        (Method::POST, "/api/devices/", Some(note), 201),
        (Method::GET, "/api/customer/export/", None, 200),
        (Method::POST, "/api/refresh-token/", Some(json!({"refresh": phone.refresh})), 200),
        (Method::POST, "/api/logout-device/", None, 204),
    ] {
        api.wire.reset();
        let request = api.request(method, path).bearer(&phone.access);
        let request = if let Some(body) = body { request.json(&body) } else { request };
        let answer = request.send().await.expect(status);
        let (_, line) = line_of(answer.header("x-request-id"));
        let (spent, calls) = (api.wire.cost(), api.wire.calls().len());
        assert_eq!(line["calls"], calls, "{path}: {line}");
        assert_eq!(
            (line["read_units"].as_f64(), line["write_units"].as_f64()),
            (Some(spent.read_units), Some(spent.write_units))
        );
        assert_eq!((&line["customer"], &line["status"]), (&json!(pseudonym), &json!(status)), "{path}: {line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_line_of_a_request_that_asks_nothing_of_storage_says_so() {
    let api = Api::start().await;
    let (_, line) = line_of(api.profile("garbage").await.expect(401).header("x-request-id"));
    assert_eq!(line["calls"], 0, "{line}");
    assert!(line.get("customer").is_none(), "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_longest_line_has_at_most_400_bytes() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    api.register(&phone.access, "one").await.expect(201);
    for path in ["/api/devices/one/", "/api/customer/export/", "/api/notifications/019aac3f-0000-7000-8000-000000000000/"] {
        let answer = api.request(Method::OPTIONS, path).bearer(&phone.access).send().await;
        let answers = [answer, api.get(path).bearer(&phone.access).send().await];
        for answer in answers {
            let (bytes, line) = line_of(answer.header("x-request-id"));
            assert!(bytes <= LINE, "{bytes} bytes: {line}");
        }
    }
}

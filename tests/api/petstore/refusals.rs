//! Errors and their messages. No request gets a 5xx.

use harness::{Answer, Api};
use http::Method;
use serde_json::{Value, json};

use super::{doggie, get};

fn said(answer: &Answer) -> String {
    let json = answer.json();
    format!(
        "{} {} {} {}",
        answer.status.as_u16(),
        json["code"],
        json["type"].as_str().expect("a type"),
        json["message"].as_str().expect("a message")
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_is_an_api_response_and_none_the_envelope() {
    let api = Api::start().await;
    let send = async |method: &str, path: &str, kind: &str, body: &str| {
        let request = api.request(method.parse::<Method>().unwrap(), path);
        let request = if kind.is_empty() { request } else { request.body(kind, body.to_owned()) };
        said(&request.send().await)
    };
    let json = "application/json";
    let mut lines = Vec::new();
    for (method, path, kind, body) in [
        ("POST", "/v2/pet", "", ""),
        ("PUT", "/v2/pet", json, ""),
        ("POST", "/v2/pet", json, "{"),
        ("POST", "/v2/pet", json, "null"),
        ("POST", "/v2/pet", json, "[]"),
        ("POST", "/v2/pet", json, "{}"),
        ("POST", "/v2/pet", json, r#"{"id":9223372036854775808,"name":"x"}"#),
        ("POST", "/v2/pet", json, r#"{"name":"x","status":"lost"}"#),
        ("POST", "/v2/pet", json, r#"{"name":"\ud800"}"#),
        ("POST", "/v2/pet", "text/plain", "x"),
        ("POST", "/v2/pet", "application/xml", "<Pet>"),
        ("PATCH", "/v2/pet", "", ""),
        ("GET", "/v2/pet/abc", "", ""),
        ("GET", "/v2/pet/9223372036854775808", "", ""),
        ("GET", "/v2/pet/999", "", ""),
        ("POST", "/v2/pet/1", "application/x-www-form-urlencoded", "status=lost"),
        ("POST", "/v2/pet/1/uploadImage", "", ""),
        ("POST", "/v2/store/order", "", ""),
        ("POST", "/v2/store/order", json, r#"{"quantity":2147483648}"#),
        ("GET", "/v2/store/order/x", "", ""),
        ("GET", "/v2/store/order/999", "", ""),
        ("DELETE", "/v2/store/order/999", "", ""),
        ("POST", "/v2/user", "", ""),
        ("POST", "/v2/user/createWithList", json, "{}"),
        ("GET", "/v2/user/nobody", "", ""),
        ("GET", "/v2/user/login?username=a", "", ""),
        ("GET", "/v2", "", ""),
        ("GET", "/v2/nothing/here", "", ""),
    ] {
        lines.push(format!("{method} {path} {body}: {}", send(method, path, kind, body).await));
    }
    insta::assert_snapshot!(lines.join("\n"));
    let large = format!(r#"{{"name":"{}"}}"#, "x".repeat(70_000));
    assert_eq!(
        send("POST", "/v2/pet", json, &large).await,
        "413 413 unknown The request body is larger than 65536 bytes."
    );
    let answer = api.get("/v2/pet/1").header("accept", "image/png").send().await;
    assert_eq!(said(&answer), "406 406 unknown Could not satisfy the request Accept header.");
    let xml = api.get("/v2/pet/999").header("accept", "application/xml").send().await.expect(404);
    assert_eq!(xml.header("content-type"), "application/xml");
    assert_eq!(xml.header("access-control-allow-origin"), "*");
    assert!(String::from_utf8_lossy(&xml.body).ends_with(
        "<ApiResponse><code>1</code><type>error</type><message>Pet not \
                found</message></ApiResponse>"
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pet_has_forty_tags_at_most_and_they_change_in_one_transaction() {
    let api = Api::start().await;
    let tagged = |from: u32, count: u32| {
        let tags: Vec<Value> =
            (from..from + count).map(|n| json!({"id": n, "name": format!("t{n}")})).collect();
        json!({"id": 55, "name": "x", "photoUrls": [], "tags": tags})
    };
    let answer = api.post("/v2/pet").json(&tagged(0, 41)).send().await.expect(400);
    assert_eq!(answer.json()["message"], "bad input: tags holds more than 40");
    for from in [0, 40] {
        api.post("/v2/pet").json(&tagged(from, 40)).send().await.expect(200);
        let found =
            get(&api, &format!("/v2/pet/findByTags?tags=t{}", from + 39)).await.expect(200).json();
        assert_eq!(found[0]["id"], 55);
    }
    assert_eq!(get(&api, "/v2/pet/findByTags?tags=t3").await.expect(200).json(), json!([]));
    let many: Vec<String> = (0..41).map(|n| n.to_string()).collect();
    get(&api, &format!("/v2/pet/findByTags?tags={}", many.join(","))).await.expect(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_shop_answers_404() {
    let api = Api::with(&[("EnablePetstore", "false")]).await;
    for path in ["/v2/pet/1", "/v2/store/inventory", "/v2/user/login", "/v2"] {
        assert_eq!(said(&get(&api, path).await.expect(404)), "404 404 unknown Not found.");
    }
    api.request(Method::OPTIONS, "/v2/pet").send().await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_declared_key_and_token_are_required_if_the_parameter_says_so() {
    let api = Api::with(&[("PetstoreAuth", "true")]).await;
    for (key, status) in [(None, 401), (Some("other"), 401), (Some("special-key"), 200)] {
        for path in ["/v2/pet/1", "/v2/store/inventory"] {
            let request = api.get(path);
            let request =
                if let Some(key) = key { request.header("api_key", key) } else { request };
            let answer = request.send().await.expect(status);
            assert_eq!(answer.header("www-authenticate").is_empty(), status == 200);
        }
        let request = api.post("/v2/pet").json(&doggie());
        let request = if let Some(key) = key { request.bearer(key) } else { request };
        request.send().await.expect(status);
    }
    get(&api, "/v2/store/order/1").await.expect(200);
    get(&api, "/v2/user/user1").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn options_lists_the_methods_of_a_path() {
    let api = Api::start().await;
    let answer = api.request(Method::OPTIONS, "/v2/pet/1").send().await.expect(204);
    assert_eq!(answer.header("allow"), "GET, POST, DELETE, HEAD, OPTIONS");
    assert!(answer.header("access-control-allow-headers").contains("api_key"));
    api.request(Method::HEAD, "/v2/pet/1").send().await.expect(200);
    get(&api, "/v2/pet/1/").await.expect(200);
}

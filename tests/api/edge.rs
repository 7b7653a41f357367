//! A CDN of the operator's own in front of the API: the secret that it sends, and whose address
//! counts then.

use harness::{Answer, Api, log};
use http::Method;
use serde_json::json;

const SECRET: &str = "an-edge-secret-of-the-tests-39-letters-";

async fn code_for(api: &Api, phone: &str, viewer: &str, secret: Option<&str>) -> Answer {
    let request = api
        .post("/api/send-otp/")
        .json(&json!({"phone": phone}))
        .header("cloudfront-viewer-address", viewer);
    match secret {
        Some(secret) => request.header("x-edge-secret", secret).send().await,
        None => request.send().await,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_does_not_come_through_the_cdn_is_refused() {
    let api = Api::with(&[("EdgeSecret", SECRET)]).await;
    for (method, path) in [
        (Method::GET, "/api/customer/"),
        (Method::POST, "/api/send-otp/"),
        (Method::GET, "/api/app-info/"),
        (Method::OPTIONS, "/api/wallet/"),
        (Method::GET, "/api/no-such-path/"),
        (Method::GET, "/docs/"),
        (Method::GET, "/mock/api/countries/"),
    ] {
        for sent in [None, Some("wrong"), Some(&SECRET[1..])] {
            let request = api.request(method.clone(), path);
            let request = match sent {
                Some(secret) => request.header("x-edge-secret", secret),
                None => request,
            };
            let error = request.send().await.error();
            assert_eq!(
                error,
                "403 permission_denied: You do not have permission to perform this action. [null]",
                "{method} {path}"
            );
        }
        let answer = api.request(method.clone(), path).header("x-edge-secret", SECRET).send().await;
        assert_ne!(answer.status, 403, "{method} {path}");
    }
    api.wire.reset();
    let problem = api.get("/api/customer/").header("accept", "application/problem+json");
    let problem = problem.send().await.expect(403);
    assert_eq!(problem.header("content-type"), "application/problem+json");
    let of_the_shop = api.get("/v2/pet/1").send().await.expect(403).json();
    assert_eq!(of_the_shop["type"], "unknown", "{of_the_shop}");
    assert_eq!(api.wire.calls().len(), 0, "a refusal asks nothing of storage");
    let logged = log::everything();
    assert!(!logged.contains(SECRET), "the secret is in the log");
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_count_the_address_that_the_cdn_saw() {
    let api = Api::with(&[("EdgeSecret", SECRET), ("CodesPerAddressHourly", "1")]).await;
    let secret = Some(SECRET);
    code_for(&api, "+14155550101", "198.51.100.10:46532", secret).await.expect(200);
    code_for(&api, "+14155550102", "198.51.100.10:50001", secret).await.expect(429);
    code_for(&api, "+14155550102", "2001:db8:1:2:3:4:5:6:46532", secret).await.expect(200);
    code_for(&api, "+14155550103", "[2001:db8:1:ff::9]:1", secret).await.expect(429);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_cdn_no_header_says_where_a_request_comes_from() {
    let api = Api::with(&[("CodesPerAddressHourly", "1")]).await;
    code_for(&api, "+14155550101", "198.51.100.10:46532", Some(SECRET)).await.expect(200);
    code_for(&api, "+14155550102", "198.51.100.11:46532", Some(SECRET)).await.expect(429);
}

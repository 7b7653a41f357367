//! Behaviour that all operations share.

use harness::{Api, Request};
use http::Method;
use serde_json::{Value, json};

use crate::PHONE;

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_path_is_404_in_the_error_format_for_every_method() {
    let api = Api::start().await;
    for path in [
        "/nothing",
        "/api/",
        "/api/nothing/",
        "/api/refresh-token/x/",
        "/api//refresh-token/",
        "/.well-known/",
        "/%00",
    ] {
        for method in [Method::GET, Method::POST, Method::DELETE, Method::HEAD] {
            let answer = api.request(method.clone(), path).send().await.expect(404);
            assert_eq!(answer.header("link"), r#"</docs/>; rel="help""#);
            if method != Method::HEAD {
                assert_eq!(answer.json()["docs_url"], "/docs/");
                assert_eq!(answer.error(), "404 not_found: Not found. [null]", "{method} {path}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn options_answers_for_every_path_without_a_token() {
    let api = Api::start().await;
    for (path, allow) in [
        ("/api/customer/", "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"),
        ("/api/customer", "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"),
        ("/api/customer/authenticate/", "POST, OPTIONS"),
        ("/.well-known/jwks.json", "GET, HEAD, OPTIONS"),
    ] {
        let request =
            api.request(Method::OPTIONS, path).header("origin", "https://app.example.com");
        let answer = request
            .header("access-control-request-method", "PATCH")
            .header("accept", "text/html")
            .send()
            .await
            .expect(204);
        assert_eq!(answer.header("allow"), allow, "{path}");
        assert_eq!(answer.header("access-control-allow-methods"), allow);
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert!(answer.header("access-control-allow-headers").contains("Authorization"));
    }
    api.request(Method::OPTIONS, "/api/nothing/").send().await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preflight_allows_the_headers_it_asks_for() {
    let api = Api::start().await;
    for (path, asked) in [
        ("/api/customer/", "sentry-trace, baggage"),
        ("/api/customer/", "authorization,content-type,traceparent,x-datadog-trace-id"),
        ("/api/refresh-token/", "x-instana-t"),
        ("/v2/pet", "api_key, x-amzn-trace-id"),
        ("/mock/api/customer/", "newrelic"),
        ("/docs/", "*"),
    ] {
        let request = api.request(Method::OPTIONS, path).header("origin", "https://app.example");
        let request = request.header("access-control-request-method", "GET");
        let answer = request.header("access-control-request-headers", asked).send().await;
        let answer = answer.expect(204);
        assert_eq!(answer.header("access-control-allow-headers"), asked, "{path}");
        assert!(answer.header("vary").contains("Access-Control-Request-Headers"));
        assert_eq!(answer.header("access-control-max-age"), "86400");
    }
    for odd in ["", "a:b", "a\u{e9}", "<script>", "\"a\"", "a;b"] {
        let request = api.request(Method::OPTIONS, "/api/customer/");
        let answer = request.header("access-control-request-headers", odd).send().await;
        let allowed = answer.expect(204).header("access-control-allow-headers").to_owned();
        assert!(allowed.is_empty() || allowed.contains("Authorization"), "{odd}: {allowed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn head_answers_as_get_without_the_body() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    let get = api.profile(&phone.access).await;
    let head =
        api.request(Method::HEAD, "/api/customer/").bearer(&phone.access).send().await.expect(200);
    assert!(head.body.is_empty());
    assert_eq!(head.header("etag"), get.header("etag"));
    api.request(Method::HEAD, "/api/refresh-token/").send().await.expect(405);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_checks_come_in_the_contracts_order() {
    let api = Api::start().await;
    let everything_wrong = || {
        let request = api.request(Method::POST, "/api/customer/").header("accept", "image/png");
        request.body("text/plain", "x".repeat(70_000))
    };
    everything_wrong().send().await.expect(406);
    acceptable(api.request(Method::POST, "/api/customer/")).send().await.expect(401);
    let phone = api.log_in(PHONE).await;
    let method = acceptable(api.request(Method::POST, "/api/customer/"))
        .bearer(&phone.access)
        .send()
        .await
        .expect(405);
    assert_eq!(method.header("allow"), "GET, PUT, PATCH, DELETE, HEAD, OPTIONS");
    acceptable(api.patch("/api/customer/")).bearer(&phone.access).send().await.expect(413);
    api.patch("/api/customer/")
        .bearer(&phone.access)
        .body("text/plain", "x")
        .send()
        .await
        .expect(415);
    api.patch("/api/customer/")
        .bearer(&phone.access)
        .body("application/json", "{")
        .send()
        .await
        .expect(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_has_an_id_of_its_own_and_says_that_it_depends_on_accept() {
    let api = Api::start().await;
    let first = api.get("/.well-known/jwks.json").send().await;
    let second = api.get("/.well-known/jwks.json").send().await;
    assert!(!first.header("x-request-id").is_empty());
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
    assert_eq!(first.header("vary"), "Accept");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_for_https_alone_and_of_the_type_that_it_names() {
    let api = Api::start().await;
    for path in ["/", "/docs/", "/openapi.json", "/api/app-info/", "/api/customer/", "/nothing"] {
        for method in [Method::GET, Method::OPTIONS, Method::PATCH] {
            let answer = api.request(method.clone(), path).send().await;
            let headers = ["strict-transport-security", "x-content-type-options"];
            let sent = headers.map(|name| answer.header(name));
            assert_eq!(sent, ["max-age=31536000", "nosniff"], "{method} {path}");
        }
    }
    let pet = api.get("/v2/pet/404").send().await;
    assert_eq!(pet.header("strict-transport-security"), "max-age=31536000");
}

#[tokio::test(flavor = "multi_thread")]
async fn trace_is_a_method_of_no_path() {
    let api = Api::start().await;
    for path in ["/api/app-info/", "/api/send-otp/", "/docs/", "/openapi.json"] {
        let answer = api.request(Method::TRACE, path).send().await.expect(405);
        assert!(!answer.header("allow").contains("TRACE"), "{path}");
    }
}

/// Valid except for its body, which is too large and has an unsupported type.
fn acceptable(request: Request<'_>) -> Request<'_> {
    request.body("text/plain", "x".repeat(70_000))
}

/// Sends events directly, since the launcher would reject some of these paths itself.
#[tokio::test(flavor = "multi_thread")]
async fn no_path_that_the_gateway_decoded_makes_a_function_panic() {
    let api = Api::start().await;
    let template = include_str!("../../events/docs/not_found.json");
    let event: Value = serde_json::from_str(template).expect("an event");
    let paths = [
        "/v2/user/a b",
        "/100%",
        "/%zz",
        "/a#b",
        "/a?b",
        "/a\nb",
        "/手机",
        "",
        "/",
        "//",
        "no slash",
        "/\u{0}",
        "/..",
        "/a/../b",
        "/api/refresh-token/\u{202e}",
        "/{x}",
        "/[x]",
        "/a\\b",
        "/a|b^c`d\"e<f>g",
    ];
    let invoke = async |event: &Value| -> Result<Value, String> {
        let function = api.stack.function("auth").expect("auth runs");
        let answer = function.invoke(event.to_string().as_bytes()).await;
        answer
            .map(|answer| serde_json::from_slice(&answer).expect("JSON"))
            .map_err(|error| error.to_string())
    };
    for path in paths {
        for query in ["", "a=b c&%=%zz", "x=手机#f", "\"<>"] {
            for host in ["api.example.com", "not a host", "", "[::1", "手机.example.com", "a:99999"]
            {
                let mut event = event.clone();
                event["rawPath"] = json!(path);
                event["rawQueryString"] = json!(query);
                event["headers"]["host"] = json!(host);
                let answer = invoke(&event).await.unwrap_or_else(|error| {
                    panic!("{path:?} {query:?} {host:?} is not answered: {error}")
                });
                assert_eq!(answer["statusCode"], json!(404), "{path:?} {query:?} {host:?}");
            }
        }
    }
    let mut bare = event.clone();
    bare.as_object_mut().expect("an object").remove("rawPath");
    assert_eq!(invoke(&bare).await.expect("an answer")["statusCode"], json!(404));
}

//! The errors of `refresh_token_create` in the contract: each in all encodings, with and without
//! the trailing slash.

use harness::{Answer, Api, ENCODINGS};
use serde_json::{Value, json};

use crate::PHONE;

const PATHS: [&str; 2] = ["/api/refresh-token/", "/api/refresh-token"];

/// Sends the fields in each encoding to both forms of the path and returns the answer, which must
/// be the same for all.
async fn in_every_form(api: &Api, body: Value) -> Answer {
    let mut answers = Vec::new();
    for path in PATHS {
        for encode in ENCODINGS {
            answers.push(without_id(encode(api.post(path), &body).send().await));
        }
    }
    let first = answers.remove(0);
    for other in answers {
        assert_eq!(other, first);
    }
    first
}

fn without_id(mut answer: Answer) -> Answer {
    let id = answer.headers.remove("x-request-id").expect("every answer has an id");
    assert!(!id.is_empty());
    answer.headers.remove("apigw-requestid");
    answer
}

fn headers_of_every_answer(answer: &Answer) {
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("strict-transport-security"), "max-age=31536000");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("access-control-allow-origin"), "*");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_or_blank_token_is_a_field_error() {
    let api = Api::start().await;
    let missing = in_every_form(&api, json!({"other": "x"})).await.expect(400);
    headers_of_every_answer(&missing);
    let expected = json!({"type": "validation_error", "errors": [
        {"code": "required", "detail": "This field is required.", "attr": "refresh"}]});
    assert_eq!(missing.json(), expected);
    let blank = in_every_form(&api, json!({"refresh": "  "})).await;
    assert_eq!(blank.error(), "400 blank: This field may not be blank. [refresh]");
    let null_characters = in_every_form(&api, json!({"refresh": "a\0b"})).await;
    assert_eq!(
        null_characters.error(),
        "400 null_characters_not_allowed: Null characters are not allowed. [refresh]"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn values_that_only_json_can_express_are_refused_with_their_own_errors() {
    let api = Api::start().await;
    let rows = [
        (r#"{"refresh": null}"#, "400 null: This field may not be null. [refresh]"),
        (r#"{"refresh": ["x"]}"#, "400 invalid: Not a valid string. [refresh]"),
        (r#"{"refresh": true}"#, "400 invalid: Not a valid string. [refresh]"),
        (r#"{"refresh": {"a": 1}}"#, "400 invalid: Not a valid string. [refresh]"),
        (
            r#"{"refresh": "\ud800"}"#,
            "400 surrogate_characters_not_allowed: Surrogate characters are not allowed: U+D800. \
             [refresh]",
        ),
        (r#"{"refresh": 12345}"#, "401 token_not_valid: Token is invalid [null]"),
        ("null", "400 null: No data provided [non_field_errors]"),
        (
            "[]",
            "400 invalid: Invalid data. Expected a dictionary, but got list. [non_field_errors]",
        ),
        (
            r#""x""#,
            "400 invalid: Invalid data. Expected a dictionary, but got str. [non_field_errors]",
        ),
        ("7", "400 invalid: Invalid data. Expected a dictionary, but got int. [non_field_errors]"),
    ];
    for (body, expected) in rows {
        for path in PATHS {
            let answer = api.post(path).body("application/json", body).send().await;
            assert_eq!(answer.error(), expected, "{body}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_does_not_match_its_content_type_is_a_parse_error() {
    let api = Api::start().await;
    for (content_type, body) in [
        ("application/json", "{"),
        ("application/json; charset=utf-8", r#"{"refresh": NaN}"#),
        ("application/json", "\u{feff}{}x"),
        ("multipart/form-data", "no boundary"),
        ("multipart/form-data; boundary=x", "--x\r\nnothing"),
    ] {
        let answer =
            api.post("/api/refresh-token/").body(content_type, body).send().await.expect(400);
        assert_eq!(answer.json()["type"], json!("client_error"), "{content_type} {body}");
        assert_eq!(
            answer.json()["errors"][0]["code"],
            json!("parse_error"),
            "{content_type} {body}"
        );
        assert_eq!(answer.json()["errors"][0]["attr"], json!(null));
    }
    let invalid_utf8 = api
        .post("/api/refresh-token/")
        .body("application/json", &b"{\"refresh\": \"\xff\"}"[..])
        .send()
        .await;
    assert!(
        invalid_utf8.error().starts_with("400 parse_error: JSON parse error - "),
        "{}",
        invalid_utf8.error()
    );
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    assert!(
        api.post("/api/refresh-token/")
            .body("application/json", deep)
            .send()
            .await
            .error()
            .starts_with("400 parse_error")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_are_not_our_refresh_tokens_get_distinct_errors() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    let garbage = in_every_form(&api, json!({"refresh": "garbage"})).await.expect(401);
    headers_of_every_answer(&garbage);
    assert_eq!(garbage.header("www-authenticate"), r#"Bearer realm="api""#);
    let expected = json!({
        "type": "client_error",
        "errors": [{"code": "token_not_valid", "detail": "Token is invalid", "attr": null}],
    });
    assert_eq!(garbage.json(), expected);
    let access = in_every_form(&api, json!({"refresh": phone.access})).await;
    assert_eq!(access.error(), "401 token_not_valid: Token has wrong type [null]");
    let tampered = format!("{}A", phone.refresh.trim_end_matches(char::is_alphanumeric));
    assert_eq!(
        in_every_form(&api, json!({"refresh": tampered})).await.error(),
        "401 token_not_valid: Token is invalid [null]"
    );
    let of_others = Api::start().await.log_in(PHONE).await.refresh;
    assert_eq!(
        in_every_form(&api, json!({"refresh": of_others})).await.error(),
        "401 token_not_valid: Token is invalid [null]"
    );
    let for_others = api.another(&[("TokenAudience", "another-app")]).await;
    assert_eq!(
        for_others.refresh(&phone.refresh).await.error(),
        "401 token_not_valid: Token is invalid [null]"
    );
    api.clock.advance_seconds(30 * 86_400);
    assert_eq!(
        in_every_form(&api, json!({"refresh": phone.refresh})).await.error(),
        "401 token_not_valid: Token is expired [null]"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_methods_media_types_and_oversized_bodies_get_the_errors_of_the_contract() {
    let api = Api::start().await;
    for path in PATHS {
        let method = api.get(path).send().await;
        assert_eq!(method.error(), "405 method_not_allowed: Method \"GET\" not allowed. [null]");
        assert_eq!(method.header("allow"), "POST, OPTIONS");
        let accept = api.post(path).header("accept", "text/html").json(&json!({})).send().await;
        assert_eq!(
            accept.error(),
            "406 not_acceptable: Could not satisfy the request Accept header. [null]"
        );
        let text = api.post(path).body("text/plain", "x").send().await;
        assert_eq!(
            text.error(),
            "415 unsupported_media_type: Unsupported media type \"text/plain\" in request. [null]"
        );
        let untyped = api.post(path).bare_body("x").send().await;
        assert_eq!(
            untyped.error(),
            "415 unsupported_media_type: Unsupported media type \"\" in request. [null]"
        );
        let large = json!({"refresh": "x".repeat(64 * 1024)});
        let large = api.post(path).json(&large).send().await;
        assert_eq!(
            large.error(),
            "413 request_too_large: The request body is larger than 65536 bytes. [null]"
        );
        let empty = api.post(path).send().await;
        assert_eq!(empty.error(), "400 required: This field is required. [refresh]");
        let ignored = api
            .post(path)
            .header("authorization", "Bearer of bad news")
            .json(&json!({"refresh": "x"}))
            .send()
            .await;
        assert_eq!(ignored.error(), "401 token_not_valid: Token is invalid [null]");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn problem_details_carry_the_same_codes() {
    let api = Api::start().await;
    let answer = api
        .post("/api/refresh-token/")
        .header("accept", "application/problem+json")
        .json(&json!({}))
        .send()
        .await
        .expect(400);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let expected = json!({
        "type": "about:blank", "title": "Bad Request", "status": 400,
        "detail": "This field is required.", "code": "required",
        "errors": [{"code": "required", "detail": "This field is required.", "attr": "refresh"}],
    });
    assert_eq!(answer.json(), expected);
}

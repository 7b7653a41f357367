//! `allParameters`: every style of parameter is read and checked.

use harness::{Answer, Api, Request};
use serde_json::{Value, json};

const EVERYTHING: &str = "/api/all-parameters/7/?text=shoes&integer=20&number=9.5&boolean=yes&\
    day=2026-11-25&sort=newest&form=a&form=b&commas=1,2&spaces=a%20b&pipes=a%7Cb&\
    filter%5Bcolor%5D=red&filter%5Bleast%5D=3";

#[tokio::test]
async fn the_default_mock_accepts_every_style_of_parameter() {
    let api = Api::start().await;
    let body = json!({
        "name": "A thing", "count": "2", "price": 9.5, "agreed": "on", "email": "amal@example.com",
        "at": "2026-11-25T18:00:00.000Z", "sort": "name", "note": null, "tags": ["a"],
        "place": {"lat": 24.7, "lng": 46.7},
    });
    let answer = from_docs(&api, EVERYTHING)
        .header("cookie", "other=1; theme=dark")
        .json(&body)
        .send()
        .await
        .expect(200);
    assert_eq!(answer.json(), json!({"id": 7, "name": "A thing", "count": 2, "tags": ["a", "b"]}));
    let form = "name=x&count=3&tags=a&tags=b&place.lat=1&place%5Blng%5D=2&place.lng=2";
    from_docs(&api, EVERYTHING)
        .body("application/x-www-form-urlencoded", form)
        .send()
        .await
        .expect(200);
    let with_file = json!({"name": "x", "count": "3", "file": "any content"});
    from_docs(&api, EVERYTHING).multipart(&with_file).send().await.expect(200);
}

#[tokio::test]
async fn the_errors_of_all_parameters_are_reported_together() {
    let api = Api::start().await;
    let path = "/api/all-parameters/0/?text=&integer=1000&number=x&boolean=maybe&day=2026-13-01&\
        sort=random&commas=1,b&filter%5Bleast%5D=-1";
    let body = json!({
        "name": "", "count": "11", "price": "dear", "agreed": "perhaps", "email": "no",
        "at": "then", "sort": null, "tags": [], "place": {"lat": 99},
    });
    let answer = api.post(path).header("cookie", "theme=pink").json(&body).send().await.expect(400);
    let mut said = said(&answer);
    said.sort();
    assert_eq!(
        said,
        [
            "X-Request-Source required",
            "agreed invalid",
            "at invalid",
            "boolean invalid",
            "commas.1 invalid",
            "count max_value",
            "day invalid",
            "email invalid",
            "filter.least min_value",
            "id min_value",
            "integer max_value",
            "name blank",
            "number invalid",
            "place.lat max_value",
            "place.lng required",
            "price invalid",
            "sort invalid_choice",
            "sort null",
            "tags empty",
            "text blank",
            "theme invalid_choice",
        ]
    );
}

#[tokio::test]
async fn a_required_file_must_be_sent_and_may_be_larger_than_other_bodies() {
    let api = Api::start().await;
    let answer = from_docs(&api, EVERYTHING)
        .multipart(&json!({"name": "x", "count": "3"}))
        .send()
        .await
        .expect(400);
    assert_eq!(said(&answer), ["file required"]);
    let with_file = |size| json!({"name": "x", "count": "3", "file": "x".repeat(size)});
    from_docs(&api, EVERYTHING).multipart(&with_file(1_000_000)).send().await.expect(200);
    from_docs(&api, EVERYTHING).multipart(&with_file(4_200_000)).send().await.expect(413);
    from_docs(&api, EVERYTHING).json(&with_file(70_000)).send().await.expect(413);
}

fn from_docs<'a>(api: &'a Api, path: &str) -> Request<'a> {
    api.post(path).header("x-request-source", "docs").header("x-flags", "a,b")
}

fn said(answer: &Answer) -> Vec<String> {
    let json = answer.json();
    let errors = json["errors"].as_array().expect("errors").iter();
    let line = |error: &Value| {
        format!(
            "{} {}",
            error["attr"].as_str().unwrap_or("-"),
            error["code"].as_str().unwrap_or("-")
        )
    };
    errors.map(line).collect()
}

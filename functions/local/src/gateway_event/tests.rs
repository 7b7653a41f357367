//! HTTP requests and the events that are built from them.

use std::net::Ipv4Addr;

use super::*;

fn event_of(request: http::request::Builder, body: &'static [u8]) -> Value {
    let request = request.body(Bytes::from_static(body)).unwrap();
    let path_parameters = BTreeMap::from([("proxy".to_owned(), "y".to_owned())]);
    let metadata = RequestMetadata {
        route_key: &RouteKey::of("ANY", "/x/{proxy+}"),
        path_parameters: &path_parameters,
        request_id: "id",
        trace: "0123456789abcdef01234567",
        source_ip: IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9)),
        now: "2026-11-22T08:09:10.011Z".parse().unwrap(),
    };
    event(&request, &raw_path(request.uri()), metadata)
}

fn path_of(uri: &str) -> String {
    raw_path(&uri.parse().unwrap())
}

#[test]
fn the_path_is_decoded_and_cut_at_a_decoded_question_mark() {
    assert_eq!(path_of("/v2/user/a%20b"), "/v2/user/a b");
    assert_eq!(path_of("/x/a%2Fb?q=%20"), "/x/a/b");
    assert_eq!(path_of("/x/a%3Fb=c"), "/x/a");
    assert_eq!(path_of("/x/%E4%BD%A0%0A%23%25"), "/x/你\n#%");
    assert_eq!(path_of("/x/%zz/%FF"), "/x/%zz/\u{fffd}");
}

#[test]
fn repeated_headers_are_joined_and_cookies_are_separate() {
    let request = Request::post("/x/y")
        .header("X-Twice", "a")
        .header("x-twice", "b")
        .header("Cookie", "c=1; d=2")
        .header("Cookie", "e=3")
        .header("X-Forwarded-For", "10.0.0.1");
    let event = event_of(request, b"");
    assert_eq!(event["headers"]["x-twice"], "a,b");
    assert_eq!(event["headers"]["x-forwarded-for"], "10.0.0.1, 203.0.113.9");
    assert_eq!(event["headers"].get("cookie"), None);
    assert_eq!(event["cookies"], json!(["c=1", "d=2", "e=3"]));
}

#[test]
fn repeated_query_parameters_are_joined() {
    let event = event_of(Request::get("/x/y?a=1&b=%20%2B+&a=2"), b"");
    assert_eq!(event["rawQueryString"], "a=1&b=%20%2B+&a=2");
    assert_eq!(event["queryStringParameters"], json!({"a": "1,2", "b": " + "}));
}

#[test]
fn empty_members_are_absent() {
    let event = event_of(Request::get("/x/y"), b"");
    for member in ["cookies", "queryStringParameters", "body"] {
        assert_eq!(event.get(member), None, "{member}");
    }
    assert_eq!(event["isBase64Encoded"], false);
    assert_eq!(event["rawQueryString"], "");
}

#[test]
fn a_body_is_base64_unless_its_type_is_text() {
    let body = |content_type: &str, body| {
        let event = event_of(Request::post("/x/y").header("Content-Type", content_type), body);
        (event["isBase64Encoded"] == true, event["body"].as_str().unwrap_or_default().to_owned())
    };
    let textual = [
        "application/json",
        "Text/CSV; charset=utf-8",
        "application/merge-patch+json",
        "application/xml",
        "a/b+xml",
    ];
    for content_type in textual {
        assert_eq!(body(content_type, b"hi"), (false, "hi".to_owned()), "{content_type}");
    }
    for content_type in
        ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "image/png", ""]
    {
        assert_eq!(body(content_type, b"hi"), (true, "aGk=".to_owned()), "{content_type}");
    }
    assert_eq!(body("application/json", b"\xff"), (true, "/w==".to_owned()));
}

#[test]
fn the_context_has_the_client_the_request_and_the_time() {
    let request = Request::patch("/x/y?q")
        .header("Host", "api.example.org:3000")
        .header("User-Agent", "curl");
    let expected = json!({
        "accountId": "123456789012",
        "apiId": "local",
        "domainName": "api.example.org",
        "domainPrefix": "api",
        "http": {
            "method": "PATCH",
            "path": "/x/y",
            "protocol": "HTTP/1.1",
            "sourceIp": "203.0.113.9",
            "userAgent": "curl",
        },
        "requestId": "id",
        "routeKey": "ANY /x/{proxy+}",
        "stage": "$default",
        "time": "22/Nov/2026:08:09:10 +0000",
        "timeEpoch": 1_795_334_950_011_i64,
    });
    let event = event_of(request, b"");
    assert_eq!(event["requestContext"], expected);
    assert_eq!(event["pathParameters"], json!({"proxy": "y"}));
    assert_eq!(event["headers"]["x-forwarded-port"], "3000");
}

#[test]
fn the_head_counts_the_request_line_and_the_header_values() {
    let request = Request::get("/x?q").header("a", "12345").body(Bytes::new()).unwrap();
    assert_eq!(head_size(&request), "GET /x?q HTTP/1.1".len() + 5);
}

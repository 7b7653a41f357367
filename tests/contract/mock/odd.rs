//! Requests as some clients send them, each odd in one way that clients have been seen to be odd.

use http::Method;
use serde_json::{Map, Value};

use super::Case;

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const TEXT: &str = "text/plain;charset=UTF-8";

const SUBMITTED: &str = r#"{
    "phone": "+12025550123", "challenge": "019aac3f-5d2b-7c11-9f0e-3a5b6c7d8e9f", "otp": "123456"
}"#;
const PLACE: &str = r#"{"line1": "1 Road", "city": "Somewhere"}"#;
const DEBIT: &str = r#"{"type": "debit", "amount": 5, "currency": "USD"}"#;

/// Changes of an example in JSON, by operation.
const CHANGES: [(&str, &str, &str, &[&str]); 3] = [
    (
        "POST",
        "/api/customer/authenticate/",
        SUBMITTED,
        &[
            r#"{"otp": "١٢٣٤٥٦"}"#,
            r#"{"otp": "123 456"}"#,
            r#"{"otp": "12345"}"#,
            r#"{"otp": "1234567"}"#,
            r#"{"otp": "abcdef"}"#,
            r#"{"device": null}"#,
            r#"{"device": {"name": "", "registration_id": null}}"#,
            r#"{"phone": "2025550123", "country": "US"}"#,
        ],
    ),
    (
        "POST",
        "/api/addresses/",
        PLACE,
        &[
            r#"{"country": "SA", "postal_code": "12271-3456"}"#,
            r#"{"country": "IN", "postal_code": "110 001"}"#,
            r#"{"country": "PL", "postal_code": "00950"}"#,
            r#"{"country": "JP", "postal_code": "100－0001"}"#,
            r#"{"country": "GB", "postal_code": "SW1A\u00a01AA"}"#,
            r#"{"country": "DE", "postal_code": "SW1A 1AA"}"#,
            r#"{"line1": "   ", "country": "DE"}"#,
            r#"{"country": "DE", "phone": "\u202a+49\u2011301234567\u202c"}"#,
            r#"{"country": "SA", "phone": "+966 0501234562"}"#,
        ],
    ),
    (
        "PATCH",
        "/api/wallet/",
        DEBIT,
        &[
            r#"{"amount": 5.0}"#,
            r#"{"amount": "007"}"#,
            r#"{"currency": "usd"}"#,
            r#"{"amount": true}"#,
            r#"{"currency": "XYZ"}"#,
        ],
    ),
];

/// Bodies in JSON by operation.
const BODIES: [(&str, &str, &[&str]); 11] = [
    (
        "PATCH",
        "/api/customer/",
        &[
            r#"{"first_name": 89014103211118510720}"#,
            r#"{"avatar_url": "https:x"}"#,
            r#"{"avatar_url": "https://a..com/"}"#,
            r#"{"avatar_url": "https://a.com/\n"}"#,
            r#"{"birth_date": "2000-2-9"}"#,
            r#"{"birth_date": "0000-01-01"}"#,
            r#"{"phone": "+966 0501234562"}"#,
        ],
    ),
    (
        "POST",
        "/api/send-otp/",
        &[
            r#"{"phone": "+12025550123", "country": null}"#,
            r#"{"phone": "+12025550123", "purpose": null}"#,
            r#"{"phone": "+12025550123", "app_hash": null}"#,
            r#"{"phone": "+1 (202) 555-0123"}"#,
            r#"{"phone": "2025550123", "country": "US"}"#,
            r#"{"phone": "+1 202 555 0123 ext. 9"}"#,
            r#"{"phone": "1-800-CATS", "country": "US"}"#,
            r#"{"phone": "\u202a+1\u2011202\u2011555\u20110123\u202c"}"#,
        ],
    ),
    (
        "POST",
        "/api/devices/",
        &[
            r#"{"registration_id": "r7", "type": "ios", "active": 1}"#,
            r#"{"registration_id": "r7", "type": "IOS"}"#,
            r#"{"registration_id": "手机", "type": "ios"}"#,
            r#"{"registration_id": 7, "type": "ios", "name": null, "device_id": null}"#,
        ],
    ),
    ("POST", "/api/notifications/bulk-delete/", &[r"{}", r#"{"ids": []}"#, r#"{"all": "yes"}"#]),
    ("POST", "/api/notifications/read/", &[r"{}", r#"{"ids": "x"}"#, r#"{"all": false}"#]),
    ("PATCH", "/api/notifications/preferences/", &[r#"{"push": 1}"#, r#"{"types": {"a": null}}"#]),
    ("POST", "/api/refresh-token/", &[r"{}", r#"{"refresh": null}"#, r#"{"refresh": 5}"#]),
    (
        "POST",
        "/v2/store/order",
        &[
            r#"{"shipDate": "2026-01-02T03:04:05"}"#,
            r#"{"shipDate": "2026-01-02"}"#,
            r#"{"shipDate": "1767323045000"}"#,
            r#"{"shipDate": 1767323045000}"#,
            r#"{"shipDate": "9999-12-31T23:59:59Z"}"#,
            r#"{"shipDate": "soon"}"#,
        ],
    ),
    (
        "POST",
        "/v2/pet",
        &[
            "\u{feff}{\"name\": \"doggie\"}",
            r#"{"photoUrls": []}"#,
            r#"{"name": "doggie", "id": "x"}"#,
            r"[]",
            r"{",
        ],
    ),
    ("POST", "/v2/user", &[r#"{"username": 5}"#, r#"{"id": "x"}"#, r"5"]),
    ("POST", "/v2/user/createWithList", &[r"{}", r"[5]", r#"[{"username": "a"}]"#]),
];

/// Addresses without a body.
const READS: [&str; 16] = [
    "/api/countries/?search=UK",
    "/api/countries/?search=Bosnia%20%26%20Herzegovina",
    "/api/countries/?lang=pl&search=lotwa",
    "/api/countries/?lang=vi&search=duc",
    "/api/countries/?lang=klingon",
    "/api/region/?lat=44.95&lng=34.10",
    "/api/region/?lat=91&lng=0",
    "/api/region/?lat=1",
    "/api/faqs/?lang=zh-TW",
    "/api/notifications/?page_size=0",
    "/api/notifications/?page_size=101",
    "/v2/pet/findByStatus",
    "/v2/pet/findByStatus?status=none",
    "/v2/pet/x",
    "/v2/store/order/x",
    "/v2/user/login?username=a",
];

/// All of them.
pub(super) fn cases() -> Vec<Case> {
    let in_json = BODIES.iter().flat_map(|(method, uri, bodies)| {
        bodies.iter().map(move |body| case(method, uri, Some((JSON, body.as_bytes()))))
    });
    let changed = CHANGES.iter().flat_map(|(method, uri, example, changes)| {
        changes.iter().map(move |change| {
            let mut body: Map<String, Value> = serde_json::from_str(example).expect("JSON");
            body.extend(serde_json::from_str::<Map<String, Value>>(change).expect("JSON"));
            case(method, uri, Some((JSON, Value::from(body).to_string().as_bytes())))
        })
    });
    let reads = READS.iter().map(|uri| case("GET", uri, None));
    let utf_16: Vec<u8> =
        r#"{"first_name": "Été"}"#.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let xml = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><Pet><name>\xe9</name></Pet>";
    let parts = |boundary: &str, name: &str| {
        let disposition = format!("Content-Disposition: form-data; name=\"{name}\"");
        format!("--{boundary}\r\n{disposition}\r\n\r\nx\r\n--{boundary}--\r\n").into_bytes()
    };
    let upload =
        b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n\
        x\r\n--x--\r\n";
    let others = [
        case(
            "PATCH",
            "/api/customer/",
            Some(("multipart/form-data; boundary=a/b=c", &parts("a/b=c", "first_name"))),
        ),
        case(
            "PATCH",
            "/api/customer/",
            Some(("multipart/form-data ; boundary=x", &parts("x", "first_name"))),
        ),
        case("PATCH", "/api/customer/", Some(("application/json; charset=utf-16le", &utf_16))),
        case("PATCH", "/api/customer/", Some((TEXT, b""))),
        case("PATCH", "/api/customer/", Some((FORM, b"marketing_opt_in="))),
        case("POST", "/api/devices/", Some((FORM, b"registration_id=r8&type=ios&active="))),
        case("PATCH", "/api/devices/r1/", Some((TEXT, b""))),
        case(
            "PATCH",
            "/api/devices/r1/",
            Some(("application/x-www-form-urlencoded; charset=ISO-8859-1", b"name=%E9t%E9")),
        ),
        case("POST", "/v2/pet", Some(("application/xml", xml))),
        case("POST", "/v2/pet", Some((JSON, b""))),
        case("POST", "/v2/pet", Some(("text/plain", b"x"))),
        case("POST", "/v2/pet/1/uploadImage", Some(("multipart/form-data ; boundary=x", upload))),
        case("POST", "/v2/pet/1/uploadImage", Some(("multipart/form-data; boundary=y", upload))),
    ];
    in_json.chain(changed).chain(reads).chain(others).collect()
}

fn case(method: &str, uri: &str, body: Option<(&str, &[u8])>) -> Case {
    let body = body.map(|(content_type, body)| (content_type.to_owned(), body.to_vec()));
    let start = body.as_ref().map_or_else(String::new, |(content_type, body)| {
        format!("{content_type}: {}", String::from_utf8_lossy(body))
    });
    let headers = [("authorization", "the caller's"), ("idempotency-key", "a new one")];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let method = method.parse::<Method>().expect("a method");
    Case { name: format!("{method} {uri} {start}"), method, uri: uri.to_owned(), headers, body }
}

//! The mock and the operation that it stands for refuse the same requests with the same errors.
//!
//! The document gives each operation's fields and parameters; each is sent with odd values in each
//! encoding, to the operation and to the mock. The operation may refuse a request for what it finds
//! in storage; the mock may not refuse a request that the operation reads.

mod odd;

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicUsize, Ordering},
};

use futures_util::{StreamExt, stream};
use harness::{Answer, Api};
use http::Method;
use local::document::{Body, Call};
use serde_json::{Map, Value, json};

use crate::repository::{Operation, assert_none, document, operations, resolved};

/// Statuses with which a reader refuses a request.
const REFUSED: [u16; 4] = [400, 406, 413, 415];
/// Codes of 400 that tell of what is stored or of a code that was sent, not of the request alone.
const FOUND_OUT_LATER: [&str; 2] = ["invalid_otp", "unique"];
/// Values for a field of JSON.
const ODD: &str = r#"[
    null, true, false, 0, 1, -1, 5, 5.0, 5.5, 1e3, 1e30, 9223372036854775808,
    89014103211118510720, "", "   ", " x ", "x", "5", "5.0", "007", "-1", "1e3", "true", "Yes",
    "off", "maybe", "usd", "USD", "XXX", "SA", "sa", "Atlantis", "en", "not a choice", "credit",
    "2000-2-9", "2000-02-09", "2999-01-01", "0000-01-01", "2026-01-02T03:04:05",
    "+14155550123", "0501234567", "+1", "amal@example.com", "amal@", "https://a.example/b",
    "https:x", "019aac3f-5d2b-7c11-9f0e-3a5b6c7d8e9f", "12271", "123456", "a\u0000b", "手机",
    [], ["x"], [5], [null], {}, {"x": 1}, {"lat": 91, "lng": 0}, {"lat": "1"}
]"#;
/// Values for a field of a form and for a parameter of a query.
const ODD_TEXTS: [&str; 24] = [
    "",
    " ",
    "x",
    "5",
    "5.0",
    "007",
    "-1",
    "101",
    "1e3",
    "true",
    "Yes",
    "off",
    "maybe",
    "null",
    "usd",
    "USD",
    "SA",
    "Atlantis",
    "2000-2-9",
    "2000-02-09",
    "+14155550123",
    "12271",
    "a\u{0}b",
    "手机",
];

/// Values for `Idempotency-Key`, the last of them too long.
const ODD_KEYS: [&str; 3] = ["", "a b", LONG];
const LONG: &str = match str::from_utf8(&[b'x'; 256]) {
    Ok(text) => text,
    Err(_) => "",
};

/// A request to compare: what differs from the document's example, and the example without it.
struct Case {
    name: String,
    method: Method,
    uri: String,
    headers: Vec<(String, String)>,
    body: Option<(String, Vec<u8>)>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_mock_refuses_what_the_operation_refuses_and_nothing_else() {
    let api = Api::with(&[("WritesPerMinute", "0"), ("RefreshesPerMinute", "0")]).await;
    let token = api.log_in("+14155550123").await.access;
    let document = document();
    let operations = operations(&document);
    let of_the_document = operations.iter().flat_map(|operation| cases(&document, operation));
    let cases: Vec<Case> = of_the_document.chain(odd::cases()).collect();
    let (total, refused) = (cases.len(), AtomicUsize::new(0));
    let problems: Vec<Option<String>> = stream::iter(&cases)
        .map(|case| async {
            let answers =
                [send(&api, &token, "", case).await, send(&api, &token, "/mock", case).await];
            let [real, mocked] = &answers;
            if real.status.is_client_error() {
                refused.fetch_add(1, Ordering::Relaxed);
            }
            let agree = said(real) == said(mocked)
                || (mocked.status.is_success() && !refuses_what_is_sent(real));
            (!agree).then(|| {
                format!(
                    "{}\n    operation: {} {}\n    mock: {} {}",
                    case.name,
                    real.status,
                    String::from_utf8_lossy(&real.body),
                    mocked.status,
                    String::from_utf8_lossy(&mocked.body[..mocked.body.len().min(300)]),
                )
            })
        })
        .buffered(8)
        .collect()
        .await;
    assert!(total > 3_000, "{total}");
    assert!(refused.into_inner() > total / 3, "{total}");
    assert_none(&problems.into_iter().flatten().collect::<Vec<_>>());
}

/// Whether an answer refuses the request by itself, whatever is stored.
fn refuses_what_is_sent(answer: &Answer) -> bool {
    let (status, said) = said(answer);
    let mut codes = said.as_array().into_iter().flatten().map(|error| &error[0]);
    REFUSED.contains(&status)
        && !codes.any(|code| FOUND_OUT_LATER.iter().any(|later| code == *later))
}

/// The status of an answer, with code and field of each error, or with the body of an error in
/// another format.
fn said(answer: &Answer) -> (u16, Value) {
    let status = answer.status.as_u16();
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let Some(errors) = body["errors"].as_array() else { return (status, body) };
    (status, errors.iter().map(|error| json!([error["code"], error["attr"]])).collect())
}

async fn send(api: &Api, token: &str, prefix: &str, case: &Case) -> Answer {
    static KEYS: AtomicUsize = AtomicUsize::new(0);
    let mut request = api.request(case.method.clone(), &format!("{prefix}{}", case.uri));
    for (name, value) in &case.headers {
        let name = Box::leak(name.to_lowercase().into_boxed_str());
        let unused = KEYS.fetch_add(1, Ordering::Relaxed);
        request = match &*name {
            "authorization" => request.bearer(token),
            "idempotency-key" if !ODD_KEYS.contains(&value.as_str()) => {
                request.header(name, &format!("key-{unused}"))
            }
            _ => request.header(name, value),
        };
    }
    if let Some((content_type, body)) = &case.body {
        request = request.body(content_type, body.clone());
    }
    request.send().await
}

fn cases(document: &Value, operation: &Operation) -> Vec<Case> {
    let Operation { method, path, described } = operation;
    let call = Call::of(document, path, &method.to_lowercase(), described);
    let uri = call.url.replacen("http://127.0.0.1:3000", "", 1);
    let case = |what: String, uri: &str, body: Option<(String, Vec<u8>)>| Case {
        name: format!("{method} {uri} {what}"),
        method: method.parse().expect("a method"),
        uri: uri.to_owned(),
        headers: call.headers.clone(),
        body,
    };
    let mut cases: Vec<Case> = queries(document, described, &uri)
        .into_iter()
        .map(|uri| case(String::new(), &uri, body_of(&call.body)))
        .collect();
    if described["requestBody"].is_object() {
        let bodies = bodies(document, described, &call.body);
        cases.extend(bodies.into_iter().map(|(content_type, body)| {
            let start = String::from_utf8_lossy(&body[..body.len().min(120)]).into_owned();
            case(format!("{content_type}: {start}"), &uri, Some((content_type, body)))
        }));
        let mut bare = case("without a header".to_owned(), &uri, body_of(&call.body));
        bare.headers.retain(|(name, _)| name == "Authorization");
        cases.push(bare);
        for key in ODD_KEYS {
            let mut keyed = case(format!("Idempotency-Key: {key}"), &uri, body_of(&call.body));
            keyed.headers.retain(|(name, _)| name != "Idempotency-Key");
            keyed.headers.push(("Idempotency-Key".to_owned(), key.to_owned()));
            cases.push(keyed);
        }
        let mut unacceptable = case("Accept: image/png".to_owned(), &uri, body_of(&call.body));
        unacceptable.headers.push(("accept".to_owned(), "image/png".to_owned()));
        cases.push(unacceptable);
    }
    cases
}

/// The address with each parameter of the query replaced, repeated or left out.
fn queries(document: &Value, described: &Value, uri: &str) -> Vec<String> {
    let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
    let parameters = described["parameters"].as_array().into_iter().flatten();
    let parameters = parameters.map(|parameter| resolved(document, parameter));
    let in_query = parameters.filter(|parameter| parameter["in"] == "query");
    let mut uris = Vec::new();
    for name in in_query.filter_map(|parameter| parameter["name"].as_str()) {
        let others: Vec<&str> = query
            .split('&')
            .filter(|pair| !pair.is_empty() && !pair.starts_with(&format!("{name}=")))
            .collect();
        let with = |more: &str| {
            let pairs: Vec<&str> =
                others.iter().copied().chain(Some(more).filter(|more| !more.is_empty())).collect();
            format!("{path}?{}", pairs.join("&"))
        };
        // A cursor that was made up is not found by the operation, and not looked at by the mock.
        for odd in ODD_TEXTS.iter().chain(&[&*"x".repeat(300)]) {
            let pair = serde_html_form::to_string([(name, *odd)]).expect("a query");
            uris.push(with(&pair));
        }
        uris.extend([with(""), with(&format!("{name}=%FF")), with(&format!("{name}=1&{name}=x"))]);
    }
    uris
}

/// Bodies that differ from the example in one field, in each encoding, and bodies that are odd as a
/// whole.
fn bodies(document: &Value, described: &Value, example: &Body) -> Vec<(String, Vec<u8>)> {
    const JSON: &str = "application/json";
    const FORM: &str = "application/x-www-form-urlencoded";
    let content = described["requestBody"]["content"].as_object();
    let schema = content.into_iter().flatten().map(|(_, media)| &media["schema"]).next();
    let base = match example {
        Body::Json(Value::Object(members)) => members.clone(),
        Body::Form(pairs) => pairs.iter().map(|(name, text)| (name.clone(), json!(text))).collect(),
        Body::Multipart(parts) => {
            parts.iter().map(|part| (part.name.clone(), json!(part.value))).collect()
        }
        _ => Map::new(),
    };
    let mut bodies: Vec<(String, Vec<u8>)> = Vec::new();
    let mut json_body = |body: &Value| bodies.push((JSON.to_owned(), body.to_string().into()));
    let odd: Vec<Value> = serde_json::from_str(ODD).expect("JSON");
    let fields = names(document, schema.unwrap_or(&Value::Null));
    for name in &fields {
        for value in odd.iter().cloned().chain([json!("x".repeat(5_000))]) {
            let mut changed = base.clone();
            changed.insert(name.clone(), value);
            json_body(&changed.into());
        }
        let mut without = base.clone();
        without.remove(name);
        json_body(&without.into());
    }
    json_body(&json!({}));
    let all_null: Map<String, Value> =
        fields.iter().map(|name| (name.clone(), Value::Null)).collect();
    json_body(&all_null.into());
    for whole in ["null", "[]", "[5]", "[[]]", "5", "\"x\"", "{", "", "{\"a\": \"\\ud800\"}"] {
        bodies.push((JSON.to_owned(), whole.into()));
    }
    let texts: Map<String, Value> = base
        .iter()
        .filter(|(_, value)| !value.is_object())
        .map(|(name, value)| {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            (name.clone(), json!(text))
        })
        .collect();
    for name in &fields {
        for odd in ODD_TEXTS {
            let mut changed = texts.clone();
            changed.insert(name.clone(), json!(odd));
            bodies.push((FORM.to_owned(), form(&changed)));
            bodies.push((MULTIPART.to_owned(), multipart(&changed)));
        }
    }
    let with_mark = format!("\u{feff}{}", Value::from(base.clone()));
    let utf_16 = Value::from(base).to_string().encode_utf16().flat_map(u16::to_le_bytes).collect();
    let latin_xml = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><Pet><name>\u{e9}</name></Pet>";
    bodies.extend([
        (JSON.to_owned(), with_mark.into()),
        ("application/json; charset=utf-16le".to_owned(), utf_16),
        ("application/json; charset=klingon".to_owned(), b"{}".to_vec()),
        (format!("{FORM}; charset=ISO-8859-1"), b"name=%E9t%E9".to_vec()),
        ("multipart/form-data; boundary=a/b=c".to_owned(), multipart(&texts)),
        ("multipart/form-data ; boundary=limit".to_owned(), multipart(&texts)),
        ("text/plain;charset=UTF-8".to_owned(), Vec::new()),
        ("application/xml".to_owned(), latin_xml.into()),
    ]);
    for kind in [JSON, FORM, MULTIPART, "text/plain", "application/xml", ""] {
        bodies.push((kind.to_owned(), Vec::new()));
        bodies.push((kind.to_owned(), b"x".to_vec()));
        bodies.push((kind.to_owned(), vec![b' '; 66_000]));
    }
    bodies
}

const MULTIPART: &str = "multipart/form-data; boundary=limit";

/// The names of an object's fields, those of its parts among them.
fn names(document: &Value, schema: &Value) -> Vec<String> {
    let schema = resolved(document, schema);
    let parts = ["allOf", "oneOf"].into_iter().filter_map(|word| schema[word].as_array());
    let parts = parts.flatten();
    let own = schema["properties"].as_object().into_iter().flatten();
    let all: BTreeSet<String> = parts
        .flat_map(|part| names(document, part))
        .chain(own.map(|(name, _)| name.clone()))
        .collect();
    all.into_iter().collect()
}

fn body_of(body: &Body) -> Option<(String, Vec<u8>)> {
    let texts = |pairs: Vec<(String, String)>| {
        pairs.into_iter().map(|(name, text)| (name, json!(text))).collect::<Map<_, _>>()
    };
    match body {
        Body::None => None,
        Body::Json(value) => Some(("application/json".to_owned(), value.to_string().into())),
        Body::Form(pairs) => {
            Some(("application/x-www-form-urlencoded".to_owned(), form(&texts(pairs.clone()))))
        }
        Body::Multipart(parts) => {
            let pairs = parts.iter().map(|part| (part.name.clone(), part.value.clone())).collect();
            Some((MULTIPART.to_owned(), multipart(&texts(pairs))))
        }
    }
}

fn form(fields: &Map<String, Value>) -> Vec<u8> {
    let pairs: Vec<(&String, &str)> =
        fields.iter().map(|(name, value)| (name, value.as_str().unwrap_or_default())).collect();
    serde_html_form::to_string(pairs).expect("a form").into()
}

fn multipart(fields: &Map<String, Value>) -> Vec<u8> {
    let part = |(name, value): (&String, &Value)| {
        let text = value.as_str().unwrap_or_default();
        format!("--limit\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
    };
    format!("{}--limit--\r\n", fields.iter().map(part).collect::<String>()).into()
}

//! The mock of every operation.

use bytes::Bytes;
use harness::{Answer, Api};
use http::Method;
use local::{
    document::{Body, Call},
    template::Template,
};
use serde_json::{Value, json};

/// An operation of the document: path, method and description.
type Operation = (String, String, Value);

#[tokio::test]
async fn every_operation_answers_with_each_of_its_documented_statuses() {
    let api = Api::start().await;
    let document = local::document::document();
    let mut answers = 0;
    for (path, method, operation) in operations(&document) {
        let call = Call::of(&document, &path, &method, &operation);
        let default = send(&api, &call, None).await;
        assert!(
            default.status.is_success(),
            "{method} {path}: {} {:?}",
            default.status,
            default.body
        );
        assert_eq!(default.header("preference-applied"), "");
        for (status, answer) in operation["responses"].as_object().unwrap() {
            let got = send(&api, &call, Some(&format!("code={status}"))).await;
            assert_eq!(got.status.as_str(), status, "{method} {path}: {:?}", got.body);
            assert_eq!(got.header("preference-applied"), format!("code={status}"));
            let answer = resolved(&document, answer);
            let own = answer["headers"].as_object().into_iter().flatten();
            for (name, header) in own.filter(|(_, header)| header.get("$ref").is_none()) {
                assert_eq!(
                    got.header(name).is_empty(),
                    header.get("example").is_none(),
                    "{method} {path} {status}: {name}"
                );
            }
            let Some(content) = answer["content"].as_object() else {
                assert!(got.body.is_empty(), "{method} {path} {status}");
                continue;
            };
            let (kind, media) = content
                .iter()
                .find(|(kind, _)| got.header("content-type") == **kind)
                .expect("a documented type");
            let shown = if kind.ends_with("json") {
                without_next(got.json())
            } else {
                String::from_utf8_lossy(&got.body).into()
            };
            assert!(examples(media).contains(&&shown), "{method} {path} {status}: {shown}");
            answers += 1;
        }
    }
    assert!(answers > 200, "{answers}");
    assert_eq!(api.wire.calls().len(), 0, "the mock needs no storage");
}

/// A list leads to its second page, which no example can name.
fn without_next(mut body: Value) -> Value {
    for list in ["", "/entries"] {
        if let Some(next) = body.pointer_mut(&format!("{list}/next")) {
            *next = Value::Null;
        }
    }
    body
}

#[tokio::test]
async fn an_example_is_selected_by_name_and_what_cannot_be_met_is_refused() {
    let api = Api::start().await;
    let get = |prefer: &str| api.get("/mock/api/app-info").header("prefer", prefer).send();
    let closed = get("code=503, example=maintenance").await.expect(503);
    assert_eq!(closed.json()["errors"][0]["code"], "maintenance");
    assert_eq!(
        (closed.header("preference-applied"), closed.header("retry-after")),
        ("code=503, example=maintenance", "30")
    );
    let closed = get("example=maintenance").await.expect(503);
    assert_eq!(closed.json()["errors"][0]["code"], "maintenance");
    assert_eq!(closed.header("preference-applied"), "example=maintenance");
    assert_eq!(get("code=503").await.expect(503).json()["errors"][0]["code"], "unavailable");
    let ignored = get("code=418, example=nothing, respond-async").await.expect(200);
    assert_eq!(ignored.header("preference-applied"), "");
    assert_eq!(ignored.header("preference-refused"), "code=418, example=nothing");
    let refused = get("code=503, example=nothing").await.expect(503);
    assert_eq!(refused.header("preference-applied"), "code=503");
    assert_eq!(refused.header("preference-refused"), "example=nothing");
}

#[tokio::test]
async fn the_seconds_of_a_429_are_those_in_its_text() {
    let api = Api::start().await;
    let throttled = api.post("/mock/api/send-otp/").json(&json!({"phone": "+12025550123"}));
    let throttled = throttled.header("prefer", "code=429").send().await.expect(429);
    let detail = throttled.json()["errors"][0]["detail"].to_string();
    let seconds = throttled.header("retry-after");
    assert!(detail.contains(&format!("available in {seconds} second")), "{detail} {seconds}");
}

#[tokio::test]
async fn a_list_has_two_pages_whose_cursors_lead_on_and_back() {
    let api = Api::start().await;
    for (path, list) in [("/mock/api/notifications/", ""), ("/mock/api/wallet/", "/entries")] {
        let get = |path: String| {
            let request = api.get(&path).bearer("any").send();
            async move { request.await.expect(200).json() }
        };
        let link = |page: &Value, name: &str| {
            let link = page.pointer(&format!("{list}/{name}")).unwrap().as_str();
            link.map(|link| {
                link.split_once("/mock").map(|(_, rest)| format!("/mock{rest}")).unwrap()
            })
        };
        let first = get(format!("{path}?page_size=1")).await;
        assert_eq!(link(&first, "previous"), None);
        let second = get(link(&first, "next").unwrap()).await;
        assert_eq!(link(&second, "next"), None);
        assert_eq!(get(link(&second, "previous").unwrap()).await, first);
        let ids = |page: &Value| page.pointer(&format!("{list}/results/0/id")).unwrap().clone();
        assert_ne!(ids(&first), ids(&second));
        let foreign = api.get(&format!("{path}?cursor=foreign")).bearer("any").send().await;
        assert_eq!(foreign.error(), "404 not_found: Invalid cursor [null]");
    }
}

#[tokio::test]
async fn versions_of_a_profile_and_of_the_app_are_compared() {
    let api = Api::start().await;
    let profile = |name: &'static str, value: String| {
        let request = api.get("/mock/api/customer/").bearer("any");
        async move { request.header(name, &value).send().await }
    };
    let tag = profile("accept", "*/*".to_owned()).await.expect(200).header("etag").to_owned();
    profile("if-none-match", tag.clone()).await.expect(304);
    profile("if-none-match", "\"another\"".to_owned()).await.expect(200);
    let change = |tag: String| {
        let request = api.patch("/mock/api/customer/").bearer("any").header("if-match", &tag);
        async move { request.json(&json!({"first_name": "A"})).send().await }
    };
    change(tag).await.expect(200);
    let refused = change("\"another\"".to_owned()).await.expect(412).json();
    assert_eq!(refused["errors"][0]["code"], "precondition_failed");
    for (version, update, status) in
        [("1.1.9", "hard", 426), ("1.2.0", "soft", 200), ("2.0", "none", 200)]
    {
        let of_app = |path: &str| {
            let request = api.get(path).bearer("any").header("x-app-platform", "ios");
            request.header("x-app-version", version).send()
        };
        let info = of_app("/mock/api/app-info/").await.expect(200).json();
        assert_eq!(info["update"], update, "{version}");
        of_app("/mock/api/customer/").await.expect(status);
    }
}

#[tokio::test]
async fn a_request_is_checked_as_the_operation_itself_checks_it() {
    let api = Api::start().await;
    for (method, path, headers, content_type, body) in [
        ("GET", "/api/customer/", vec![], "", ""),
        ("GET", "/api/customer/", vec![("authorization", "Basic x")], "", ""),
        ("POST", "/api/customer/", vec![], "", ""),
        ("GET", "/api/refresh-token/", vec![], "", ""),
        ("DELETE", "/api/faqs/", vec![], "", ""),
        ("GET", "/api/nothing/", vec![], "", ""),
        ("POST", "/api/send-otp/", vec![], "application/json", "{}"),
        ("POST", "/api/send-otp/", vec![], "application/json", "{"),
        ("POST", "/api/send-otp/", vec![], "application/json", "[]"),
        ("POST", "/api/send-otp/", vec![], "application/x-www-form-urlencoded", "purpose=x"),
        ("POST", "/api/send-otp/", vec![], "text/plain", "x"),
        ("POST", "/api/refresh-token/", vec![], "application/json", r#"{"refresh": null}"#),
        ("POST", "/api/refresh-token/", vec![], "application/json", r#"{"refresh": ["x"]}"#),
        ("POST", "/api/refresh-token/", vec![("accept", "image/png")], "application/json", "{}"),
    ] {
        let send = |prefix: &str| {
            let request = api.request(method.parse().unwrap(), &format!("{prefix}{path}"));
            let request =
                headers.iter().fold(request, |request, (name, value)| request.header(name, value));
            if content_type.is_empty() {
                request.send()
            } else {
                request.body(content_type, body.to_owned()).send()
            }
        };
        let (real, mocked) = (send("").await, send("/mock").await);
        let codes = |answer: &Answer| {
            let json = answer.json();
            let errors = json["errors"].as_array().unwrap().iter();
            let mut codes: Vec<Value> =
                errors.map(|error| json!([error["code"], error["attr"]])).collect();
            codes.sort_by_key(ToString::to_string);
            codes
        };
        assert_eq!(mocked.status, real.status, "{method} {path} {body}");
        assert_eq!(codes(&mocked), codes(&real), "{method} {path} {body}");
        if real.status == 405 {
            assert_eq!(mocked.header("allow"), real.header("allow"), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn errors_of_the_mock_have_the_format_of_the_group_that_it_stands_for() {
    let api = Api::start().await;
    for (method, path, body) in [
        ("GET", "/v2/nothing", ""),
        ("GET", "/v2/pet/x", ""),
        ("DELETE", "/v2/pet", ""),
        ("POST", "/v2/pet", "{"),
        ("POST", "/v2/pet", r#"{"id": 1}"#),
        ("POST", "/v2/pet", ""),
        ("OPTIONS", "/v2/pet", ""),
        ("GET", "/api/nothing", ""),
        ("OPTIONS", "/api/customer/", ""),
    ] {
        for accept in ["application/json", "application/problem+json"] {
            let send = |prefix: &str| {
                let request = api.request(method.parse().unwrap(), &format!("{prefix}{path}"));
                request.header("accept", accept).body("application/json", body.to_owned()).send()
            };
            let (real, mocked) = (send("").await, send("/mock").await);
            assert_eq!((mocked.status, &mocked.body), (real.status, &real.body), "{method} {path}");
            for name in ["content-type", "allow", "access-control-allow-methods"] {
                assert_eq!(mocked.header(name), real.header(name), "{method} {path} {name}");
            }
        }
    }
}

#[tokio::test]
async fn a_deployed_stack_has_no_mock_by_default_and_its_mock_never_waits() {
    let off = Api::with(&[("EnableMock", "false")]).await;
    off.get("/mock/api/app-info/").send().await.expect(404);
    let on = Api::with(&[("MockDelaySeconds", "0")]).await;
    let answer = on.get("/mock/api/app-info/").header("prefer", "delay=4").send().await.expect(200);
    assert_eq!(answer.header("preference-applied"), "");
    let template = Template::load(&Template::find().unwrap()).unwrap();
    let default = |name: &str| template.document()["Parameters"][name]["Default"].clone();
    assert_eq!((default("EnableMock"), default("MockDelaySeconds")), (json!("false"), json!("0")));
}

#[tokio::test]
async fn the_mock_runs_without_storage() {
    let template = Template::load(&Template::find().unwrap()).unwrap();
    let gateway = local::mock::gateway(&template).unwrap();
    let get = |path: &'static str, header: (&'static str, &'static str)| {
        let request = http::Request::builder()
            .uri(path)
            .header(header.0, header.1)
            .header("host", "localhost");
        gateway.handle(request.body(Bytes::new()).unwrap(), "127.0.0.1".parse().unwrap())
    };
    assert_eq!(get("/mock/api/customer/", ("authorization", "Bearer any")).await.status(), 200);
    assert_eq!(get("/docs/", ("accept", "text/html")).await.status(), 200);
    let waited = get("/mock/api/faqs/", ("prefer", "delay=1")).await;
    assert_eq!(waited.headers()["preference-applied"], "delay=1");
    assert_eq!(get("/api/customer/", ("authorization", "Bearer any")).await.status(), 404);
}

async fn send(api: &Api, call: &Call, prefer: Option<&str>) -> Answer {
    let path = call.url.replacen("http://127.0.0.1:3000", "/mock", 1);
    let mut request = api.request(call.method.parse::<Method>().expect("a method"), &path);
    for (name, value) in &call.headers {
        request = request.header(Box::leak(name.to_lowercase().into_boxed_str()), value);
    }
    if let Some(prefer) = prefer {
        request = request.header("prefer", prefer);
    }
    let object = |pairs: Vec<(String, String)>| {
        Value::Object(pairs.into_iter().map(|(name, value)| (name, value.into())).collect())
    };
    request = match &call.body {
        Body::None => request,
        Body::Json(value) => request.json(value),
        Body::Form(pairs) => request.form(&object(pairs.clone())),
        Body::Multipart(parts) => request.multipart(&object(
            parts.iter().map(|part| (part.name.clone(), part.value.clone())).collect(),
        )),
    };
    request.send().await
}

fn operations(document: &Value) -> Vec<Operation> {
    let paths = document["paths"].as_object().expect("paths").iter();
    let of_path = |(path, item): (&String, &Value)| {
        let methods = item.as_object().expect("methods").iter();
        methods
            .map(|(method, operation)| (path.clone(), method.clone(), operation.clone()))
            .collect::<Vec<_>>()
    };
    paths.flat_map(of_path).collect()
}

fn resolved<'a>(document: &'a Value, part: &'a Value) -> &'a Value {
    let name =
        part["$ref"].as_str().and_then(|name| document.pointer(name.trim_start_matches('#')));
    name.unwrap_or(part)
}

fn examples(media: &Value) -> Vec<&Value> {
    let named =
        media["examples"].as_object().into_iter().flatten().map(|(_, example)| &example["value"]);
    media.get("example").into_iter().chain(named).collect()
}

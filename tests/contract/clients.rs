//! What an app developer relies on in the document: typed clients that compile and send what the
//! API takes, headers and codes that are all declared, parameters whose form is shown.

use std::collections::BTreeSet;

use harness::{Answer, Api};
use local::document::{Body, Call};
use serde_json::{Value, json};
use shared::http::error::CODES;

use crate::repository::{assert_none, document, operations, resolved, root};

/// Headers that every answer can have, which the guide of conventions names once, or that belong to
/// HTTP itself.
const OF_EVERY_ANSWER: [&str; 10] = [
    "access-control-allow-origin",
    "access-control-expose-headers",
    "apigw-requestid",
    "cache-control",
    "content-length",
    "content-type",
    "date",
    "strict-transport-security",
    "vary",
    "x-content-type-options",
];

/// Two schemes of one header make clients send it twice.
#[test]
fn no_operation_names_a_header_of_authorization_twice() {
    let document = document();
    let schemes = &document["components"]["securitySchemes"];
    let mut problems = Vec::new();
    for operation in operations(&document) {
        let requirements = operation.described["security"].as_array();
        let names = requirements.into_iter().flatten().filter_map(Value::as_object);
        let names = names.flat_map(|one| one.keys());
        if names.filter(|name| schemes[name.as_str()]["type"] == "http").count() > 1 {
            problems.push(operation.place());
        }
    }
    assert_none(&problems);
}

/// Generators copy it into every file.
#[test]
fn the_description_of_the_document_is_short() {
    let description = document()["info"]["description"].as_str().unwrap_or_default().len();
    assert!((20..200).contains(&description), "{description} bytes");
}

/// Some generators send no content type with a body that may be null, and the API refuses null.
#[test]
fn no_body_may_be_null() {
    let document = document();
    let mut problems = Vec::new();
    for operation in operations(&document) {
        let content = operation.described["requestBody"]["content"].as_object();
        for (kind, media) in content.into_iter().flatten() {
            let schema = resolved(&document, &media["schema"]);
            if schema["type"].is_array() || schema["nullable"] == true {
                problems.push(format!("{} as {kind} may be null", operation.place()));
            }
        }
    }
    assert_none(&problems);
}

/// A member with a default is required in types of TypeScript, and sent by other clients although
/// the app has said nothing.
#[test]
fn no_member_of_a_request_has_a_default() {
    let document = document();
    let mut problems = Vec::new();
    let schemas = document["components"]["schemas"].as_object().expect("there are schemas");
    for (name, schema) in schemas {
        for (member, described) in schema["properties"].as_object().into_iter().flatten() {
            if described.get("default").is_some() {
                problems.push(format!("{name}.{member}: defaults.rs puts defaults into words"));
            }
        }
    }
    assert_none(&problems);
    let active = &schemas["DeviceRegistration"]["properties"]["active"]["description"];
    assert!(active.as_str().is_some_and(|text| text.ends_with("`true` where it is not sent.")));
    let required = &schemas["DeviceRegistration"]["required"];
    assert_eq!(*required, json!(["registration_id", "type"]));
}

#[test]
fn closed_values_are_listed_and_open_objects_say_so() {
    let document = document();
    let schemas = &document["components"]["schemas"];
    assert_eq!(
        schemas["ErrorBody"]["properties"]["type"]["enum"],
        json!(["validation_error", "client_error", "server_error"])
    );
    for (schema, member) in [("AppInfoOut", "features"), ("Notification", "data")] {
        assert_eq!(schemas[schema]["properties"][member]["additionalProperties"], true, "{schema}");
    }
    let mut problems = Vec::new();
    bare_objects(schemas, "", &mut problems);
    assert_none(&problems);
}

fn bare_objects(part: &Value, place: &str, problems: &mut Vec<String>) {
    if part["type"] == "object"
        && part.get("properties").is_none()
        && part.get("additionalProperties").is_none()
    {
        problems.push(format!("{place}: an object of which nothing is said"));
    }
    for (name, member) in part.as_object().into_iter().flatten() {
        if !matches!(name.as_str(), "example" | "examples") {
            bare_objects(member, &format!("{place}/{name}"), problems);
        }
    }
}

/// What is written out twice becomes two types of a client.
#[test]
fn each_type_has_one_name() {
    let document = document();
    let schemas = document["components"]["schemas"].as_object().expect("there are schemas");
    let mut problems = Vec::new();
    for (name, schema) in schemas.iter().filter(|(_, schema)| schema["type"] == "object") {
        let text = schema.to_string();
        let times = document.to_string().matches(&text).count();
        if schema.get("properties").is_some() && times > 1 {
            problems.push(format!("{name} is written out {times} times"));
        }
    }
    assert_none(&problems);
    let entries = &schemas["WalletDetails"]["properties"]["entries"]["properties"]["results"];
    assert_eq!(entries["items"]["$ref"], "#/components/schemas/Entry");
}

#[test]
fn a_movement_is_a_union_by_its_type() {
    let document = document();
    let schemas = &document["components"]["schemas"];
    let union = &schemas["WalletRequest"];
    assert_eq!(union["discriminator"]["propertyName"], "type");
    let mapping = union["discriminator"]["mapping"].as_object().expect("it names each type");
    let kinds: Vec<&str> = mapping.keys().map(String::as_str).collect();
    assert_eq!(kinds, ["credit", "debit", "hold", "capture", "release", "reverse"]);
    for (kind, place) in mapping {
        let one = document.pointer(place.as_str().unwrap_or_default().trim_start_matches('#'));
        let one = one.unwrap_or_else(|| panic!("{kind} has no schema"));
        assert_eq!(one["properties"]["type"]["enum"], json!([kind]));
        assert_eq!(one["required"][0], "type", "{kind}");
    }
    assert_eq!(schemas["DebitRequest"]["required"], json!(["type", "amount", "currency"]));
    assert!(schemas["DebitRequest"]["properties"].get("hold_id").is_none());
}

/// Every code of an example is listed, and so is every code of the list in the guide.
#[test]
fn every_code_is_in_the_catalogue() {
    let document = document();
    let listed = &document["components"]["schemas"]["ErrorItem"]["properties"]["code"]["enum"];
    let known: Vec<&str> = CODES.iter().map(|code| code.name).collect();
    assert_eq!(*listed, json!(known));
    let guide = "functions/docs/guides/7-error-codes.md";
    let guide = std::fs::read_to_string(root().join(guide)).expect("the guide is there");
    let mut shown = BTreeSet::new();
    codes_in(&document["paths"], &mut shown);
    codes_in(&document["components"]["responses"], &mut shown);
    assert!(shown.len() > 20, "{shown:?}");
    let missing: Vec<String> = known
        .into_iter()
        .map(str::to_owned)
        .chain(shown)
        .filter(|code| !guide.contains(&format!("| `{code}` |")))
        .map(|code| format!("`{code}` is not in the guide: add it to error/codes.rs"))
        .collect();
    assert_none(&missing);
}

fn codes_in(part: &Value, codes: &mut BTreeSet<String>) {
    match part {
        Value::Object(members) => {
            let errors = members.get("errors").and_then(Value::as_array);
            let found = errors.into_iter().flatten().filter_map(|error| error["code"].as_str());
            codes.extend(found.map(str::to_owned));
            members.values().for_each(|member| codes_in(member, codes));
        }
        Value::Array(items) => items.iter().for_each(|item| codes_in(item, codes)),
        _ => {}
    }
}

#[test]
fn every_parameter_shows_its_form_and_every_operation_takes_the_version_of_the_app() {
    let document = document();
    let mut problems = Vec::new();
    for operation in operations(&document) {
        let parameters = operation.described["parameters"].as_array();
        let parameters: Vec<&Value> = parameters.into_iter().flatten().collect();
        for parameter in &parameters {
            if parameter.get("example").is_none() && parameter.get("examples").is_none() {
                let name = &parameter["name"];
                problems.push(format!("{}: {name} has no example", operation.place()));
            }
        }
        if operation.path.starts_with("/api/") {
            let platform = parameters.iter().find(|one| one["name"] == "X-App-Platform");
            let values = platform.map(|one| one["schema"]["enum"].clone());
            if values != Some(json!(["ios", "android", "web"]))
                || !parameters.iter().any(|one| one["name"] == "X-App-Version")
            {
                problems.push(format!("{} does not take X-App-…", operation.place()));
            }
        }
    }
    assert_none(&problems);
}

/// As in Django REST Framework: whatever is no size is no error.
#[tokio::test]
async fn any_size_of_a_page_is_taken_as_the_document_says() {
    let document = document();
    let api = Api::start().await;
    let phone = api.log_in("+14155550123").await;
    for number in 0..25 {
        api.notify(&phone, &format!("m{number}"), "Hello").await;
    }
    for (size, entries) in
        [("0", 20), ("101", 25), ("-1", 20), ("abc", 20), ("", 20), ("1", 1), ("100", 25)]
    {
        let path = format!("/api/notifications/?page_size={size}");
        let page = api.get(&path).bearer(&phone.access).send().await.expect(200).json();
        assert_eq!(page["results"].as_array().map(Vec::len), Some(entries), "{size}");
    }
    let parameters = &document["paths"]["/api/notifications/"]["get"]["parameters"];
    let parameters = parameters.as_array().into_iter().flatten();
    let sizes = parameters.filter(|one| one["name"] == "page_size");
    let told: String = sizes.filter_map(|one| one["description"].as_str()).collect();
    for word in ["100", "`0`", "`-1`", "`abc`", "20"] {
        assert!(told.contains(word), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_header_that_is_sent_is_declared() {
    let api = Api::start().await;
    let token = api.log_in("+14155550123").await.access;
    let document = document();
    let mut problems = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut operations = operations(&document);
    // What ends the session comes last.
    operations.sort_by_key(|one| {
        let ends = ["logoutDevice", "logoutAllDevices", "DeleteCustomer"];
        ends.iter().any(|id| one.described["operationId"] == *id)
    });
    for operation in operations {
        let call = Call::of(
            &document,
            &operation.path,
            &operation.method.to_lowercase(),
            &operation.described,
        );
        for kind in 0..7 {
            let answer = send(&api, &token, &call, kind).await;
            let status = answer.status.as_str();
            let Some(described) = operation.described["responses"].get(status) else { continue };
            let declared = resolved(&document, described)["headers"].as_object();
            let declared: Vec<String> =
                declared.into_iter().flatten().map(|(name, _)| name.to_ascii_lowercase()).collect();
            for name in answer.headers.keys().map(http::HeaderName::as_str) {
                seen.insert(name.to_owned());
                if !declared.iter().any(|one| one == name) && !OF_EVERY_ANSWER.contains(&name) {
                    problems.insert(format!("{}, {status}: {name}", operation.place()));
                }
            }
        }
    }
    assert_none(&problems.into_iter().collect::<Vec<_>>());
    for wanted in ["ratelimit", "ratelimit-policy", "x-request-id", "allow", "etag"] {
        assert!(seen.contains(wanted), "no answer has {wanted}");
    }
    assert!(seen.contains("idempotency-replayed"), "nothing is repeated: {seen:?}");
}

/// An operation's example, by `kind` also without its token, with a damaged body, with a type that
/// nothing has, as CSV, again, and by a method that nothing has.
async fn send(api: &Api, token: &str, call: &Call, kind: u8) -> Answer {
    let method = if kind == 6 { "TRACE" } else { &call.method };
    let mut request = api.request(method.parse().expect("a method"), call.path());
    for (name, value) in &call.headers {
        request = match name.as_str() {
            "Authorization" if kind == 1 => request,
            "Authorization" => request.bearer(token),
            "Idempotency-Key" => request.header("idempotency-key", "a-key-of-this-test"),
            _ => request.header(Box::leak(name.to_lowercase().into_boxed_str()), value),
        };
    }
    request = match kind {
        3 => request.header("accept", "image/png"),
        4 => request.header("accept", "text/csv, */*;q=0.5"),
        _ => request,
    };
    match &call.body {
        _ if kind == 2 => request.body("application/json", "{").send().await,
        Body::Json(body) => request.json(body).send().await,
        Body::Form(pairs) => {
            let form = serde_html_form::to_string(pairs).expect("a form");
            request.body("application/x-www-form-urlencoded", form).send().await
        }
        Body::None | Body::Multipart(_) => request.send().await,
    }
}

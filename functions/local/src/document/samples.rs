//! The request samples of an operation: its own examples, as a call that works as it stands against
//! the launcher.
//!
//! They are made here and not by a library of npm, so that one command makes the whole document
//! with nothing but Cargo, and so that forms, files and lists in queries are sent as this API reads
//! them; a check runs them for real.

use percent_encoding::{NON_ALPHANUMERIC, percent_encode, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::languages::LANGUAGES;

/// The launcher; the reference page writes the address of its own stack instead.
const BASE: &str = "http://127.0.0.1:3000";
/// Stands for what only a log-in gives.
const TOKEN: &str = "Bearer ACCESS_TOKEN";
/// Whose samples send a form, as the source's do.
const BY_FORM: [&str; 1] = ["refresh_token_create"];

/// A request that its operation takes.
#[derive(Debug)]
pub struct Call {
    /// Its method in capitals.
    pub method: String,
    /// The whole address.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// What is sent.
    pub body: Body,
}

/// A request's body.
#[derive(Debug)]
pub enum Body {
    /// Nothing.
    None,
    /// JSON.
    Json(Value),
    /// A form, by name and value.
    Form(Vec<(String, String)>),
    /// Form data with files in it.
    Multipart(Vec<Part>),
}

/// A part of form data.
#[derive(Debug)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// Its content.
    pub value: String,
    /// Whether it is a file.
    pub is_file: bool,
}

/// The samples in all languages.
pub(super) fn samples(document: &Value, path: &str, method: &str, operation: &Value) -> Value {
    let call = Call::of(document, path, method, operation);
    LANGUAGES
        .iter()
        .map(|(name, write)| json!({"lang": name, "label": name, "source": write(&call)}))
        .collect()
}

impl Call {
    /// The call that the document's examples make of an operation.
    pub fn of(document: &Value, path: &str, method: &str, operation: &Value) -> Self {
        let mut url = format!("{BASE}{path}");
        let (mut query, mut headers) = (Vec::new(), Vec::new());
        if operation["security"].as_array().is_some_and(|schemes| !schemes.is_empty()) {
            headers.push(("Authorization".to_owned(), TOKEN.to_owned()));
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap_or_default();
            let shown = parameter["required"] == true || parameter.get("example").is_some();
            match parameter["in"].as_str() {
                Some("path") => {
                    let value = percent_encode(
                        text(&example(document, parameter)).as_bytes(),
                        NON_ALPHANUMERIC,
                    )
                    .to_string();
                    url = url.replace(&format!("{{{name}}}"), &value.replace("%2D", "-"));
                }
                Some("query") if shown => {
                    query.extend(in_query(name, parameter, &example(document, parameter)))
                }
                Some("header") if shown => {
                    headers.push((name.to_owned(), listed(&example(document, parameter))))
                }
                Some("cookie") if shown => {
                    headers.push((
                        "Cookie".to_owned(),
                        format!("{name}={}", text(&example(document, parameter))),
                    ));
                }
                _ => {}
            }
        }
        if !query.is_empty() {
            url = format!("{url}?{}", query.join("&"));
        }
        let body = Body::of(document, operation);
        Self { method: method.to_uppercase(), url, headers, body }
    }
}

impl Body {
    fn of(document: &Value, operation: &Value) -> Self {
        let content = &operation["requestBody"]["content"];
        let id = operation["operationId"].as_str().unwrap_or_default();
        let (multipart, json) = (&content["multipart/form-data"], &content["application/json"]);
        let files = files(document, &multipart["schema"]);
        if !files.is_empty() {
            let part = |(name, value): (&String, &Value)| Part {
                is_file: files.contains(name),
                name: name.clone(),
                value: text(value),
            };
            return Self::Multipart(
                example_of(multipart).as_object().into_iter().flatten().map(part).collect(),
            );
        }
        let form = &content["application/x-www-form-urlencoded"];
        if BY_FORM.contains(&id) || (json.is_null() && form.is_object()) {
            let pairs = example_of(form).as_object().into_iter().flatten();
            return Self::Form(pairs.map(|(name, value)| (name.clone(), text(value))).collect());
        }
        if json.is_null() { Self::None } else { Self::Json(example_of(json).clone()) }
    }
}

/// The first example of a media type.
fn example_of(media: &Value) -> &Value {
    let first = || {
        media["examples"]
            .as_object()
            .and_then(|examples| examples.values().next())
            .map(|example| &example["value"])
    };
    media.get("example").or_else(first).unwrap_or(&Value::Null)
}

/// The fields of a schema that are files.
fn files(document: &Value, schema: &Value) -> Vec<String> {
    let named =
        schema["$ref"].as_str().and_then(|name| document.pointer(name.trim_start_matches('#')));
    let fields = named.unwrap_or(schema)["properties"].as_object().into_iter().flatten();
    let is_file =
        |field: &Value| field["format"] == "binary" || field["contentMediaType"].is_string();
    fields.filter(|(_, field)| is_file(field)).map(|(name, _)| name.clone()).collect()
}

/// A parameter's example, or something of its type.
fn example(document: &Value, parameter: &Value) -> Value {
    let schema = &parameter["schema"];
    let named =
        schema["$ref"].as_str().and_then(|name| document.pointer(name.trim_start_matches('#')));
    let schema = named.unwrap_or(schema);
    let given = parameter
        .get("example")
        .or(schema.get("example"))
        .or(schema["examples"].get(0))
        .or(schema["enum"].get(0));
    if let Some(given) = given {
        return given.clone();
    }
    match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("object"), _) => {
            let fields = schema["properties"].as_object().into_iter().flatten();
            let fields = fields
                .map(|(name, field)| (name.clone(), example(document, &json!({"schema": field}))));
            Value::Object(fields.collect::<Map<_, _>>())
        }
        (Some("array"), _) => json!([example(document, &json!({"schema": schema["items"]}))]),
        (Some("integer" | "number"), _) => schema.get("minimum").cloned().unwrap_or(json!(1)),
        (Some("boolean"), _) => json!(true),
        (_, Some("uuid")) => json!("019aac3f-0000-7000-8000-000000000001"),
        _ if parameter["name"] == "Idempotency-Key" => {
            json!("a3f1c0de-5b1e-4c55-9f6e-2f0e7b3a9d10")
        }
        _ if parameter["name"] == "id" => json!("019aac3f-0000-7000-8000-000000000001"),
        _ => json!(parameter["name"].as_str().unwrap_or("text")),
    }
}

/// A parameter of the query in its style.
fn in_query(name: &str, parameter: &Value, value: &Value) -> Vec<String> {
    let pair = |name: &str, value: &str| format!("{}={}", escaped(name), escaped(value));
    let separated = |items: &[Value], separator: &str| {
        let items: Vec<String> = items.iter().map(|item| escaped(&text(item))).collect();
        vec![format!("{}={}", escaped(name), items.join(separator))]
    };
    match (value, parameter["style"].as_str().unwrap_or("form"), parameter["explode"] != false) {
        (Value::Array(items), "spaceDelimited", _) => separated(items, "%20"),
        (Value::Array(items), "pipeDelimited", _) => separated(items, "%7C"),
        (Value::Array(items), _, false) => separated(items, ","),
        (Value::Array(items), ..) => items.iter().map(|item| pair(name, &text(item))).collect(),
        (Value::Object(members), ..) => members
            .iter()
            .map(|(member, value)| pair(&format!("{name}[{member}]"), &text(value)))
            .collect(),
        _ => vec![pair(name, &text(value))],
    }
}

fn escaped(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC)
        .to_string()
        .replace("%2D", "-")
        .replace("%2E", ".")
        .replace("%5F", "_")
}

fn listed(value: &Value) -> String {
    value
        .as_array()
        .map_or_else(|| text(value), |items| items.iter().map(text).collect::<Vec<_>>().join(","))
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

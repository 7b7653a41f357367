//! A request that an operation accepts, built from the document's examples.

use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use serde_json::Value;

use super::{
    example::{in_query, of_media, of_parameter, referenced},
    json::text,
};

/// The launcher's address. The reference page replaces it with the address of its own stack.
const BASE_URL: &str = "http://127.0.0.1:3000";
const TOKEN: &str = "Bearer ACCESS_TOKEN";
/// Operations whose samples send a form although they also accept JSON, as in the original API.
const SENT_AS_FORM: [&str; 1] = ["refresh_token_create"];

#[derive(Debug)]
pub struct Call {
    /// In upper case.
    pub method: String,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Body,
}

#[derive(Debug)]
pub enum Body {
    None,
    Json(Value),
    Form(Vec<(String, String)>),
    Multipart(Vec<Part>),
}

/// A part of a multipart body.
#[derive(Debug)]
pub struct Part {
    pub name: String,
    pub value: String,
    pub is_file: bool,
}

impl Call {
    pub fn of(document: &Value, path: &str, method: &str, operation: &Value) -> Self {
        let mut call = Self {
            method: method.to_uppercase(),
            url: format!("{BASE_URL}{path}"),
            headers: Vec::new(),
            body: Body::of(document, operation),
        };
        if operation["security"].as_array().is_some_and(|schemes| !schemes.is_empty()) {
            call.headers.push(("Authorization".to_owned(), TOKEN.to_owned()));
        }
        let mut query = Vec::new();
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            call.add_parameter(document, parameter, &mut query);
        }
        if !query.is_empty() {
            call.url.extend(["?", &query.join("&")]);
        }
        call
    }

    /// The path with its query.
    pub fn path(&self) -> &str {
        self.url.strip_prefix(BASE_URL).unwrap_or(&self.url)
    }

    /// Adds a parameter. An optional one is left out unless it has an example.
    fn add_parameter(&mut self, document: &Value, parameter: &Value, query: &mut Vec<String>) {
        let name = parameter["name"].as_str().unwrap_or_default();
        let is_shown = parameter["required"] == true || parameter.get("example").is_some();
        let example = of_parameter(document, parameter);
        match parameter["in"].as_str() {
            Some("path") => {
                let value = percent_encode(text(&example).as_bytes(), NON_ALPHANUMERIC).to_string();
                self.url = self.url.replace(&format!("{{{name}}}"), &value.replace("%2D", "-"));
            }
            Some("query") if is_shown => query.extend(in_query(name, parameter, &example)),
            Some("header") if is_shown => {
                self.headers.push((name.to_owned(), comma_separated(&example)));
            }
            Some("cookie") if is_shown => {
                self.headers.push(("Cookie".to_owned(), format!("{name}={}", text(&example))));
            }
            _ => {}
        }
    }
}

impl Body {
    fn of(document: &Value, operation: &Value) -> Self {
        let content = &operation["requestBody"]["content"];
        let id = operation["operationId"].as_str().unwrap_or_default();
        let (multipart, json) = (&content["multipart/form-data"], &content["application/json"]);
        let files = file_fields(document, &multipart["schema"]);
        if !files.is_empty() {
            let part = |(name, value): (&String, &Value)| Part {
                is_file: files.contains(name),
                name: name.clone(),
                value: text(value),
            };
            let fields = of_media(multipart).as_object().into_iter().flatten();
            return Self::Multipart(fields.map(part).collect());
        }
        let form = &content["application/x-www-form-urlencoded"];
        if SENT_AS_FORM.contains(&id) || (json.is_null() && form.is_object()) {
            let fields = of_media(form).as_object().into_iter().flatten();
            return Self::Form(fields.map(|(name, value)| (name.clone(), text(value))).collect());
        }
        if json.is_null() { Self::None } else { Self::Json(of_media(json).clone()) }
    }
}

fn file_fields(document: &Value, schema: &Value) -> Vec<String> {
    let fields = referenced(document, schema)["properties"].as_object().into_iter().flatten();
    let is_file =
        |field: &Value| field["format"] == "binary" || field["contentMediaType"].is_string();
    fields.filter(|(_, field)| is_file(field)).map(|(name, _)| name.clone()).collect()
}

fn comma_separated(value: &Value) -> String {
    match value.as_array() {
        Some(items) => items.iter().map(text).collect::<Vec<_>>().join(","),
        None => text(value),
    }
}

//! JavaScript, with fetch.

use serde_json::Value;

use super::text::{FILE_NAME, literal};
use crate::document::call::{Body, Call, Part};

pub(super) fn program(call: &Call) -> String {
    let mut headers = call.headers.clone();
    let mut setup = String::new();
    let body = match &call.body {
        Body::None => None,
        Body::Json(value) => {
            headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
            Some(format!("JSON.stringify({})", indented(value, 2)))
        }
        Body::Form(pairs) => Some(format!("new URLSearchParams({{\n{}  }})", members(pairs))),
        Body::Multipart(parts) => {
            setup = form_data(parts);
            Some("form".to_owned())
        }
    };
    let headers = if headers.is_empty() {
        String::new()
    } else {
        format!("  headers: {{\n{}  }},\n", members(&headers))
    };
    let body = body.map(|body| format!("  body: {body},\n")).unwrap_or_default();
    let (url, method) = (literal(&call.url), literal(&call.method));
    format!(
        "{setup}const response = await fetch({url}, {{\n  \
         method: {method},\n{headers}{body}}});\n\n\
         console.log(response.status, await response.text());"
    )
}

/// The members of an object literal.
fn members(pairs: &[(String, String)]) -> String {
    pairs
        .iter()
        .map(|(name, value)| format!("    {}: {},\n", literal(name), literal(value)))
        .collect::<Vec<_>>()
        .concat()
}

fn form_data(parts: &[Part]) -> String {
    let mut lines = "const form = new FormData();\n".to_owned();
    for Part { name, value, is_file } in parts {
        let value = literal(value);
        let value =
            if *is_file { format!("new Blob([{value}]), {}", literal(FILE_NAME)) } else { value };
        lines.extend(["form.append(", &literal(name), ", ", &value, ");\n"]);
    }
    lines.push('\n');
    lines
}

fn indented(value: &Value, by: usize) -> String {
    format!("{value:#}").replace('\n', &format!("\n{}", " ".repeat(by)))
}

//! Parts of the document as Markdown.

use serde_json::Value;

/// How deep a body's fields are followed.
const DEPTH: usize = 3;

/// A block of code.
pub(crate) fn code(language: &str, source: &str) -> String {
    format!("```{language}\n{}\n```", source.trim_end())
}

pub(crate) fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// What a part is, or what its `$ref` names.
pub(crate) fn resolved<'a>(document: &'a Value, part: &'a Value) -> &'a Value {
    let name =
        part["$ref"].as_str().and_then(|name| document.pointer(name.trim_start_matches('#')));
    name.unwrap_or(part)
}

/// The table of parameters.
pub(crate) fn parameters(document: &Value, parameters: &Value) -> Option<String> {
    let rows = parameters.as_array()?.iter().map(|parameter| {
        let name = parameter["name"].as_str().unwrap_or_default();
        let place = parameter["in"].as_str().unwrap_or_default();
        let schema = &parameter["schema"];
        row(name, place, &kind(document, schema), parameter["required"] == true, said(parameter))
    });
    Some(table("## Parameters\n\n| name | in |", rows.collect()))
}

/// The table of a body's fields, nested ones as `outer.inner`.
pub(crate) fn fields(document: &Value, schema: &Value) -> Option<String> {
    let mut rows = Vec::new();
    collect(document, schema, "", DEPTH, &mut rows);
    (!rows.is_empty()).then(|| table("| field | of |", rows))
}

/// The examples of a body.
pub(crate) fn body(document: &Value, kind: &str, media: &Value) -> Option<String> {
    let named = media["examples"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(_, example)| &resolved(document, example)["value"]);
    let shown: Vec<String> = media
        .get("example")
        .into_iter()
        .chain(named)
        .map(|example| code(language(kind), &shown(example)))
        .collect();
    (!shown.is_empty()).then(|| shown.join("\n\n"))
}

fn language(kind: &str) -> &str {
    match kind.rsplit(['/', '+']).next().unwrap_or_default() {
        "json" | "x-www-form-urlencoded" | "form-data" => "json",
        other => other,
    }
}

fn shown(example: &Value) -> String {
    example.as_str().map_or_else(|| format!("{example:#}"), str::to_owned)
}

fn collect(document: &Value, schema: &Value, before: &str, depth: usize, rows: &mut Vec<String>) {
    let schema = resolved(document, schema);
    for part in schema["allOf"].as_array().into_iter().flatten() {
        collect(document, part, before, depth, rows);
    }
    if schema.get("discriminator").is_some() {
        for choice in schema["oneOf"].as_array().into_iter().flatten() {
            let choice = resolved(document, choice);
            let kind = shown(&choice["properties"]["type"]["enum"][0]);
            collect(document, choice, &format!("{before}({kind}) "), depth, rows);
        }
    }
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{before}{name}");
        let of = if before.is_empty() { "body" } else { before.trim_end_matches('.') };
        rows.push(row(
            &path,
            of,
            &kind(document, field),
            required.contains(&name.as_str()),
            said(field),
        ));
        if depth > 1 {
            collect(document, not_null(field), &format!("{path}."), depth - 1, rows);
        }
    }
}

/// Of something or null, the something.
fn not_null(schema: &Value) -> &Value {
    let choices = schema["oneOf"].as_array().or(schema["anyOf"].as_array());
    choices
        .and_then(|choices| choices.iter().find(|choice| choice["type"] != "null"))
        .unwrap_or(schema)
}

fn said(part: &Value) -> &str {
    part["description"].as_str().or(not_null(part)["description"].as_str()).unwrap_or_default()
}

/// A type in words: `string (uuid)`, `array of integer`, `"ios" or "android" or null`.
fn kind(document: &Value, schema: &Value) -> String {
    if let Some(choices) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
        return choices
            .iter()
            .map(|choice| kind(document, choice))
            .collect::<Vec<_>>()
            .join(" or ");
    }
    let schema = resolved(document, schema);
    if let Some(allowed) = schema["enum"].as_array() {
        return allowed
            .iter()
            .map(|value| format!("`{}`", shown(value)))
            .collect::<Vec<_>>()
            .join(" or ");
    }
    let types = match &schema["type"] {
        Value::String(one) => one.clone(),
        Value::Array(some) => {
            some.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or ")
        }
        _ => "object".to_owned(),
    };
    if types == "array" {
        return format!("array of {}", kind(document, &schema["items"]));
    }
    let bounds = [
        ("minLength", "at least"),
        ("maxLength", "at most"),
        ("minimum", "from"),
        ("maximum", "to"),
    ];
    let bounds = bounds
        .iter()
        .filter_map(|(member, words)| Some(format!("{words} {}", schema.get(*member)?)));
    let notes: Vec<String> =
        schema["format"].as_str().map(str::to_owned).into_iter().chain(bounds).collect();
    if notes.is_empty() { types } else { format!("{types} ({})", notes.join(", ")) }
}

fn row(name: &str, place: &str, kind: &str, required: bool, description: &str) -> String {
    let words = description.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|");
    format!(
        "| `{name}` | {place} | {} | {} | {words} |",
        kind.replace('|', "\\|"),
        if required { "yes" } else { "no" }
    )
}

fn table(head: &str, rows: Vec<String>) -> String {
    format!("{head} type | required | |\n| --- | --- | --- | --- | --- |\n{}", rows.join("\n"))
}

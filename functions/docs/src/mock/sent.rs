//! What a request sends, read as the document says: parameters by their place and style, the body
//! by its content type, and texts as what their schema says they are.

use std::convert::Infallible;

use axum::extract::Request;
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, Uri, header};
use serde_json::{Map, Value};
use shared::http::{body::MOST_BYTES, error::ApiError};

use super::document::{Document, Operation};

/// The most bytes of a body that may hold a file.
const MOST_BYTES_OF_FILES: usize = 4 * 1024 * 1024;

/// A body and what it must be.
pub(super) struct Body {
    pub(super) schema: &'static Value,
    pub(super) value: Value,
}

type Pairs = Vec<(String, String)>;

/// The body, if there is one or must be one.
pub(super) async fn body(
    operation: &Operation,
    request: Request,
) -> Result<Option<Body>, ApiError> {
    let described = operation.document.resolved(&operation.described["requestBody"]);
    let Some(content) = described["content"].as_object() else { return Ok(None) };
    let content_type = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let takes_file =
        content.get(&kind).is_some_and(|media| has_file(operation.document, &media["schema"]));
    let most = if takes_file { MOST_BYTES_OF_FILES } else { MOST_BYTES };
    let bytes = axum::body::to_bytes(request.into_body(), most)
        .await
        .map_err(|_| ApiError::request_too_large(most))?;
    if kind.is_empty() && bytes.is_empty() {
        let schema = content.values().next().map_or(&Value::Null, |media| &media["schema"]);
        return Ok(described["required"]
            .as_bool()
            .unwrap_or(false)
            .then(|| Body { schema, value: Value::Object(Map::new()) }));
    }
    let media =
        content.get(&kind).ok_or_else(|| ApiError::unsupported_media_type(&content_type))?;
    let schema = &media["schema"];
    let value = match kind.as_str() {
        FORM => of_pairs(operation.document, schema, &form(&bytes)?),
        MULTIPART => of_pairs(operation.document, schema, &multipart(&content_type, bytes).await?),
        "application/json" => {
            let value = if bytes.is_empty() {
                Ok(Value::Object(Map::new()))
            } else {
                serde_json::from_slice(&bytes)
            };
            let value =
                value.map_err(|error| ApiError::parse(format!("JSON parse error - {error}")))?;
            as_described(operation.document, schema, value)
        }
        // Of other kinds the document has an example and no rules that JSON Schema could check.
        _ => return Ok(None),
    };
    Ok(Some(Body { schema, value }))
}

const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";

/// The value of a parameter, if it is there.
pub(super) fn parameter(
    document: &Document,
    described: &Value,
    variables: &[(String, String)],
    uri: &Uri,
    headers: &HeaderMap,
) -> Option<Value> {
    let name = described["name"].as_str()?;
    let schema = &described["schema"];
    let is_list = resolved(document, schema)["type"] == "array";
    let text = |text: &str| Value::String(text.to_owned());
    let split = |text: &str, separator: char| {
        Value::Array(text.split(separator).map(|item| Value::String(item.to_owned())).collect())
    };
    let raw = match described["in"].as_str()? {
        "path" => text(&variables.iter().find(|(known, _)| known == name)?.1),
        "header" => {
            let value = headers.get(name)?.to_str().ok()?;
            if is_list { split(value, ',') } else { text(value) }
        }
        "cookie" => {
            let cookies =
                headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
            let mut pairs = cookies
                .flat_map(|value| value.split(';'))
                .filter_map(|pair| pair.trim().split_once('='));
            text(pairs.find(|(known, _)| *known == name)?.1)
        }
        _ => {
            let pairs = form(uri.query().unwrap_or_default().as_bytes()).ok()?;
            let mut own =
                pairs.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
            match (described["style"].as_str().unwrap_or("form"), described["explode"] != false) {
                ("deepObject", _) => return of_object(document, schema, &pairs, name),
                ("spaceDelimited", _) => split(own.next()?, ' '),
                ("pipeDelimited", _) => split(own.next()?, '|'),
                (_, false) if is_list => split(own.next()?, ','),
                _ if is_list => Some(own.map(text).collect::<Vec<_>>())
                    .filter(|items| !items.is_empty())?
                    .into(),
                _ => text(own.next_back()?),
            }
        }
    };
    Some(as_described(document, schema, raw))
}

/// The object whose members are named `name[member]`.
fn of_object(document: &Document, schema: &Value, pairs: &Pairs, name: &str) -> Option<Value> {
    let member =
        |key: &str| Some(key.strip_prefix(name)?.strip_prefix('[')?.strip_suffix(']')?.to_owned());
    let own: Pairs =
        pairs.iter().filter_map(|(key, value)| Some((member(key)?, value.clone()))).collect();
    (!own.is_empty()).then(|| of_pairs(document, schema, &own))
}

/// The members of a form. A repeated name is a list, `outer.inner` and `outer[inner]` are members
/// of a nested object.
fn of_pairs(document: &Document, schema: &Value, pairs: &Pairs) -> Value {
    let mut object = Map::new();
    for (name, field) in fields(document, schema) {
        let own: Vec<Value> = pairs
            .iter()
            .filter(|(key, _)| *key == name || is_item(key, &name))
            .map(|(_, value)| Value::String(value.clone()))
            .collect();
        let kind = resolved(document, field);
        if kind["type"] == "array" && !own.is_empty() {
            object.insert(name, as_described(document, field, own.into()));
        } else if let Some(value) = own.into_iter().next_back() {
            object.insert(name, as_described(document, field, value));
        } else if kind["properties"].is_object() {
            let dotted: Pairs = pairs
                .iter()
                .filter_map(|(key, value)| {
                    Some((key.strip_prefix(&format!("{name}."))?.to_owned(), value.clone()))
                })
                .collect();
            let nested = if dotted.is_empty() {
                of_object(document, field, pairs, &name)
            } else {
                Some(of_pairs(document, field, &dotted))
            };
            object.extend(nested.map(|nested| (name, nested)));
        }
    }
    Value::Object(object)
}

/// `name[0]` or `name.0`.
fn is_item(key: &str, name: &str) -> bool {
    let rest = key.strip_prefix(name).unwrap_or_default();
    let place = rest
        .strip_prefix('.')
        .or_else(|| rest.strip_prefix('[')?.strip_suffix(']'))
        .unwrap_or_default();
    !place.is_empty() && place.bytes().all(|digit| digit.is_ascii_digit())
}

/// A text as what its schema says it is, where it reads as that; members and items alike. What does
/// not is left for the check to find.
fn as_described(document: &Document, schema: &Value, value: Value) -> Value {
    let schema = resolved(document, schema);
    let is = |kind: &str| {
        schema["type"] == kind
            || schema["type"].as_array().is_some_and(|kinds| kinds.iter().any(|one| one == kind))
    };
    match value {
        Value::String(text) => {
            let text = text.trim();
            let number = || serde_json::from_str::<Value>(text).ok().filter(Value::is_number);
            let read = match text.to_ascii_lowercase().as_str() {
                _ if is("integer") || is("number") => number(),
                "true" | "t" | "yes" | "y" | "on" | "1" if is("boolean") => Some(Value::Bool(true)),
                "false" | "f" | "no" | "n" | "off" | "0" if is("boolean") => {
                    Some(Value::Bool(false))
                }
                _ => None,
            };
            read.unwrap_or_else(|| Value::String(text.to_owned()))
        }
        Value::Number(number) if is("string") && !is("integer") && !is("number") => {
            Value::String(number.to_string())
        }
        Value::Array(items) => {
            items.into_iter().map(|item| as_described(document, &schema["items"], item)).collect()
        }
        Value::Object(members) => {
            let known = fields(document, schema);
            let read = |(name, value): (String, Value)| {
                let field = known.iter().find(|(known, _)| *known == name);
                let value =
                    field.map_or(value.clone(), |(_, field)| as_described(document, field, value));
                (name, value)
            };
            Value::Object(members.into_iter().map(read).collect())
        }
        other => other,
    }
}

/// The fields of an object's schema, those of its parts among them.
fn fields<'a>(document: &'a Document, schema: &'a Value) -> Vec<(String, &'a Value)> {
    let schema = resolved(document, schema);
    let parts =
        schema["allOf"].as_array().into_iter().flatten().flat_map(|part| fields(document, part));
    let own = schema["properties"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, field)| (name.clone(), field));
    parts.chain(own).collect()
}

/// What a schema is: what its `$ref` names; of something or null, the something.
fn resolved<'a>(document: &'a Document, schema: &'a Value) -> &'a Value {
    let schema = document.resolved(schema);
    let choices = schema["oneOf"].as_array().or(schema["anyOf"].as_array());
    let something =
        choices.and_then(|choices| choices.iter().find(|choice| choice["type"] != "null"));
    something.map_or(schema, |something| document.resolved(something))
}

fn has_file(document: &Document, schema: &Value) -> bool {
    let is_file =
        |field: &Value| field["format"] == "binary" || field["contentMediaType"].is_string();
    fields(document, schema).iter().any(|(_, field)| is_file(resolved(document, field)))
}

fn form(bytes: &[u8]) -> Result<Pairs, ApiError> {
    serde_html_form::from_bytes(bytes)
        .map_err(|error| ApiError::parse(format!("Form parse error - {error}")))
}

/// Names and contents of the parts; a file's content as far as it is text.
async fn multipart(content_type: &str, bytes: Bytes) -> Result<Pairs, ApiError> {
    let malformed =
        |error: multer::Error| ApiError::parse(format!("Multipart form parse error - {error}"));
    let boundary = multer::parse_boundary(content_type).map_err(malformed)?;
    let mut parts = multer::Multipart::new(stream::iter([Ok::<_, Infallible>(bytes)]), boundary);
    let mut pairs = Pairs::new();
    while let Some(part) = parts.next_field().await.map_err(malformed)? {
        let name = part.name().unwrap_or_default().to_owned();
        let content = part.bytes().await.map_err(malformed)?;
        pairs.push((name, String::from_utf8_lossy(&content).into_owned()));
    }
    Ok(pairs)
}

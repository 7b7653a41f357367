//! Which changes between two documents break an app that was made for the first.

use std::collections::BTreeSet;

use serde_json::Value;

use super::schema::{items, members, merged};
use crate::repository::{Operation, operations, resolved};

/// Who writes a value: the app in a request, or the API in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Request,
    Answer,
}

/// Two documents, and what was found.
struct Comparison<'a> {
    old: &'a Value,
    new: &'a Value,
    /// Pairs of schemas that are being compared, by their references.
    open: Vec<(String, String)>,
    found: Vec<String>,
}

/// A sentence for each change that breaks an app.
pub(super) fn breaks(old: &Value, new: &Value) -> Vec<String> {
    let mut comparison = Comparison { old, new, open: Vec::new(), found: Vec::new() };
    let today = operations(new);
    for before in operations(old) {
        match today.iter().find(|now| now.place() == before.place()) {
            Some(now) => comparison.operation(&before, now),
            None => comparison.found.push(format!("{} is removed", before.place())),
        }
    }
    comparison.found.dedup();
    comparison.found
}

impl Comparison<'_> {
    fn report(&mut self, place: &str, what: &str) {
        self.found.push(format!("{place}: {what}"));
    }

    fn operation(&mut self, before: &Operation, now: &Operation) {
        let place = before.place();
        let (old, new) = (&before.described, &now.described);
        if old["operationId"] != new["operationId"] {
            let change = format!("its id {} has become {}", old["operationId"], new["operationId"]);
            self.report(&place, &change);
        }
        if old.get("security").is_none() && new.get("security").is_some() {
            self.report(&place, "it needs a token now");
        }
        self.parameters(&place, old, new);
        self.body(&place, &old["requestBody"], &new["requestBody"]);
        for (status, answer) in members(&old["responses"]) {
            let place = format!("{place}, {status}");
            match new["responses"].get(status) {
                Some(now) => {
                    let (old, new) = (resolved(self.old, answer), resolved(self.new, now));
                    for (name, _) in members(&old["headers"]) {
                        if new["headers"].get(name).is_none() {
                            self.report(&place, &format!("the header {name} is removed"));
                        }
                    }
                    self.content(&place, &old["content"], &new["content"], Side::Answer);
                }
                None => self.report(&place, "the status is removed"),
            }
        }
    }

    fn parameters(&mut self, place: &str, old: &Value, new: &Value) {
        let key = |one: &Value| (one["in"].clone(), one["name"].clone());
        let named = |one: &Value| format!("{place}, {} parameter {}", one["in"], one["name"]);
        let (old, new) = (items(&old["parameters"]), items(&new["parameters"]));
        for before in &old {
            match new.iter().find(|now| key(now) == key(before)) {
                Some(now) => {
                    if now["style"] != before["style"] {
                        self.report(&named(before), "its style is another");
                    }
                    let (before_schema, schema) = (&before["schema"], &now["schema"]);
                    self.schema(&named(before), before_schema, schema, Side::Request);
                }
                None => self.report(&named(before), "it is removed"),
            }
        }
        for now in &new {
            let before = old.iter().find(|before| key(before) == key(now));
            let was_required = before.is_some_and(|before| before["required"] == true);
            if now["required"] == true && !was_required {
                self.report(&named(now), "it is required now");
            }
        }
    }

    fn body(&mut self, place: &str, old: &Value, new: &Value) {
        let place = format!("{place}, body");
        if old.is_object() && !new.is_object() {
            self.report(&place, "it is removed");
            return;
        }
        if new["required"] == true && old["required"] != true {
            self.report(&place, "it is required now");
        }
        self.content(&place, &old["content"], &new["content"], Side::Request);
    }

    fn content(&mut self, place: &str, old: &Value, new: &Value, side: Side) {
        for (kind, before) in members(old) {
            match new.get(kind) {
                Some(now) => self.schema(place, &before["schema"], &now["schema"], side),
                None => self.report(place, &format!("the media type {kind} is removed")),
            }
        }
    }

    fn schema(&mut self, place: &str, old: &Value, new: &Value, side: Side) {
        let name = |schema: &Value| schema["$ref"].as_str().unwrap_or_default().to_owned();
        let pair = (name(old), name(new));
        let is_named = !pair.0.is_empty() || !pair.1.is_empty();
        if is_named && self.open.contains(&pair) {
            return;
        }
        self.open.push(pair);
        let (old, new) = (merged(self.old, old), merged(self.new, new));
        self.types(place, &old, &new, side);
        self.values(place, &old, &new, side);
        if side == Side::Request {
            self.limits(place, &old, &new);
        }
        self.properties(place, &old, &new, side);
        for member in ["items", "additionalProperties"] {
            if old[member].is_object() && new[member].is_object() {
                self.schema(&format!("{place}[]"), &old[member], &new[member], side);
            }
        }
        for word in ["oneOf", "anyOf"] {
            self.choices(place, &items(&old[word]), &items(&new[word]), side);
        }
        self.open.pop();
    }

    /// An app may send all types that it could, and is answered with no other than it could.
    fn types(&mut self, place: &str, old: &Value, new: &Value, side: Side) {
        let (old_types, new_types) = (types(old), types(new));
        let (from, to) = match side {
            Side::Request => (&old_types, &new_types),
            Side::Answer => (&new_types, &old_types),
        };
        let admits = |kind: &String| {
            to.is_empty() || to.contains(kind) || (kind == "integer" && to.contains("number"))
        };
        if (from.is_empty() && !to.is_empty()) || !from.iter().all(admits) {
            let change = format!("its type {old_types:?} has become {new_types:?}");
            self.report(place, &change);
        }
        let (before, now) = (&old["format"], &new["format"]);
        let (from, to) = if side == Side::Request { (before, now) } else { (now, before) };
        let fits = from == to || (from == "int32" && to == "int64");
        if !to.is_null() && !fits {
            self.report(place, &format!("its format {before} has become {now}"));
        }
    }

    fn values(&mut self, place: &str, old: &Value, new: &Value, side: Side) {
        let (from, to) = match side {
            Side::Request => (old, new),
            Side::Answer => (new, old),
        };
        let Some(admitted) = allowed(to) else { return };
        let others = match allowed(from) {
            Some(values) => values.into_iter().filter(|value| !admitted.contains(value)).collect(),
            None => vec!["any".into()],
        };
        if !others.is_empty() {
            let others: Vec<String> = others.iter().map(ToString::to_string).collect();
            let change = if side == Side::Request { "no longer takes" } else { "can now be" };
            self.report(place, &format!("it {change} {}", others.join(", ")));
        }
    }

    fn limits(&mut self, place: &str, old: &Value, new: &Value) {
        for limit in ["minLength", "minItems", "minimum", "exclusiveMinimum"] {
            let (before, now) = (old[limit].as_f64(), new[limit].as_f64());
            if now.is_some_and(|now| before.is_none_or(|before| before < now)) {
                self.report(place, &format!("{limit} is {} now, not {}", new[limit], old[limit]));
            }
        }
        for limit in ["maxLength", "maxItems", "maximum", "exclusiveMaximum"] {
            let (before, now) = (old[limit].as_f64(), new[limit].as_f64());
            if now.is_some_and(|now| before.is_none_or(|before| before > now)) {
                self.report(place, &format!("{limit} is {} now, not {}", new[limit], old[limit]));
            }
        }
        if !new["pattern"].is_null() && old["pattern"] != new["pattern"] {
            let change = format!("its pattern {} has become {}", old["pattern"], new["pattern"]);
            self.report(place, &change);
        }
    }

    fn properties(&mut self, place: &str, old: &Value, new: &Value, side: Side) {
        let is_required =
            |schema: &Value, name: &str| items(&schema["required"]).iter().any(|one| *one == name);
        for (name, before) in members(&old["properties"]) {
            let place = format!("{place}, {name}");
            match new["properties"].get(name) {
                Some(now) => self.schema(&place, before, now, side),
                None => self.report(&place, "it is removed"),
            }
            if side == Side::Answer && is_required(old, name) && !is_required(new, name) {
                self.report(&place, "it may be absent now");
            }
        }
        for name in items(&new["required"]).into_iter().filter_map(Value::as_str) {
            if side == Side::Request && !is_required(old, name) {
                self.report(&format!("{place}, {name}"), "it is required now");
            }
        }
    }

    fn choices(&mut self, place: &str, old: &[&Value], new: &[&Value], side: Side) {
        let (from, to) = if side == Side::Request { (old, new) } else { (new, old) };
        if from.len() > to.len() {
            let change = format!("it has {} choices now, not {}", new.len(), old.len());
            self.report(place, &change);
        }
        for (before, now) in old.iter().zip(new) {
            self.schema(place, before, now, side);
        }
    }
}

fn types(schema: &Value) -> BTreeSet<String> {
    let many = items(&schema["type"]).into_iter();
    many.chain([&schema["type"]]).filter_map(Value::as_str).map(str::to_owned).collect()
}

fn allowed(schema: &Value) -> Option<Vec<Value>> {
    let one = schema.get("const").map(|value| vec![value.clone()]);
    one.or_else(|| schema.get("enum")?.as_array().cloned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const BODY: &str = "/paths/~1a~1/post/requestBody/content/application~1json/schema";
    const OUT: &str = "/components/schemas/Out";
    const OPERATION: &str = "/paths/~1a~1/post";

    fn document() -> Value {
        json!({
            "paths": {"/a/": {"post": {
                "operationId": "makeA",
                "parameters": [{"in": "query", "name": "q", "schema": {"type": "string"}}],
                "requestBody": {"content": {"application/json": {"schema": {
                    "type": "object", "required": ["n"], "properties": {
                        "n": {"type": ["string", "null"], "maxLength": 5, "minLength": 1},
                        "kind": {"type": "string", "enum": ["a", "b"]},
                    },
                }}}},
                "responses": {
                    "200": {
                        "headers": {"ETag": {}},
                        "content": {"application/json":
                            {"schema": {"$ref": "#/components/schemas/Out"}}},
                    },
                    "404": {},
                },
            }}},
            "components": {"schemas": {"Out": {
                "type": "object", "required": ["id"], "properties": {
                    "id": {"type": "integer", "format": "int64"},
                    "kind": {"type": "string", "enum": ["a", "b"]},
                    "inner": {"type": "array", "items": {"$ref": "#/components/schemas/Out"}},
                },
            }}},
        })
    }

    /// What breaks where the member of a part has another value, or is absent.
    fn found(part: &str, member: &str, value: Option<Value>) -> Vec<String> {
        let old = document();
        let mut new = old.clone();
        let members = new.pointer_mut(part).and_then(Value::as_object_mut);
        let members = members.unwrap_or_else(|| panic!("no part {part}"));
        match value {
            Some(value) => members.insert(member.to_owned(), value),
            None => members.remove(member),
        };
        breaks(&old, &new)
    }

    #[test]
    fn what_breaks_an_app_is_found() {
        let at = |part: &str, below: &str| format!("{part}{below}");
        let cases = [
            ("/paths".to_owned(), "/a/", None, "POST /a/ is removed"),
            (OPERATION.into(), "operationId", Some(json!("b")), "its id \"makeA\""),
            (OPERATION.into(), "security", Some(json!([{}])), "it needs a token now"),
            (OPERATION.into(), "parameters", None, "query\" parameter \"q\": it is removed"),
            (at(OPERATION, "/parameters/0"), "required", Some(json!(true)), "required now"),
            (OPERATION.into(), "requestBody", None, "body: it is removed"),
            (at(OPERATION, "/requestBody"), "required", Some(json!(true)), "it is required now"),
            (at(OPERATION, "/requestBody/content"), "application/json", None, "media type"),
            (at(OPERATION, "/responses"), "404", None, "404: the status is removed"),
            (at(OPERATION, "/responses/200/headers"), "ETag", None, "the header ETag is removed"),
            (at(BODY, "/properties"), "kind", None, "body, kind: it is removed"),
            (BODY.into(), "required", Some(json!(["n", "kind"])), "kind: it is required now"),
            (at(BODY, "/properties/n"), "type", Some(json!("string")), "n: its type"),
            (at(BODY, "/properties/n"), "maxLength", Some(json!(4)), "maxLength is 4 now, not 5"),
            (at(BODY, "/properties/n"), "minLength", Some(json!(2)), "minLength is 2 now, not 1"),
            (at(BODY, "/properties/n"), "pattern", Some(json!("^x")), "its pattern null"),
            (at(BODY, "/properties/n"), "format", Some(json!("uuid")), "its format null"),
            (at(BODY, "/properties/kind"), "enum", Some(json!(["a"])), "it no longer takes \"b\""),
            (at(OUT, "/properties"), "id", None, "200, id: it is removed"),
            (OUT.into(), "required", Some(json!([])), "200, id: it may be absent now"),
            (at(OUT, "/properties/id"), "type", Some(json!(["integer", "null"])), "id: its type"),
            (at(OUT, "/properties/id"), "type", Some(json!("string")), "id: its type"),
            (at(OUT, "/properties/id"), "format", None, "its format \"int64\" has become null"),
            (at(OUT, "/properties/kind"), "enum", Some(json!(["a", "b", "c"])), "can now be \"c\""),
            (at(OUT, "/properties/kind"), "enum", None, "it can now be \"any\""),
        ];
        for (part, member, value, wanted) in cases {
            let found = found(&part, member, value.clone());
            let says = found.len() == 1 && found[0].contains(wanted);
            assert!(says, "{part} {member} {value:?}: {found:?} where {wanted:?} was expected");
        }
    }

    #[test]
    fn what_breaks_no_app_is_not_reported() {
        let at = |part: &str, below: &str| format!("{part}{below}");
        let any = json!({"type": "string"});
        let cases = [
            ("/paths".to_owned(), "/b/", Some(json!({"get": {"operationId": "b"}}))),
            (at(OPERATION, "/parameters/0"), "required", Some(json!(false))),
            (at(OPERATION, "/responses"), "409", Some(json!({}))),
            (at(BODY, "/properties"), "more", Some(any.clone())),
            (BODY.into(), "required", Some(json!([]))),
            (at(BODY, "/properties/n"), "maxLength", Some(json!(6))),
            (at(BODY, "/properties/n"), "minLength", None),
            (at(BODY, "/properties/kind"), "enum", Some(json!(["a", "b", "c"]))),
            (at(BODY, "/properties/kind"), "type", Some(json!(["string", "null"]))),
            (at(OUT, "/properties"), "more", Some(any)),
            (OUT.into(), "required", Some(json!(["id", "kind"]))),
            (at(OUT, "/properties/kind"), "enum", Some(json!(["a"]))),
            (at(OUT, "/properties/id"), "format", Some(json!("int32"))),
        ];
        for (part, member, value) in cases {
            let found = found(&part, member, value);
            assert!(found.is_empty(), "{part} {member}: {found:?}");
        }
    }
}

//! What an answer depends on beside the preferences: the version of the app, the version that the
//! client has, the page that it asks for.
//!
//! Invariant: nothing is remembered. A list has two pages, and its cursors say which is meant.

use http::Uri;
use serde_json::Value;
use shared::{
    content::{Availability, Update},
    http::{checks::asking_app, etag::ETag, mocked::MockedRequest, origin::origin},
};

use super::document::{Document, Operation};

const CURSOR: &str = "cursor";
const FIRST: &str = "page-1";
const SECOND: &str = "page-2";

/// The status that follows from a request, where it is not a success.
pub(super) fn status(operation: &Operation, request: &MockedRequest) -> Option<&'static str> {
    let headers = &request.headers;
    let answers = &operation.described["responses"];
    let documents = |status: &&str| answers.get(*status).is_some();
    let tag = answers["200"]["headers"]["ETag"]["example"].as_str().unwrap_or_default();
    let tag = ETag::new(tag.trim_matches('"'));
    let is_old = || availability(operation.document).update(asking_app(headers)) == Update::Hard;
    let follows = [
        ("426", documents(&"426") && is_old()),
        (
            "404",
            is_paged(operation) && cursors(&request.uri).any(|one| ![FIRST, SECOND].contains(&one)),
        ),
        ("412", !tag.satisfies(headers)),
        ("304", tag.is_known_to(headers)),
    ];
    let mut following = follows.into_iter().filter(|(_, follows)| *follows);
    following.find_map(|(status, _)| Some(status).filter(documents))
}

/// Fits the example of a success to its request.
pub(super) fn fit(operation: &Operation, request: &MockedRequest, body: &mut Value) {
    let app = asking_app(&request.headers);
    if operation.described["operationId"] == "getAppInfo" && app.version.is_some() {
        let update = availability(operation.document).update(app);
        body["update"] = serde_json::to_value(update).unwrap_or_default();
    }
    if is_paged(operation) {
        turn_to_page(request, body);
    }
}

fn is_paged(operation: &Operation) -> bool {
    let parameters = operation.described["parameters"].as_array();
    parameters.into_iter().flatten().any(|one| one["name"] == CURSOR)
}

/// Makes the example of a list its first or second page.
fn turn_to_page(request: &MockedRequest, body: &mut Value) {
    let is_second = cursors(&request.uri).any(|one| one == SECOND);
    let at = |cursor: &str| Value::from(address(request, cursor));
    let Some(whole) = body.as_object_mut() else { return };
    if is_second {
        // It stands on the first page alone.
        whole.remove("unread");
    }
    let list = if whole.contains_key("next") { Some(whole) } else { inner_list(whole) };
    let Some(list) = list else { return };
    let (next, previous) =
        if is_second { (Value::Null, at(FIRST)) } else { (at(SECOND), Value::Null) };
    list.insert("next".to_owned(), next);
    if let Some(link) = list.get_mut("previous") {
        *link = previous;
    }
    let results = list.get_mut("results").and_then(Value::as_array_mut);
    for entry in results.into_iter().flatten().filter(|_| is_second) {
        if let Some(id) = entry["id"].as_str() {
            entry["id"] = another(id).into();
        }
    }
}

fn inner_list(
    whole: &mut serde_json::Map<String, Value>,
) -> Option<&mut serde_json::Map<String, Value>> {
    whole.values_mut().filter_map(Value::as_object_mut).find(|one| one.contains_key("next"))
}

/// An id with another last digit, so that the pages differ.
fn another(id: &str) -> String {
    let mut digits = id.to_owned();
    let last = digits.pop();
    digits.push(if last == Some('0') { '1' } else { '0' });
    digits
}

/// The address of a request with another cursor.
fn address(request: &MockedRequest, cursor: &str) -> String {
    let others = parameters(&request.uri).filter(|one| cursor_of(one).is_none());
    let query: Vec<String> =
        others.map(str::to_owned).chain([format!("{CURSOR}={cursor}")]).collect();
    format!("{}{}/?{}", origin(&request.headers), request.uri.path(), query.join("&"))
}

/// The cursor, if a parameter is one.
fn cursor_of(parameter: &str) -> Option<&str> {
    parameter.strip_prefix(CURSOR)?.strip_prefix('=')
}

fn cursors(uri: &Uri) -> impl Iterator<Item = &str> {
    parameters(uri).filter_map(cursor_of).filter(|one| !one.is_empty())
}

fn parameters(uri: &Uri) -> impl Iterator<Item = &str> {
    uri.query().unwrap_or_default().split('&').filter(|one| !one.is_empty())
}

/// The versions of the app in the example of `getAppInfo`.
fn availability(document: &Document) -> Availability {
    let platforms = document.app_info()["platforms"].clone();
    let platforms = serde_json::from_value(platforms).unwrap_or_default();
    Availability { platforms, ..Availability::default() }
}

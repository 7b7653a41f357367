//! `allParameters`: every kind of parameter in every place, still in development, answered by the
//! example of the document.
//!
//! Client generators are tried on it. `bodies` declares the bodies. Parameters have styles that no
//! request has, so `described` documents them and `reading` has their rules.

mod bodies;
mod described;
mod reading;

use axum::Json;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use self::{
    bodies::AllFields,
    described::{InCookies, InHeaders, InPath, InQuery},
    reading::AllParameters,
};

/// The folder of what shows the states that an operation goes through.
const TAG: &str = "👀 A_接口状态_看效果";

/// The result.
#[derive(Serialize, ToSchema)]
pub(crate) struct AllParametersOut {
    id: i64,
    name: String,
    count: i32,
    tags: Vec<String>,
}

/// 1_开发中_全参数测试-接口文档默认mock
///
/// Takes a parameter of every kind and checks each; the answer is the document's example. In
/// development: it may change.
#[utoipa::path(post, path = "/api/all-parameters/{id}/", operation_id = "allParameters", tag = TAG,
    params(InPath, InQuery, InHeaders, InCookies),
    request_body(content(
        (AllFields = "application/json", example = json!(example())),
        (AllFields = "application/x-www-form-urlencoded",
            example = json!({"name": "A thing", "count": 2, "tags": ["a", "b"]})),
        (AllFields = "multipart/form-data",
            example = json!({"name": "A thing", "count": 2, "file": "the content of a file"})),
    )),
    responses((status = 200, description = "The example of the document.",
        body = AllParametersOut, example = json!(default_mock()))))]
pub(crate) async fn all_parameters(_: AllParameters) -> Json<AllParametersOut> {
    Json(default_mock())
}

/// The example of the answer, which is the answer.
fn default_mock() -> AllParametersOut {
    AllParametersOut {
        id: 7,
        name: "A thing".to_owned(),
        count: 2,
        tags: vec!["a".to_owned(), "b".to_owned()],
    }
}

/// A body for the documentation.
fn example() -> Value {
    json!({"name": "A thing", "count": 2, "price": 9.5, "agreed": true,
        "email": "amal@example.com", "at": "2026-11-25T18:00:00.000Z", "sort": "newest",
        "note": null, "tags": ["a", "b"], "place": {"lat": 24.7, "lng": 46.7}})
}

//! The document as the mock reads it.

use std::sync::LazyLock;

use http::{HeaderValue, Method, header};
use serde_json::Value;
use shared::http::error::ApiError;

/// The document.
#[derive(Debug)]
pub(super) struct Document(Value);

/// One operation of it.
#[derive(Clone)]
pub(super) struct Operation {
    pub(super) document: &'static Document,
    pub(super) described: &'static Value,
}

const TEXT: &[u8] = include_bytes!("../../docs/openapi.json");

/// Parsed at the first request and not when the function starts.
static OURS: LazyLock<Option<Document>> =
    LazyLock::new(|| serde_json::from_slice(TEXT).ok().map(Document));

impl Document {
    /// The one that the documentation serves.
    pub(super) fn ours() -> Result<&'static Self, ApiError> {
        OURS.as_ref().ok_or_else(|| ApiError::internal("the document cannot be read"))
    }

    /// The operation of a path, as the document writes it, and a method.
    pub(super) fn operation(
        &'static self,
        path: &str,
        method: &Method,
    ) -> Result<Operation, ApiError> {
        let method = if method == Method::HEAD { &Method::GET } else { method };
        let described = self.0["paths"][path].get(method.as_str().to_lowercase());
        let described =
            described.ok_or_else(|| ApiError::internal("the document lacks an operation"))?;
        Ok(Operation { document: self, described })
    }

    /// The example of `getAppInfo`.
    pub(super) fn app_info(&self) -> &Value {
        let answer = &self.0["paths"]["/api/app-info/"]["get"]["responses"]["200"];
        &answer["content"]["application/json"]["example"]
    }

    /// A part, or what its `$ref` names.
    pub(super) fn resolved<'a>(&'a self, part: &'a Value) -> &'a Value {
        let name =
            part["$ref"].as_str().and_then(|name| self.0.pointer(name.trim_start_matches('#')));
        name.unwrap_or(part)
    }
}

/// The document's headers of an answer that have an example.
pub(super) fn example_headers(
    answer: &'static Value,
) -> impl Iterator<Item = (header::HeaderName, HeaderValue)> {
    let headers = answer["headers"].as_object().into_iter().flatten();
    headers.filter_map(|(name, described)| {
        let example = described.get("example")?;
        let text = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
        Some((name.parse().ok()?, text.parse().ok()?))
    })
}

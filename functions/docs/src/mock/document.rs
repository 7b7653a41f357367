//! The document as the mock reads it, and the operation that a request is for.

use std::sync::LazyLock;

use http::{HeaderValue, Method, header};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use shared::http::error::ApiError;

use crate::site;

/// The document.
#[derive(Debug)]
pub(super) struct Document(Value);

/// One operation of it.
#[derive(Clone)]
pub(super) struct Operation {
    pub(super) document: &'static Document,
    pub(super) described: &'static Value,
}

/// Read when the first mocked request comes, not when the function starts.
static OURS: LazyLock<Option<Document>> = LazyLock::new(|| {
    serde_json::from_slice(&site::content_of("/openapi.json")?).ok().map(Document)
});

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// A path that fits: the more of it is spelt out, the better.
pub(super) struct Found {
    document: &'static Document,
    spelt_out: usize,
    item: &'static Value,
    /// Name and value of each variable in the path.
    pub(super) variables: Vec<(String, String)>,
}

impl Document {
    /// The one that this function serves.
    pub(super) fn ours() -> Option<&'static Self> {
        OURS.as_ref()
    }

    /// The path of the document that a request's path fits best.
    pub(super) fn find(&'static self, path: &str) -> Result<Found, ApiError> {
        let paths = self.0["paths"].as_object().into_iter().flatten();
        let fits = paths.filter_map(|(template, item)| self.fit(template, path, item));
        fits.max_by_key(|found| found.spelt_out).ok_or_else(ApiError::no_such_path)
    }

    /// The last variable of a template takes all that is left, as a registration id with slashes in
    /// it needs.
    fn fit(&'static self, template: &str, path: &str, item: &'static Value) -> Option<Found> {
        let segments: Vec<&str> = template.trim_matches('/').split('/').collect();
        let given: Vec<&str> = path.trim_matches('/').splitn(segments.len(), '/').collect();
        let mut found = Found { document: self, spelt_out: 0, item, variables: Vec::new() };
        for (place, segment) in segments.iter().enumerate() {
            let value = percent_decode_str(given.get(place)?).decode_utf8().ok()?;
            match segment.strip_prefix('{').and_then(|segment| segment.strip_suffix('}')) {
                Some(name) if !value.is_empty() => {
                    found.variables.push((name.to_owned(), value.into_owned()))
                }
                None if *segment == value => found.spelt_out += 1,
                _ => return None,
            }
        }
        Some(found)
    }

    /// What a part is, or what its `$ref` names.
    pub(super) fn resolved<'a>(&'a self, part: &'a Value) -> &'a Value {
        let name =
            part["$ref"].as_str().and_then(|name| self.0.pointer(name.trim_start_matches('#')));
        name.unwrap_or(part)
    }

    fn is_bearer(&self, scheme: &str) -> bool {
        self.0["components"]["securitySchemes"][scheme]["scheme"] == "bearer"
    }
}

impl Found {
    /// The operation of a method.
    pub(super) fn operation(&self, method: &Method) -> Option<Operation> {
        let name =
            if method == Method::HEAD { "get".to_owned() } else { method.as_str().to_lowercase() };
        let described = self.item.get(&name)?;
        Some(Operation { document: self.document, described })
    }

    /// All operations of the path.
    pub(super) fn operations(&self) -> impl Iterator<Item = Operation> {
        let document = self.document;
        METHODS
            .iter()
            .filter_map(|name| self.item.get(*name))
            .map(move |described| Operation { document, described })
    }

    /// `Allow`.
    pub(super) fn allowed(&self) -> String {
        let there = |name: &&&str| self.item.get(**name).is_some();
        let mut names: Vec<String> =
            METHODS.iter().filter(there).map(|name| name.to_uppercase()).collect();
        if self.item.get("get").is_some() {
            names.push("HEAD".to_owned());
        }
        names.push("OPTIONS".to_owned());
        names.join(", ")
    }
}

impl Operation {
    /// The media types of its answers.
    pub(super) fn media(&self) -> Vec<&'static str> {
        let answers = self.described["responses"].as_object().into_iter().flatten();
        let contents =
            answers.filter_map(|(_, answer)| self.document.resolved(answer)["content"].as_object());
        contents.flat_map(Map::keys).map(String::as_str).collect()
    }

    pub(super) fn parameters(&self) -> impl Iterator<Item = &'static Value> {
        let document = self.document;
        self.described["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|parameter| document.resolved(parameter))
    }

    /// Whether nobody may call it without a bearer token.
    pub(super) fn needs_bearer(&self) -> bool {
        let requirements =
            self.described["security"].as_array().map(Vec::as_slice).unwrap_or_default();
        let of_bearer = |requirement: &Value| {
            let mut schemes = requirement.as_object().into_iter().flat_map(Map::keys);
            schemes.any(|scheme| self.document.is_bearer(scheme))
        };
        !requirements.is_empty() && requirements.iter().all(of_bearer)
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

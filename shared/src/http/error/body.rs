//! The two forms of an error's body: the envelope, and problem details.

use std::borrow::Cow;

use http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::http::failure::Failure;

/// The body of every error.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ErrorBody {
    /// `validation_error` for field errors, `client_error` for other 4xx, `server_error` for 5xx.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// At least one.
    pub errors: Vec<ErrorItem>,
    /// Where the app is updated; only with `upgrade_required`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub store_url: Option<String>,
    /// Where the API is described; only where nothing is served at a path.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>)]
    pub docs_url: Option<&'static str>,
}

/// One error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ErrorItem {
    /// What happened, for programs.
    #[schema(value_type = String)]
    pub code: &'static str,
    /// For people.
    #[schema(value_type = String)]
    pub detail: Cow<'static, str>,
    /// The field (nested: `location.lat`), `non_field_errors`, or null.
    #[schema(required)]
    pub attr: Option<String>,
}

/// RFC 9457 problem details, for clients that prefer `application/problem+json`.
#[derive(Debug, Serialize)]
struct Problem<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: &'a str,
    code: &'a str,
    errors: &'a Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    store_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    docs_url: Option<&'a str>,
}

/// Rides along in the response, so that the outermost layer can write the same error as problem
/// details.
#[derive(Debug, Clone)]
pub(crate) struct Written(StatusCode, Value);

impl Written {
    pub(super) fn new(status: StatusCode, body: &ErrorBody) -> Self {
        Self(status, serde_json::to_value(body).unwrap_or_default())
    }

    /// An error that was stored, to be given again.
    pub(crate) fn again(status: StatusCode, body: &str) -> Self {
        Self(status, serde_json::from_str(body).unwrap_or_default())
    }

    /// What it says to people: the first where there are several.
    pub(crate) fn said(&self) -> Failure<'_> {
        let Self(status, body) = self;
        let text = |member: &str| body["errors"][0][member].as_str().unwrap_or_default();
        Failure { status: *status, code: text("code"), detail: text("detail") }
    }

    /// Replaces each detail for which `translated` has another text. The body then, if any has
    /// changed.
    pub(super) fn translate(
        &mut self,
        translated: impl Fn(&str) -> Option<String>,
    ) -> Option<Vec<u8>> {
        let Self(_, body) = self;
        let mut is_changed = false;
        for error in body["errors"].as_array_mut()? {
            let text = error["detail"].as_str().and_then(&translated);
            is_changed |= text.is_some();
            if let Some(text) = text {
                error["detail"] = text.into();
            }
        }
        is_changed.then(|| serde_json::to_vec(body).ok())?
    }

    /// The same error as problem details.
    pub(crate) fn problem_body(&self) -> Option<Vec<u8>> {
        let Self(status, body) = self;
        let first = &body["errors"][0];
        let problem = Problem {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            detail: first["detail"].as_str()?,
            code: first["code"].as_str()?,
            errors: &body["errors"],
            store_url: body["store_url"].as_str(),
            docs_url: body["docs_url"].as_str(),
        };
        serde_json::to_vec(&problem).ok()
    }
}

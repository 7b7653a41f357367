//! The answers that an operation gives because of what it is. Each stands once under
//! `components.responses`, and no operation repeats it.

use http::{Method, StatusCode};
use utoipa::openapi::{
    RefOr, Response,
    path::{Operation as PathOperation, Parameter, ParameterIn},
};

use crate::{
    http::{
        body::MOST_BYTES,
        documented,
        error::ApiError,
        etag::{IF_MATCH, IF_NONE_MATCH},
        idempotency,
        operation::{Access, Operation},
        page,
    },
    limits::Wait,
};

/// An answer of many operations.
pub(super) struct Common {
    /// Its place under `components.responses`.
    pub(super) name: &'static str,
    of: Of,
    when: &'static str,
    /// Its examples, the most telling first. Without any it has no body and is 304.
    errors: fn() -> Vec<ApiError>,
}

/// Which operations give it.
enum Of {
    All,
    WithBody,
    Authenticated,
    Closable,
    /// Writes that count against the customer's limit.
    CountedWrite,
    /// A resource of the caller, named in the path.
    ById,
    /// With a parameter of this name.
    With(&'static str),
}

/// All of them, by status.
pub(super) const COMMON: &[Common] = &[
    Common {
        name: "NotModified",
        of: Of::With(IF_NONE_MATCH),
        when: "The version that `If-None-Match` names is still the newest.",
        errors: Vec::new,
    },
    Common {
        name: "Invalid",
        of: Of::WithBody,
        when: "Invalid fields, all of them at once, or a body that its content type does not fit.",
        errors: || {
            let field = |code, detail| ApiError::field("field", code, detail);
            vec![
                field("required", "This field is required."),
                field("null", "This field may not be null."),
                field("blank", "This field may not be blank."),
                field("invalid", "Not a valid string."),
                ApiError::parse("JSON parse error - expected value at line 1 column 1".to_owned()),
            ]
        },
    },
    Common {
        name: "Unauthorized",
        of: Of::Authenticated,
        when: "No token, an invalid token, or a session that has ended.",
        errors: || {
            vec![
                ApiError::bearer_token_not_valid(),
                ApiError::not_authenticated(),
                ApiError::user_inactive(),
            ]
        },
    },
    Common {
        name: "NotFound",
        of: Of::ById,
        when: "The caller has no such resource.",
        errors: || vec![ApiError::not_found()],
    },
    Common {
        name: "InvalidCursor",
        of: Of::With(page::CURSOR),
        when: "A cursor that does not belong to this list.",
        errors: || vec![ApiError::invalid_cursor()],
    },
    Common {
        name: "MethodNotAllowed",
        of: Of::All,
        when: "Another method. `Allow` lists the methods of the path.",
        errors: || vec![ApiError::method_not_allowed(&Method::TRACE, "GET, HEAD, OPTIONS")],
    },
    Common {
        name: "NotAcceptable",
        of: Of::All,
        when: "`Accept` admits none of the media types of the answer.",
        errors: || vec![ApiError::not_acceptable()],
    },
    Common {
        name: "PreconditionFailed",
        of: Of::With(IF_MATCH),
        when: "`If-Match` names another version.",
        errors: || vec![ApiError::precondition_failed()],
    },
    Common {
        name: "TooLarge",
        of: Of::WithBody,
        when: "A body of more than 64 KiB.",
        errors: || vec![ApiError::request_too_large(MOST_BYTES)],
    },
    Common {
        name: "UnsupportedMediaType",
        of: Of::WithBody,
        when: "Another content type, or another character set.",
        errors: || vec![ApiError::unsupported_media_type("text/plain")],
    },
    Common {
        name: "IdempotencyKeyReused",
        of: Of::With(idempotency::NAME),
        when: "The `Idempotency-Key` was used for another request.",
        errors: || vec![ApiError::idempotency_key_reused()],
    },
    Common {
        name: "UpgradeRequired",
        of: Of::Closable,
        when: "`X-App-Platform` and `X-App-Version` name an app below the minimum version. \
            `store_url` is where it is updated.",
        errors: || {
            let store_url = "https://apps.apple.com/app/id0000000000".to_owned();
            vec![ApiError::upgrade_required(Some(store_url))]
        },
    },
    Common {
        name: "TooManyWrites",
        of: Of::CountedWrite,
        when: "More writes in a minute than the parameter `WritesPerMinute` allows a customer.",
        errors: || vec![ApiError::throttled(Wait(42))],
    },
    Common {
        name: "Failure",
        of: Of::All,
        when: "A failure of the server.",
        errors: || vec![ApiError::internal("shown in the document")],
    },
    Common {
        name: "Unavailable",
        of: Of::All,
        when: "A dependency is out of reach, or (`maintenance`) the API is closed for a while.",
        errors: || {
            vec![
                ApiError::unavailable("shown in the document"),
                ApiError::maintenance(None, Wait(600)),
            ]
        },
    },
];

impl Common {
    pub(super) fn status(&self) -> StatusCode {
        (self.errors)().first().map_or(StatusCode::NOT_MODIFIED, ApiError::status)
    }

    pub(super) fn is_of(&self, operation: &Operation, described: &PathOperation) -> bool {
        let is_authenticated = operation.access != Access::Public;
        match self.of {
            Of::All => true,
            Of::WithBody => described.request_body.is_some(),
            Of::Authenticated => is_authenticated,
            Of::Closable => operation.can_be_closed(),
            Of::CountedWrite => operation.counts_as_write(),
            Of::ById => {
                is_authenticated
                    && parameters(described).any(|one| one.parameter_in == ParameterIn::Path)
            }
            Of::With(name) => has_parameter(described, name),
        }
    }

    /// With all examples.
    pub(super) fn response(&self) -> Response {
        documented::response(self.when, &(self.errors)())
    }

    /// With one example, for a group that says its errors in another format.
    pub(super) fn first_response(&self) -> Response {
        let errors = (self.errors)();
        documented::response(self.when, errors.get(..1).unwrap_or_default())
    }

    /// The names of the examples in their order.
    pub(super) fn codes(&self) -> Vec<&'static str> {
        (self.errors)().iter().map(ApiError::code).collect()
    }
}

/// Whether an operation has a parameter of this name.
pub(super) fn has_parameter(described: &PathOperation, name: &str) -> bool {
    parameters(described).any(|parameter| parameter.name == name)
}

fn parameters(described: &PathOperation) -> impl Iterator<Item = &Parameter> {
    described.parameters.iter().flatten().filter_map(|parameter| match parameter {
        RefOr::T(parameter) => Some(parameter),
        RefOr::Ref(_) => None,
    })
}

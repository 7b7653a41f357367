//! The OpenAPI 3.1 document of any number of groups, made from their registrations. Nothing here runs in a Lambda.
//!
//! What follows from a registration is written once, here: security, the answers that every operation can give, the second operation id
//! where an operation has two methods.

use std::{borrow::Cow, collections::BTreeMap};

use serde_json::{Value, json};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Components, Content, ContentBuilder, HttpMethod, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, PathsBuilder, Ref,
        RefOr, ResponseBuilder, Schema,
        path::{Operation as Described, PathItem},
        security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
    },
};

use super::{
    dialect,
    error::{ErrorBody, ErrorItem},
    routes::{Access, Operation, Routes, method_of},
};

const BEARER: &str = "bearer";
const OPERATOR: &str = "operator";

/// The document of all operations of `groups`.
pub fn document(groups: &[Routes]) -> OpenApi {
    let mut paths = PathsBuilder::new();
    let mut schemas: Vec<(String, RefOr<Schema>)> =
        vec![(ErrorBody::name().into_owned(), ErrorBody::schema()), (ErrorItem::name().into_owned(), ErrorItem::schema())];
    for (group, operation) in groups.iter().flat_map(|group| group.operations().iter().map(move |operation| (group, operation))) {
        (operation.described.schemas)(&mut schemas);
        for (place, method) in operation.methods.iter().enumerate() {
            paths =
                paths.path(&operation.path, PathItem::new(method.clone(), described(operation, place, method, group.described)));
        }
    }
    let mut components = Components::new();
    components.schemas = schemas.into_iter().collect();
    components.add_security_scheme(BEARER, SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    components.add_security_scheme(OPERATOR, SecurityScheme::Http(operator_scheme()));
    for described in groups.iter().filter_map(|group| group.described) {
        (described.components)(&mut components);
    }
    let mut info = InfoBuilder::new().title("Satchel").version("1.0.0").description(Some(DESCRIPTION)).build();
    info.license = Some(LicenseBuilder::new().name("MIT").identifier(Some("MIT")).build());
    OpenApiBuilder::new().info(info).paths(paths).components(Some(components)).build()
}

const DESCRIPTION: &str = "A complete backend for mobile apps: log-in by one-time code, tokens that rotate, sessions, profiles, app information.\n\n\
    Every path answers with and without its final slash. Bodies are JSON, form or multipart. Errors are \
    `{\"type\", \"errors\": [{\"code\", \"detail\", \"attr\"}]}`, or RFC 9457 problem details where `Accept` prefers them. \
    Where a limit counts a request, `RateLimit-Policy` and `RateLimit` say how it stands. The gateway's own \
    answers (throttled, too large, integration time-out) are `{\"message\"}` and not ours to shape.";

fn described(operation: &Operation, place: usize, method: &HttpMethod, dialect: Option<dialect::Described>) -> Described {
    let mut described = (operation.described.operation)();
    let add_error = |described: &mut Described, status: &str, when: &str, code: &str, detail: &str| {
        let body = dialect.map_or_else(|| in_envelope(status, code, detail), |dialect| in_dialect(dialect, status, detail));
        add_answer(described, status, when, body);
    };
    if place > 0 {
        let name = method_of(method).as_str().to_lowercase();
        described.operation_id = described.operation_id.map(|id| format!("{id}_{name}"));
    }
    if operation.access != Access::Public {
        let schemes: &[&str] = if operation.access == Access::Bearer { &[BEARER] } else { &[BEARER, OPERATOR] };
        let requirement = |scheme: &&str| SecurityRequirement::new(*scheme, Vec::<String>::new());
        described.security = Some(schemes.iter().map(requirement).collect());
        add_error(
            &mut described,
            "401",
            "No token, a token that is not valid, or a session that has ended.",
            "token_not_valid",
            "Given token not valid for any token type",
        );
    }
    if described.request_body.is_some() {
        if dialect.is_none() {
            three_encodings(&mut described);
        }
        add_error(
            &mut described,
            "400",
            "Fields that are not as they must be, or a body that is not what its content type says.",
            "required",
            "This field is required.",
        );
        add_error(
            &mut described,
            "413",
            "A body of more than 64 KiB.",
            "request_too_large",
            "The request body is larger than 65536 bytes.",
        );
        add_error(
            &mut described,
            "415",
            "Another content type.",
            "unsupported_media_type",
            "Unsupported media type \"text/plain\" in request.",
        );
    }
    add_error(&mut described, "405", "Another method.", "method_not_allowed", "Method \"TRACE\" not allowed.");
    add_error(
        &mut described,
        "406",
        "An `Accept` that admits nothing we have.",
        "not_acceptable",
        "Could not satisfy the request Accept header.",
    );
    if operation.can_be_closed() {
        add_error(
            &mut described,
            "426",
            "`X-App-Platform` and `X-App-Version` name an app below the minimum; `store_url` says where it is updated.",
            "upgrade_required",
            "This version of the app is no longer served. Please update it.",
        );
    }
    add_error(&mut described, "500", "Our failure.", "error", "A server error occurred.");
    add_error(
        &mut described,
        "503",
        "Something we need is out of reach, or (`maintenance`) the API is closed for a while; `Retry-After` says when to try again.",
        "unavailable",
        "The service is temporarily unavailable. Please try again.",
    );
    if let Some(dialect) = dialect {
        (dialect.operation)(&mut described, operation.produces);
    }
    described
}

fn operator_scheme() -> Http {
    let mut scheme = Http::new(HttpAuthScheme::Bearer);
    scheme.description = Some("A token of at most 15 minutes that the operator signs with a key of their own.".to_owned());
    scheme
}

/// Every body may come as JSON, form or multipart.
fn three_encodings(described: &mut Described) {
    let Some(RefOr::T(body)) = &mut described.request_body else { return };
    if let Some(json) = body.content.get("application/json").cloned() {
        for encoding in ["application/x-www-form-urlencoded", "multipart/form-data"] {
            body.content.entry(encoding.to_owned()).or_insert_with(|| json.clone());
        }
    }
}

fn in_dialect(dialect: dialect::Described, status: &str, detail: &str) -> (Cow<'static, str>, Value) {
    let (schema, example) = (dialect.error)(status.parse().unwrap_or_default(), detail);
    (schema.into(), example)
}

fn in_envelope(status: &str, code: &str, detail: &str) -> (Cow<'static, str>, Value) {
    let kind = match status {
        "400" => "validation_error",
        status if status.starts_with('5') => "server_error",
        _ => "client_error",
    };
    let attr = (status == "400").then_some("field");
    let example = json!({"type": kind, "errors": [{"code": code, "detail": detail, "attr": attr}]});
    (ErrorBody::name(), example)
}

/// Documents an error answer, unless the operation describes one of that status itself.
fn add_answer(described: &mut Described, status: &str, when: &str, (schema, example): (Cow<'static, str>, Value)) {
    let content: Content = ContentBuilder::new().schema(Some(Ref::from_schema_name(schema))).example(Some(example)).build();
    let response = ResponseBuilder::new().description(when).content("application/json", content).build();
    described.responses.responses.entry(status.to_owned()).or_insert(RefOr::T(response));
}

/// The operation ids of a document by path and method.
pub fn operation_ids(document: &OpenApi) -> BTreeMap<String, Vec<String>> {
    let ids = |item: &PathItem| {
        let all = [&item.get, &item.put, &item.post, &item.delete, &item.patch];
        all.into_iter().flatten().filter_map(|operation| operation.operation_id.clone()).collect()
    };
    document.paths.paths.iter().map(|(path, item)| (path.clone(), ids(item))).collect()
}

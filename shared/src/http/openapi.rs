//! The OpenAPI 3.1 document of any number of groups, made from their registrations. Nothing here
//! runs in a Lambda.
//!
//! What follows from a registration is added here: security, the answers of `common`, the headers
//! of what has a version, the second operation id where an operation has two methods.

mod common;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Components, ContentBuilder, HeaderBuilder, HttpMethod, InfoBuilder, LicenseBuilder,
        OpenApi, OpenApiBuilder, Paths, PathsBuilder, Ref, RefOr, Response, Schema,
        path::{Operation as PathOperation, PathItem},
        security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
    },
};

use self::common::{COMMON, has_parameter};
use crate::http::{
    error::{ErrorBody, ErrorItem},
    error_format,
    etag::{IF_MATCH, IF_NONE_MATCH},
    failure::Failure,
    language::ACCEPT_LANGUAGE,
    operation::{Access, Operation, method_of},
    routes::Routes,
};

const BEARER: &str = "bearer";
const JSON: &str = "application/json";

/// The document of all operations of `groups`.
pub fn document(groups: &[Routes]) -> OpenApi {
    let mut paths = PathsBuilder::new();
    let mut schemas: Vec<(String, RefOr<Schema>)> = vec![
        (ErrorBody::name().into_owned(), ErrorBody::schema()),
        (ErrorItem::name().into_owned(), ErrorItem::schema()),
    ];
    for group in groups {
        for (operation, described) in group.described() {
            schemas.extend(described.components.into_iter().flat_map(|all| all.schemas));
            for (method, completed) in methods_of(group, operation, &described.paths) {
                paths = paths.path(&operation.path, PathItem::new(method, completed));
            }
        }
    }
    let mut components = Components::new();
    components.schemas = schemas.into_iter().collect();
    components.responses =
        COMMON.iter().map(|common| (common.name.to_owned(), RefOr::T(common.response()))).collect();
    components.add_security_scheme(BEARER, SecurityScheme::Http(scheme(OF_A_CUSTOMER)));
    for dialect in groups.iter().filter_map(|group| group.document) {
        (dialect.components)(&mut components);
    }
    let mut info =
        InfoBuilder::new().title("Satchel").version("1.0.0").description(Some(DESCRIPTION)).build();
    info.license = Some(LicenseBuilder::new().name("MIT").identifier(Some("MIT")).build());
    OpenApiBuilder::new().info(info).paths(paths).components(Some(components)).build()
}

/// Short, since generators copy it into every file of a client.
const DESCRIPTION: &str = "A complete backend for mobile apps. The guides are at /docs/ and, as \
    Markdown, at /llms.txt.";
const OF_A_CUSTOMER: &str = "The `access` of a log-in or of a refresh; it lives for as long as the \
    parameter `AccessTokenSeconds` says. Log in with `sendOTP`, then `AuthenticateCustomer`. The \
    code comes by text message; the launcher sends none, it prints it, and shows it at \
    `/_local/messages`. `updateWallet` also takes a token of at most 15 minutes that the operator \
    signs with a key of their own.";

/// What is documented of an operation by each of its methods.
fn methods_of<'a>(
    group: &'a Routes,
    operation: &'a Operation,
    described: &'a Paths,
) -> impl Iterator<Item = (HttpMethod, PathOperation)> {
    operation.methods.iter().enumerate().filter_map(move |(place, method)| {
        let mut described = described.get_path_operation(&operation.path, method.clone())?.clone();
        if place > 0 {
            let name = method_of(method).as_str().to_lowercase();
            described.operation_id = described.operation_id.map(|id| format!("{id}_{name}"));
        }
        complete(&mut described, operation, group.document);
        Some((method.clone(), described))
    })
}

fn complete(
    described: &mut PathOperation,
    operation: &Operation,
    format: Option<error_format::DocumentedFormat>,
) {
    if operation.access != Access::Public {
        // One, also where an operator token is taken: for two, clients send the header twice.
        described.security = Some(vec![SecurityRequirement::new(BEARER, Vec::<String>::new())]);
    }
    if format.is_none() {
        three_encodings(described);
    }
    success_headers(described, operation.cache_control);
    for common in COMMON {
        if !common.is_of(operation, described) {
            continue;
        }
        let response = || match format {
            None => RefOr::Ref(Ref::from_response_name(common.name)),
            Some(_) => RefOr::T(common.first_response()),
        };
        let status = common.status().as_str().to_owned();
        // Unless the operation describes one of that status itself.
        described.responses.responses.entry(status).or_insert_with(response);
    }
    if let Some(format) = format {
        for (status, response) in &mut described.responses.responses {
            if let RefOr::T(response) = response {
                in_format(format, status, response);
            }
        }
        (format.operation)(described, operation.produces);
    }
}

fn scheme(description: &str) -> Http {
    let mut scheme = Http::new(HttpAuthScheme::Bearer);
    scheme.description = Some(description.to_owned());
    scheme
}

/// Every body may come as JSON, form or multipart.
fn three_encodings(described: &mut PathOperation) {
    let Some(RefOr::T(body)) = &mut described.request_body else { return };
    if let Some(json) = body.content.get(JSON).cloned() {
        for encoding in ["application/x-www-form-urlencoded", "multipart/form-data"] {
            body.content.entry(encoding.to_owned()).or_insert_with(|| json.clone());
        }
    }
}

/// An operation that knows conditions says its version, and one that can be cached says how long
/// and in which language it is.
fn success_headers(described: &mut PathOperation, cache_control: Option<&str>) {
    let mut headers = Vec::new();
    if has_parameter(described, IF_NONE_MATCH) || has_parameter(described, IF_MATCH) {
        headers.push(("ETag", "Names this version of the answer.".to_owned()));
    }
    if let Some(cache_control) = cache_control {
        headers.push(("Cache-Control", format!("`{cache_control}`")));
        if has_parameter(described, ACCEPT_LANGUAGE) {
            headers.push(("Content-Language", "The language of the answer.".to_owned()));
        }
    }
    let Some(RefOr::T(success)) = described.responses.responses.get_mut("200") else { return };
    for (name, description) in headers {
        let header = HeaderBuilder::new().description(Some(description)).build();
        success.headers.insert(name.to_owned(), RefOr::T(header));
    }
}

/// Puts the group's own form of an error in the place of the envelope.
fn in_format(format: error_format::DocumentedFormat, status: &str, response: &mut Response) {
    let Some(RefOr::T(content)) = response.content.get_mut(JSON) else { return };
    let Some(RefOr::T(example)) = content.examples.values().next() else { return };
    let body = example.value.clone().unwrap_or_default();
    let text = |member: &str| body["errors"][0][member].as_str().unwrap_or_default();
    let failure = Failure {
        status: status.parse().unwrap_or_default(),
        code: text("code"),
        detail: text("detail"),
    };
    let (schema, example) = (format.error)(&failure);
    *content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(schema)))
        .example(Some(example))
        .build();
}

/// The names of the examples of each answer under `components.responses`, the most telling first.
pub fn examples_in_order() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    COMMON.iter().map(|common| (common.name, common.codes()))
}

/// The ids of all operations of `groups`, in the order of their registration.
pub fn operation_ids(groups: &[Routes]) -> Vec<String> {
    let mut ids = Vec::new();
    for group in groups {
        for (operation, described) in group.described() {
            let methods = methods_of(group, operation, &described.paths);
            ids.extend(methods.filter_map(|(_, described)| described.operation_id));
        }
    }
    ids
}

/// The tags of the operations of a group, in the order of their registration, each as often as an
/// operation has it.
pub fn tags(group: &Routes) -> Vec<String> {
    let described = group.described();
    let operations = described.flat_map(|(operation, described)| {
        let methods = methods_of(group, operation, &described.paths);
        methods.filter_map(|(_, described)| described.tags).flatten().collect::<Vec<_>>()
    });
    operations.collect()
}

//! The OpenAPI 3.1 document of any number of groups, made from their registrations. Nothing here
//! runs in a Lambda.
//!
//! What follows from a registration is written once, here: security, the answers that every
//! operation can give, the second operation id where an operation has two methods.

use serde_json::json;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Components, Content, ContentBuilder, HeaderBuilder, HttpMethod, InfoBuilder,
        LicenseBuilder, OpenApi, OpenApiBuilder, PathsBuilder, Ref, RefOr, Response,
        ResponseBuilder, Schema,
        example::{Example, ExampleBuilder},
        path::{Operation as Described, PathItem},
        security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
    },
};

use crate::http::{
    error::{ErrorBody, ErrorItem},
    error_format,
    routes::{Access, Operation, Routes, method_of},
};

const BEARER: &str = "bearer";
const OPERATOR: &str = "operator";

/// An answer that many operations can give.
struct CommonAnswer {
    /// Its place under `components.responses`.
    name: &'static str,
    status: &'static str,
    of: Of,
    when: &'static str,
    /// Name and description of each.
    headers: &'static [(&'static str, &'static str)],
    examples: &'static [CommonExample],
}

/// Which operations can give it.
enum Of {
    All,
    WithBody,
    Authenticated,
    Closable,
}

/// One of its codes.
struct CommonExample {
    code: &'static str,
    detail: &'static str,
    attr: Option<&'static str>,
}

const fn of_code(code: &'static str, detail: &'static str) -> CommonExample {
    CommonExample { code, detail, attr: None }
}

const fn of_field(code: &'static str, detail: &'static str) -> CommonExample {
    CommonExample { code, detail, attr: Some("field") }
}

const RETRY_AFTER: (&str, &str) = ("Retry-After", "Seconds to wait.");

/// All of them, by status.
const COMMON: &[CommonAnswer] = &[
    CommonAnswer {
        name: "Invalid",
        status: "400",
        of: Of::WithBody,
        when: "Fields that are not as they must be, all of them at once, or a body that is not what its content type says.",
        headers: &[],
        examples: &[
            of_field("required", "This field is required."),
            of_field("null", "This field may not be null."),
            of_field("blank", "This field may not be blank."),
            of_field("invalid", "Not a valid string."),
            of_code("parse_error", "JSON parse error - expected value at line 1 column 1"),
        ],
    },
    CommonAnswer {
        name: "Unauthorized",
        status: "401",
        of: Of::Authenticated,
        when: "No token, a token that is not valid, or a session that has ended.",
        headers: &[("WWW-Authenticate", "`Bearer realm=\"api\"`")],
        examples: &[
            of_code("token_not_valid", "Given token not valid for any token type"),
            of_code("not_authenticated", "Authentication credentials were not provided."),
            of_code("authentication_failed", "User is inactive"),
        ],
    },
    CommonAnswer {
        name: "MethodNotAllowed",
        status: "405",
        of: Of::All,
        when: "Another method; `Allow` names those that there are.",
        headers: &[("Allow", "The methods of the path.")],
        examples: &[of_code("method_not_allowed", "Method \"TRACE\" not allowed.")],
    },
    CommonAnswer {
        name: "NotAcceptable",
        status: "406",
        of: Of::All,
        when: "An `Accept` that admits nothing we have.",
        headers: &[],
        examples: &[of_code("not_acceptable", "Could not satisfy the request Accept header.")],
    },
    CommonAnswer {
        name: "TooLarge",
        status: "413",
        of: Of::WithBody,
        when: "A body of more than 64 KiB.",
        headers: &[],
        examples: &[of_code("request_too_large", "The request body is larger than 65536 bytes.")],
    },
    CommonAnswer {
        name: "UnsupportedMediaType",
        status: "415",
        of: Of::WithBody,
        when: "Another content type.",
        headers: &[],
        examples: &[of_code(
            "unsupported_media_type",
            "Unsupported media type \"text/plain\" in request.",
        )],
    },
    CommonAnswer {
        name: "UpgradeRequired",
        status: "426",
        of: Of::Closable,
        when: "`X-App-Platform` and `X-App-Version` name an app below the minimum; `store_url` says where it is updated.",
        headers: &[],
        examples: &[of_code(
            "upgrade_required",
            "This version of the app is no longer served. Please update it.",
        )],
    },
    CommonAnswer {
        name: "Failure",
        status: "500",
        of: Of::All,
        when: "Our failure.",
        headers: &[],
        examples: &[of_code("error", "A server error occurred.")],
    },
    CommonAnswer {
        name: "Unavailable",
        status: "503",
        of: Of::All,
        when: "Something we need is out of reach, or (`maintenance`) the API is closed for a while.",
        headers: &[RETRY_AFTER],
        examples: &[
            of_code("unavailable", "The service is temporarily unavailable. Please try again."),
            of_code("maintenance", "The service is under maintenance. Please try again later."),
        ],
    },
];

/// The document of all operations of `groups`.
pub fn document(groups: &[Routes]) -> OpenApi {
    let mut paths = PathsBuilder::new();
    let mut schemas: Vec<(String, RefOr<Schema>)> = vec![
        (ErrorBody::name().into_owned(), ErrorBody::schema()),
        (ErrorItem::name().into_owned(), ErrorItem::schema()),
    ];
    for group in groups {
        for (operation, described) in group.described() {
            (described.schemas)(&mut schemas);
            for (place, method) in operation.methods.iter().enumerate() {
                let completed =
                    completed((described.operation)(), operation, place, method, group.document);
                paths = paths.path(&operation.path, PathItem::new(method.clone(), completed));
            }
        }
    }
    let mut components = Components::new();
    components.schemas = schemas.into_iter().collect();
    components.responses =
        COMMON.iter().map(|answer| (answer.name.to_owned(), RefOr::T(answer.response()))).collect();
    components.add_security_scheme(BEARER, SecurityScheme::Http(scheme(OF_A_CUSTOMER)));
    components.add_security_scheme(OPERATOR, SecurityScheme::Http(scheme(OF_THE_OPERATOR)));
    for error_format in groups.iter().filter_map(|group| group.document) {
        (error_format.components)(&mut components);
    }
    let mut info =
        InfoBuilder::new().title("Satchel").version("1.0.0").description(Some(DESCRIPTION)).build();
    info.license = Some(LicenseBuilder::new().name("MIT").identifier(Some("MIT")).build());
    OpenApiBuilder::new().info(info).paths(paths).components(Some(components)).build()
}

const DESCRIPTION: &str = "A complete backend for mobile apps: log-in by one-time code, tokens that rotate, sessions, profiles, addresses and regions, \
    a wallet, push devices and an inbox, app information.\n\n\
    Every path answers with and without its final slash. Bodies are JSON, form or multipart. Errors are \
    `{\"type\", \"errors\": [{\"code\", \"detail\", \"attr\"}]}`, or RFC 9457 problem details where `Accept` prefers them. \
    Where a limit counts a request, `RateLimit-Policy` and `RateLimit` say how it stands. The gateway's own \
    answers (throttled, too large, integration time-out) are `{\"message\"}` and not ours to shape.\n\n\
    Boundaries of countries, subdivisions and time zones: © OpenStreetMap contributors, under the Open Database License \
    (https://www.openstreetmap.org/copyright).";
const OF_A_CUSTOMER: &str = "The `access` of a log-in or of a refresh; it lives for 15 minutes unless configured otherwise. Log in with `sendOTP`, then \
    `AuthenticateCustomer`. The code comes by text message; the launcher sends none, it prints it, and shows it at `/_local/messages`.";
const OF_THE_OPERATOR: &str =
    "A token of at most 15 minutes that the operator signs with a key of their own.";

fn completed(
    mut described: Described,
    operation: &Operation,
    place: usize,
    method: &HttpMethod,
    error_format: Option<error_format::Described>,
) -> Described {
    if place > 0 {
        let name = method_of(method).as_str().to_lowercase();
        described.operation_id = described.operation_id.map(|id| format!("{id}_{name}"));
    }
    if operation.access != Access::Public {
        let schemes: &[&str] =
            if operation.access == Access::Bearer { &[BEARER] } else { &[BEARER, OPERATOR] };
        let requirement = |scheme: &&str| SecurityRequirement::new(*scheme, Vec::<String>::new());
        described.security = Some(schemes.iter().map(requirement).collect());
    }
    if described.request_body.is_some() && error_format.is_none() {
        three_encodings(&mut described);
    }
    let given = |answer: &&CommonAnswer| match answer.of {
        Of::All => true,
        Of::WithBody => described.request_body.is_some(),
        Of::Authenticated => operation.access != Access::Public,
        Of::Closable => operation.can_be_closed(),
    };
    for answer in COMMON.iter().filter(given) {
        let response = || match error_format {
            None => RefOr::Ref(Ref::from_response_name(answer.name)),
            Some(error_format) => RefOr::T(answer.in_dialect(error_format)),
        };
        // Unless the operation describes one of that status itself.
        described.responses.responses.entry(answer.status.to_owned()).or_insert_with(response);
    }
    if let Some(error_format) = error_format {
        (error_format.operation)(&mut described, operation.produces);
    }
    described
}

fn scheme(description: &str) -> Http {
    let mut scheme = Http::new(HttpAuthScheme::Bearer);
    scheme.description = Some(description.to_owned());
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

impl CommonAnswer {
    fn response(&self) -> Response {
        let error = Ref::from_schema_name(ErrorBody::name());
        let examples = self
            .examples
            .iter()
            .map(|example| (example.code.to_owned(), RefOr::T(self.example(example))));
        self.with(ContentBuilder::new().schema(Some(error)).examples_from_iter(examples).build())
    }

    /// As a group says it that does not use the envelope.
    fn in_dialect(&self, error_format: error_format::Described) -> Response {
        let detail = self.examples.first().map_or(self.when, |example| example.detail);
        let (schema, example) =
            (error_format.error)(self.status.parse().unwrap_or_default(), detail);
        self.with(
            ContentBuilder::new()
                .schema(Some(Ref::from_schema_name(schema)))
                .example(Some(example))
                .build(),
        )
    }

    fn with(&self, content: Content) -> Response {
        let builder =
            ResponseBuilder::new().description(self.when).content("application/json", content);
        let builder = self.headers.iter().fold(builder, |builder, (name, description)| {
            builder.header(*name, HeaderBuilder::new().description(Some(*description)).build())
        });
        builder.build()
    }

    fn example(&self, CommonExample { code, detail, attr }: &CommonExample) -> Example {
        let kind = match self.status {
            "400" if *code != "parse_error" => "validation_error",
            status if status.starts_with('5') => "server_error",
            _ => "client_error",
        };
        let mut body =
            json!({"type": kind, "errors": [{"code": code, "detail": detail, "attr": attr}]});
        if *code == "upgrade_required" {
            body["store_url"] = "https://apps.apple.com/app/id0000000000".into();
        }
        ExampleBuilder::new().summary(*detail).value(Some(body)).build()
    }
}

/// The names of the examples of each answer under `components.responses`, the one that says most
/// first.
pub fn examples_in_order() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    COMMON
        .iter()
        .map(|answer| (answer.name, answer.examples.iter().map(|example| example.code).collect()))
}

/// The ids of all operations of `groups`, in the order of their registration.
pub fn operation_ids(groups: &[Routes]) -> Vec<String> {
    let mut ids = Vec::new();
    for group in groups {
        for (operation, described) in group.described() {
            let methods = operation.methods.iter().enumerate();
            let id = |(place, method)| {
                completed((described.operation)(), operation, place, method, group.document)
                    .operation_id
            };
            ids.extend(methods.filter_map(id));
        }
    }
    ids
}

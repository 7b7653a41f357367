//! How the document tells of the shop, as far as it follows from the operations: XML beside JSON,
//! `ApiResponse` for each error, the schemes of authentication.

use http::StatusCode;
use serde_json::{Value, json};
use shared::http::{error_format::DocumentedFormat, failure::Failure};
use utoipa::openapi::{
    Components, Content, ContentBuilder, Ref, RefOr, ResponseBuilder, Schema,
    path::Operation,
    security::{ApiKey, ApiKeyValue, Flow, Implicit, OAuth2, Scopes, SecurityScheme},
};

use crate::{api_response::ApiResponse, xml};

/// For [`shared::http::routes::Routes::described_by`].
pub(crate) const DESCRIBED: DocumentedFormat =
    DocumentedFormat::new(error, complete, add_components);

const JSON: &str = "application/json";
const XML: &str = "application/xml";

fn error(failure: &Failure<'_>) -> (&'static str, Value) {
    ("ApiResponse", serde_json::to_value(ApiResponse::of(failure)).unwrap_or_default())
}

/// What comes in JSON comes in XML too, where the operation has both.
fn complete(operation: &mut Operation, produces: &[&str]) {
    if operation.security.as_ref().is_some_and(|schemes| !schemes.is_empty()) {
        let (schema, example) = error(&Failure {
            status: StatusCode::UNAUTHORIZED,
            code: "not_authenticated",
            detail: "Authentication credentials were not provided.",
        });
        let content = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name(schema)))
            .example(Some(example))
            .build();
        let when =
            "The parameter PetstoreAuth is on, and the key or the token is not `special-key`.";
        let response = ResponseBuilder::new().description(when).content(JSON, content).build();
        operation.responses.responses.entry("401".to_owned()).or_insert(RefOr::T(response));
    }
    let takes_xml = produces.contains(&XML);
    if let Some(RefOr::T(body)) = operation.request_body.as_mut().filter(|_| takes_xml)
        && let Some(content) =
            body.content.get(JSON).filter(|_| body.content.len() == 1).and_then(in_xml)
    {
        body.content.insert(XML.to_owned(), content.into());
    }
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response
            && let Some(content) = response.content.get(JSON).filter(|_| takes_xml).and_then(in_xml)
        {
            response.content.insert(XML.to_owned(), content.into());
        }
    }
}

fn in_xml(json: &RefOr<Content>) -> Option<Content> {
    let RefOr::T(json) = json else { return None };
    let root = root_of(json.schema.as_ref());
    let example = json.example.as_ref().map(|example| match (example, &root) {
        (Value::Array(items), Root::ListOf(item)) => {
            let list = format!("{}s", item.to_lowercase());
            let elements: String = items.iter().map(|value| xml::element(item, value)).collect();
            Value::String(format!("{}{elements}</{list}>", xml::opening(&list)))
        }
        (value, Root::One(name) | Root::ListOf(name)) => Value::String(xml::document(name, value)),
    });
    Some(ContentBuilder::new().schema(json.schema.clone()).example(example).build())
}

enum Root {
    One(String),
    ListOf(String),
}

fn root_of(schema: Option<&RefOr<Schema>>) -> Root {
    let name = |place: &str| place.rsplit('/').next().unwrap_or_default().to_owned();
    let written = serde_json::to_value(schema).unwrap_or_default();
    match (written["$ref"].as_str(), written["items"]["$ref"].as_str()) {
        (_, Some(item)) => Root::ListOf(name(item)),
        (one, None) => Root::One(name(one.unwrap_or("ApiResponse"))),
    }
}

fn add_components(components: &mut Components) {
    components.add_security_scheme(
        "api_key",
        SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("api_key"))),
    );
    let scopes = Scopes::from_iter([
        ("write:pets", "modify pets in your account"),
        ("read:pets", "read your pets"),
    ]);
    let flow = Flow::Implicit(Implicit::new("https://petstore.swagger.io/oauth/authorize", scopes));
    components.add_security_scheme("petstore_auth", SecurityScheme::OAuth2(OAuth2::new([flow])));
}

/// The pet of the examples.
pub(crate) fn pet() -> Value {
    json!({"id": 10, "category": {"id": 1, "name": "Dogs"}, "name": "doggie",
        "photoUrls": ["https://example.com/doggie.jpg"],
        "tags": [{"id": 1, "name": "friendly"}], "status": "available"})
}

/// The order of the examples.
pub(crate) fn order() -> Value {
    json!({"id": 10, "petId": 1, "quantity": 1, "shipDate": "2026-11-25T18:00:00.000Z",
        "status": "placed", "complete": false})
}

/// The user of the examples.
pub(crate) fn user() -> Value {
    json!({"id": 10, "username": "theUser", "firstName": "John", "lastName": "James",
        "email": "john@example.com", "password": "12345", "phone": "12345", "userStatus": 1})
}

/// The answer of the examples where something was done.
pub(crate) fn done(message: &str) -> Value {
    json!({"code": 200, "type": "unknown", "message": message})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read;

    #[test]
    fn the_examples_in_xml_say_what_those_in_json_say() {
        let again = |root, value: &Value| xml::read(&xml::document(root, value)).unwrap();
        assert_eq!(read::pet(&again("Pet", &pet())).unwrap(), read::pet(&pet()).unwrap());
        assert_eq!(read::order(&again("Order", &order())).unwrap(), read::order(&order()).unwrap());
        assert!(read::user(&again("User", &user())).unwrap() == read::user(&user()).unwrap());
    }
}

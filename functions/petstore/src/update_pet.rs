//! `updatePet` and `updatePetWithForm`.

use axum::{extract::Path, response::Response};
use serde_json::Value;
use shared::{
    http::{
        body::Body,
        error::ApiError,
        request::{
            Choice, Context, Optional, Rule, Text, Violation,
            schema::{self, References},
        },
    },
    petstore::{Pet, PetChange, PetStatus},
    request,
};
use utoipa::openapi::{RefOr, Schema};

use crate::{
    add_pet,
    answer::Form,
    api_response::{ApiResponse, absent},
    body::Sent,
    document, read,
    shop::{Granted, Shop},
};

request! {
    /// Changes of a pet; what is empty stays.
    pub struct PetForm {
        /// Updated name of the pet
        name: Optional<Text<0>>,
        /// Updated status of the pet
        status: Optional<StatusOrBlank>,
    }
}

/// A status, or none where the text is empty.
pub struct StatusOrBlank;

impl Rule for StatusOrBlank {
    type Value = Option<PetStatus>;

    fn read(value: &Value, context: &Context) -> Result<Option<PetStatus>, Violation> {
        match value.as_str() {
            Some("") => Ok(None),
            _ => <Choice<PetStatus>>::read(value, context).map(Some),
        }
    }

    fn schema(_: &mut References) -> RefOr<Schema> {
        schema::text(0, usize::MAX, None)
    }
}

/// Update an existing pet
///
/// The pet takes the place of the one with its `id`, or is added where there is none.
///
/// As `addPet`: two sequential trips to storage.
#[utoipa::path(put, path = "/v2/pet", operation_id = "updatePet", tag = crate::SAMPLE,
    security(("petstore_auth" = ["write:pets", "read:pets"])),
    request_body(content = Pet, description = "Pet object that needs to be added to the store", example = json!(document::pet())),
    responses(
        (status = 200, description = "The pet as it is in the store.", body = Pet, example = json!(document::pet())),
        (status = 400, description = "Invalid ID supplied, or otherwise not a pet.", body = ApiResponse, example = json!(document::refused(400, "bad input"))),
        (status = 405, description = "Validation exception: no body, or another method.", body = ApiResponse, example = json!(document::refused(405, "no data"))),
    ))]
pub async fn update_pet(
    _: Granted,
    shop: Shop,
    form: Form,
    Sent(sent): Sent,
) -> Result<Response, ApiError> {
    add_pet::put(&shop, form, sent).await
}

/// Updates a pet in the store with form data
///
/// Two sequential trips to storage; the units of `addPet`.
#[utoipa::path(post, path = "/v2/pet/{petId}", operation_id = "updatePetWithForm", tag = crate::PET,
    security(("petstore_auth" = ["write:pets", "read:pets"])),
    params(("petId" = i64, Path, description = "ID of pet that needs to be updated")),
    request_body(content = PetForm, content_type = "application/x-www-form-urlencoded", example = json!({"name": "doggie", "status": "sold"})),
    responses(
        (status = 200, description = "Changed; the message is the id.", body = ApiResponse, example = json!(document::done("10"))),
        (status = 400, description = "Not an id, or no status that there is.", body = ApiResponse, example = json!(document::refused(400, "bad input: the id is no int64"))),
        (status = 404, description = "Pet not found", body = ApiResponse, example = json!(document::absent("Pet not found"))),
    ))]
pub async fn update_pet_with_form(
    _: Granted,
    shop: Shop,
    form: Form,
    Path(id): Path<String>,
    Body(changes): Body<PetForm>,
) -> Result<Response, ApiError> {
    let id = read::path_id(&id)?;
    let PetForm { name, status } = changes;
    let name = name.filter(|name| !name.is_empty());
    let decide = |pet: Option<&Pet>| {
        let Some(pet) = pet else { return PetChange::Nothing };
        let name = name.clone().unwrap_or_else(|| pet.name.clone());
        PetChange::Put(
            Pet { name, status: status.flatten().or(pet.status), ..pet.clone() },
            Some(shop.until()),
        )
    };
    match shop.store().change_pet(id, shop.now(), decide).await? {
        PetChange::Nothing => Err(absent("Pet not found")),
        _ => form.done(id.to_string()),
    }
}

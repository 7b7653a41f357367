//! `updatePet` and `updatePetWithForm`.

use axum::response::Response;
use serde_json::Value;
use shared::{
    error_responses,
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
    api_response::{ApiResponse, absent, bad_input, no_data, not_an_id},
    body::Sent,
    document,
    path_id::WithPathId,
    pet::PetNotFound,
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
/// The pet replaces the one with its `id`, or is added if there is none.
#[utoipa::path(put, path = "/v2/pet", operation_id = "updatePet", tag = crate::SAMPLE,
    security(("petstore_auth" = ["write:pets", "read:pets"])),
    request_body(content = Pet, description = "Pet object that needs to be added to the store",
        example = json!(document::pet())),
    responses(
        (status = 200, description = "The pet as it is in the store.", body = Pet,
            example = json!(document::pet())),
        NotAPet, NoBody,
    ))]
pub async fn update_pet(
    _: Granted,
    shop: Shop,
    form: Form,
    Sent(pet): Sent<Pet>,
) -> Result<Response, ApiError> {
    add_pet::put(&shop, form, pet).await
}

/// Updates a pet in the store with form data
///
/// What is not sent stays.
#[utoipa::path(post, path = "/v2/pet/{petId}", operation_id = "updatePetWithForm", tag = crate::PET,
    security(("petstore_auth" = ["write:pets", "read:pets"])),
    params(("petId" = i64, Path, description = "ID of pet that needs to be updated")),
    request_body(content = PetForm, content_type = "application/x-www-form-urlencoded",
        example = json!({"name": "doggie", "status": "sold"})),
    responses(
        (status = 200, description = "Changed; the message is the id.", body = ApiResponse,
            example = json!(document::done("10"))),
        InvalidForm, PetNotFound,
    ))]
pub async fn update_pet_with_form(
    _: Granted,
    shop: Shop,
    form: Form,
    WithPathId(id, Body(changes)): WithPathId<Body<PetForm>>,
) -> Result<Response, ApiError> {
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

error_responses! {
    /// Invalid ID supplied, or otherwise not a pet.
    NotAPet: bad_input();
    /// Validation exception: no body, or another method.
    NoBody: no_data();
    /// Not an id, or not a known status.
    InvalidForm: not_an_id();
}

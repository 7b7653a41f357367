//! `updatePet` and `updatePetWithForm`.

use axum::{extract::Path, response::Response};
use shared::{
    error_responses,
    http::{
        body::Body,
        error::ApiError,
        fields::{Fields, FromFields, Reported},
        rules::{Choice, text},
    },
    petstore::{Pet, PetChange, PetStatus},
};
use utoipa::ToSchema;

use crate::{
    add_pet,
    answer::Form,
    api_response::{ApiResponse, absent, bad_input, no_data, not_an_id},
    body::Sent,
    document,
    pet::PetNotFound,
    read,
    shop::{Granted, Shop},
};

/// Changes of a pet; what is empty stays.
#[derive(Debug, ToSchema)]
pub struct PetForm {
    /// Updated name of the pet
    #[schema(nullable = false)]
    name: Option<String>,
    /// Updated status of the pet
    #[schema(value_type = Option<String>, nullable = false)]
    status: Option<PetStatus>,
}

impl FromFields for PetForm {
    fn from_fields(fields: &mut Fields) -> Result<Self, Reported> {
        let name = fields.optional("name", text().or_blank());
        let status = fields.optional("status", Choice(&["", "available", "pending", "sold"]));
        let status = status?.as_deref().and_then(PetStatus::named);
        Ok(Self { name: name?.filter(|name| !name.is_empty()), status })
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
    Sent(sent): Sent,
) -> Result<Response, ApiError> {
    add_pet::put(&shop, form, sent).await
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
    Path(id): Path<String>,
    Body(changes): Body<PetForm>,
) -> Result<Response, ApiError> {
    let id = read::path_id(&id)?;
    let decide = |pet: Option<&Pet>| {
        let Some(pet) = pet else { return PetChange::Nothing };
        let name = changes.name.clone().unwrap_or_else(|| pet.name.clone());
        PetChange::Put(
            Pet { name, status: changes.status.or(pet.status), ..pet.clone() },
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

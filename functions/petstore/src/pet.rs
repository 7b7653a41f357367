//! `getPetById` and `deletePet`.

use axum::response::Response;
use shared::{
    error_responses,
    http::error::ApiError,
    petstore::{Pet, PetChange},
};

use crate::{
    answer::Form,
    api_response::{ApiResponse, InvalidId, absent},
    document,
    path_id::PathId,
    shop::{Granted, Keyed, Shop},
};

/// Find pet by ID
///
/// Returns a single pet.
#[utoipa::path(get, path = "/v2/pet/{petId}", operation_id = "getPetById", tag = crate::SAMPLE,
    security(("api_key" = [])), params(("petId" = i64, Path, description = "ID of pet to return")),
    responses(
        (status = 200, description = "successful operation", body = Pet,
            example = json!(document::pet())),
        InvalidId, PetNotFound,
    ))]
pub async fn get_pet_by_id(
    _: Keyed,
    shop: Shop,
    form: Form,
    PathId(id): PathId,
) -> Result<Response, ApiError> {
    let pet = shop.store().pet(id, shop.now()).await?;
    form.answer("Pet", &pet.ok_or_else(|| absent("Pet not found"))?)
}

/// Deletes a pet
///
/// A sample comes back with the daily reset, if the parameter `PetstoreReset` is on.
#[utoipa::path(delete, path = "/v2/pet/{petId}", operation_id = "deletePet", tag = crate::SAMPLE,
    security(("petstore_auth" = ["write:pets", "read:pets"])),
    params(("api_key" = Option<String>, Header, description = "Not looked at."),
        ("petId" = i64, Path, description = "Pet id to delete")),
    responses(
        (status = 200, description = "Deleted; the message is the id.", body = ApiResponse,
            example = json!(document::done("10"))),
        InvalidId, PetNotFound,
    ))]
pub async fn delete_pet(
    _: Granted,
    shop: Shop,
    form: Form,
    PathId(id): PathId,
) -> Result<Response, ApiError> {
    let decide =
        |pet: Option<&Pet>| if pet.is_some() { PetChange::Delete } else { PetChange::Nothing };
    match shop.store().change_pet(id, shop.now(), decide).await? {
        PetChange::Nothing => Err(absent("Pet not found")),
        _ => form.done(id.to_string()),
    }
}

error_responses! {
    /// Pet not found
    pub(crate) PetNotFound: absent("Pet not found");
}

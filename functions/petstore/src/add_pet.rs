//! `addPet`.

use axum::response::Response;
use http::StatusCode;
use serde_json::Value;
use shared::{
    http::error::ApiError,
    petstore::{Pet, PetChange},
};

use crate::{
    answer::Form,
    api_response::ApiResponse,
    body::Sent,
    document, read,
    shop::{Granted, Shop},
};

/// Add a new pet to the store
///
/// Without an `id`, or with one below 1, the pet gets the next free one; with the `id` of a pet
/// that is there it takes that pet's place. A pet has at most 40 tags.
///
/// Two sequential trips to storage. Two write units for each KB of the pet, twice where it has a
/// status, two for each tag, two to count it and one for its end; one more for an id, or one read
/// unit to see what stands under the one that was sent.
#[utoipa::path(post, path = "/v2/pet", operation_id = "addPet", tag = crate::SAMPLE,
    security(("petstore_auth" = ["write:pets", "read:pets"])),
    request_body(content = Pet, description = "Pet object that needs to be added to the store", example = json!(document::pet())),
    responses(
        (status = 200, description = "The pet as it is in the store.", body = Pet, example = json!(document::pet())),
        (status = 400, description = "Not a pet.", body = ApiResponse, example = json!(document::refused(400, "bad input"))),
        (status = 405, description = "Invalid input: no body, or another method.", body = ApiResponse, example = json!(document::refused(405, "no data"))),
    ))]
pub async fn add_pet(
    _: Granted,
    shop: Shop,
    form: Form,
    Sent(sent): Sent,
) -> Result<Response, ApiError> {
    put(&shop, form, sent).await
}

/// Puts a pet, whatever stood under its id.
pub(crate) async fn put(
    shop: &Shop,
    form: Form,
    sent: Option<Value>,
) -> Result<Response, ApiError> {
    let sent = sent
        .ok_or_else(|| ApiError::of_group(StatusCode::METHOD_NOT_ALLOWED, "no_data", "no data"))?;
    let pet = read::pet(&sent)?;
    if pet.id < 1 {
        let pet = shop.store().add_pet_with_next_id(pet, Some(shop.until())).await?;
        return form.answer("Pet", &pet);
    }
    shop.store()
        .change_pet(pet.id, shop.now(), |_| PetChange::Put(pet.clone(), Some(shop.until())))
        .await?;
    form.answer("Pet", &pet)
}

//! `addPet`.

use axum::response::Response;
use shared::{
    error_responses,
    http::error::ApiError,
    petstore::{Pet, PetChange},
};

use crate::{
    answer::Form,
    api_response::{bad_input, no_data},
    body::Sent,
    document,
    shop::{Granted, Shop},
};

/// Add a new pet to the store
///
/// Without an `id`, or with one below 1, the pet gets the next free one. With the `id` of an
/// existing pet it replaces that pet. A pet has at most 40 tags.
#[utoipa::path(post, path = "/v2/pet", operation_id = "addPet", tag = crate::SAMPLE,
    security(("petstore_auth" = ["write:pets", "read:pets"])),
    request_body(content = Pet, description = "Pet object that needs to be added to the store",
        example = json!(document::pet())),
    responses(
        (status = 200, description = "The pet as it is in the store.", body = Pet,
            example = json!(document::pet())),
        NotAPet, NoBody,
    ))]
pub async fn add_pet(
    _: Granted,
    shop: Shop,
    form: Form,
    Sent(pet): Sent<Pet>,
) -> Result<Response, ApiError> {
    put(&shop, form, pet).await
}

/// Puts a pet, whatever stood under its id.
pub(crate) async fn put(shop: &Shop, form: Form, pet: Pet) -> Result<Response, ApiError> {
    if pet.id < 1 {
        let pet = shop.store().add_pet_with_next_id(pet, Some(shop.until())).await?;
        return form.answer("Pet", &pet);
    }
    shop.store()
        .change_pet(pet.id, shop.now(), |_| PetChange::Put(pet.clone(), Some(shop.until())))
        .await?;
    form.answer("Pet", &pet)
}

error_responses! {
    /// Not a pet.
    NotAPet: bad_input();
    /// Invalid input: no body, or another method.
    NoBody: no_data();
}

//! Swagger's Petstore, document 1.0.7, under `/v2`: the sample shop on which every client
//! generator, tutorial and tool is tried.
//!
//! Invariants: what the public server answers is answered, where the contract does not say better;
//! every error is an `ApiResponse`, never the envelope; no request, whatever it holds, is a 5xx;
//! ids are exact; the inventory and the lists follow the pets at every moment.

mod add_pet;
mod answer;
mod api_response;
mod body;
mod create_users;
mod document;
mod find_pets;
mod inventory;
mod log_in;
mod order;
mod pet;
mod place_order;
mod read;
mod shop;
mod update_pet;
mod upload;
mod user;
pub mod xml;

use shared::{http::routes::Routes, operation, settings::Section};

/// The tags of the operations here, as the document's folders name them.
const SAMPLE: &str = "Sample APIs";
const PET: &str = "pet";
const STORE: &str = "store";
const USER: &str = "user";

/// What pets, orders, users and `ApiResponse` can be answered in.
const BOTH: &[&str] = &["application/json", "application/xml"];

/// The operations of this group.
#[expect(deprecated, reason = "findPetsByTags is in the original document")]
pub fn routes() -> Routes {
    Routes::of(env!("CARGO_CRATE_NAME"))
        .needs(&[Section::SHOP])
        .with_own(shop::Loaded::default())
        .with_error_format(api_response::say)
        .described_by(document::DESCRIBED)
        .served_where(|settings| settings.shop().is_ok_and(|shop| shop.enabled))
        .public(operation!(add_pet::add_pet).producing(BOTH))
        .public(operation!(update_pet::update_pet).producing(BOTH))
        .public(operation!(find_pets::find_pets_by_status).producing(BOTH))
        .public(operation!(find_pets::find_pets_by_tags).producing(BOTH))
        .public(operation!(pet::get_pet_by_id).producing(BOTH))
        .public(operation!(update_pet::update_pet_with_form).producing(BOTH))
        .public(operation!(pet::delete_pet).producing(BOTH))
        .public(operation!(upload::upload_file))
        .public(operation!(inventory::get_inventory))
        .public(operation!(place_order::place_order).producing(BOTH))
        .public(operation!(order::get_order_by_id).producing(BOTH))
        .public(operation!(order::delete_order).producing(BOTH))
        .public(operation!(create_users::create_user).producing(BOTH))
        .public(operation!(create_users::create_users_with_array_input).producing(BOTH))
        .public(operation!(create_users::create_users_with_list_input).producing(BOTH))
        .public(operation!(log_in::login_user).producing(BOTH))
        .public(operation!(log_in::logout_user).producing(BOTH))
        .public(operation!(user::get_user_by_name).producing(BOTH).taking_the_rest())
        .public(operation!(user::update_user).producing(BOTH).taking_the_rest())
        .public(operation!(user::delete_user).producing(BOTH).taking_the_rest())
}

//! Swagger's Petstore, document 1.0.7, under `/v2`: the sample shop on which every client
//! generator, tutorial and tool is tried.
//!
//! Invariants: what the public server answers is answered, where the contract does not say better;
//! every error is an `ApiResponse`, never the envelope; no request, whatever it holds, is a 5xx;
//! ids are exact; the inventory and the lists follow the pets at every moment.

mod answer;
mod api_response;
mod body;
mod dates;
mod document;
mod path_id;
mod read;
mod shop;
pub mod xml;

use shared::{http::routes::Routes, routes, settings::Section};

/// The tags of the operations here, as the document's folders name them.
const SAMPLE: &str = "Sample APIs";
const PET: &str = "pet";
const STORE: &str = "store";
const USER: &str = "user";

/// What pets, orders, users and `ApiResponse` can be answered in.
const BOTH: &[&str] = &["application/json", "application/xml"];

routes! {
    /// The operations of this group.
    #[expect(deprecated, reason = "findPetsByTags is in the original document")]
    pub fn routes() -> Routes {
        Routes::of(env!("CARGO_CRATE_NAME"))
            .needs(&[Section::SHOP])
            .with_own(shop::Loaded::default())
            .with_error_format(api_response::say)
            .described_by(document::DESCRIBED)
            .served_where(|settings| settings.shop().is_ok_and(|shop| shop.enabled))
    }

    public add_pet::add_pet.producing(BOTH);
    public update_pet::{update_pet, update_pet_with_form}.producing(BOTH);
    public find_pets::{find_pets_by_status, find_pets_by_tags}.producing(BOTH);
    public pet::{get_pet_by_id, delete_pet}.producing(BOTH);
    public upload::upload_file;
    public inventory::get_inventory;
    public place_order::place_order.producing(BOTH);
    public order::{get_order_by_id, delete_order}.producing(BOTH);
    public create_users::{
        create_user, create_users_with_array_input, create_users_with_list_input
    }.producing(BOTH);
    public log_in::{login_user, logout_user}.producing(BOTH);
    public user::{get_user_by_name, update_user, delete_user}.producing(BOTH).taking_the_rest();
}

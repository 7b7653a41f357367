//! The customer: logging in (which makes the account where there is none), the profile,
//! account deletion, and everything that is stored of one.
//!
//! Invariants: a code is used once, whoever is first; a try is counted before the code is compared;
//! an account has at most twenty sessions; an access token alone, without a recent log-in or a
//! code, neither moves an account to another phone nor deletes it.

mod account_deletion;
mod change_phone;
mod code;
mod email;
mod host;
mod https_url;
mod log_in;
mod patch;

use shared::{http::routes::Routes, routes, settings::Section};

pub use patch::read_details;

/// The tag of the operations here, as the document's folders name it.
const TAG: &str = "User/Customer";

routes! {
    /// The operations of this group.
    pub fn routes() -> Routes {
        Routes::of(env!("CARGO_CRATE_NAME"))
            .needs(&[
                Section::CODES,
                Section::CODE_TOPIC,
                Section::CONTENT,
                Section::HASHES,
                Section::ISSUER,
                Section::JOURNAL,
                Section::LANES,
                Section::SESSIONS,
                Section::SMS,
                Section::TRIES,
            ])
    }

    public authenticate::authenticate_customer;
    bearer profile::get_customer;
    bearer update::update_customer;
    bearer delete::delete_customer;
    bearer export::export_customer;
}

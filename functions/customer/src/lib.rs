//! The customer: logging in (which makes the account where there is none), the profile, leaving,
//! and everything that is stored of one.
//!
//! Invariants: a code is used once, whoever is first; a try is counted before the code is compared;
//! an account has at most twenty sessions; an access token alone, without a recent log-in or a
//! code, neither moves an account to another phone nor deletes it.

mod authenticate;
mod change_phone;
mod code;
mod delete;
mod export;
mod log_in;
mod patch;
mod profile;
mod update;

use shared::{http::routes::Routes, operation, settings::Section};

/// The tag of the operations here, as the document's folders name it.
const TAG: &str = "User/Customer";

/// The operations of this group.
pub fn routes() -> Routes {
    Routes::of(env!("CARGO_CRATE_NAME"))
        .needs(&[
            Section::CODES,
            Section::CONTENT,
            Section::HASHES,
            Section::ISSUER,
            Section::SESSIONS,
            Section::SMS,
            Section::TRIES,
            Section::WRITES,
        ])
        .public(operation!(authenticate::authenticate_customer))
        .bearer(operation!(profile::get_customer))
        .bearer(operation!(update::update_customer))
        .bearer(operation!(delete::delete_customer))
        .bearer(operation!(export::export_customer))
}

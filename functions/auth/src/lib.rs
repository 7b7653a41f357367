//! Log-in codes, tokens and sessions: what a phone needs before and after it has a customer.
//!
//! Invariants: a code is sent only after every limit has counted it; a refresh is one conditional
//! write, and a lost answer to it is given again, byte for byte; a log-out is one conditional
//! write, however many sessions end.

mod jwks;
mod log_out;
mod refresh_token;
mod send_otp;
mod sending;
mod sessions;

use shared::{http::routes::Routes, operation, settings::Section};

/// The tag of the operations here, as the document's folders name it.
const TAG: &str = "User/Authentication";

/// The operations of this group.
pub fn routes() -> Routes {
    Routes::of(env!("CARGO_CRATE_NAME"))
        .needs(&[
            Section::CODES,
            Section::CONTENT,
            Section::COUNTRIES,
            Section::HASHES,
            Section::ISSUER,
            Section::REFRESHES,
            Section::SENDS,
            Section::SESSIONS,
            Section::SMS,
            Section::WRITES,
        ])
        .public(operation!(refresh_token::refresh_tokens))
        .public(operation!(send_otp::send_otp))
        .bearer(operation!(log_out::log_out_device))
        .bearer(operation!(log_out::log_out_all_devices))
        .bearer(operation!(sessions::list_sessions))
        .bearer(operation!(sessions::revoke_session))
        .public(operation!(jwks::get_jwks))
}

//! Log-in codes, tokens and sessions: what a phone needs before and after it has a customer.
//!
//! Invariants: a code is sent only after every limit has counted it; a refresh is one conditional
//! write, and a lost answer to it is given again, byte for byte; a log-out is one conditional
//! write, however many sessions end.

mod legacy_token;
mod sending;
mod token_pair;

use shared::{http::routes::Routes, routes, settings::Section};

/// The tag of the operations here, as the document's folders name it.
const TAG: &str = "User/Authentication";

routes! {
    /// The operations of this group.
    pub fn routes() -> Routes {
        Routes::of(env!("CARGO_CRATE_NAME"))
            .needs(&[
                Section::APP_HASHES,
                Section::CODES,
                Section::CODE_TOPIC,
                Section::CONTENT,
                Section::COUNTRIES,
                Section::HASHES,
                Section::ISSUER,
                Section::LANES,
                Section::LEGACY,
                Section::REFRESHES,
                Section::SENDS,
                Section::SESSIONS,
                Section::SMS,
                Section::WRITES,
            ])
    }

    public refresh_token::refresh_tokens;
    public send_otp::send_otp;
    bearer log_out::{log_out_device, log_out_all_devices}.uncounted();
    bearer sessions::{list_sessions, revoke_session}.uncounted();
    public jwks::get_jwks.cacheable(jwks::CACHE);
}

mod jwks;
mod log_out;
mod refresh_errors;
mod refresh_token;
mod rotation;
mod send_otp;
mod sessions;
mod theft;

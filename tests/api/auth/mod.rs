mod jwks;
mod refresh_errors;
mod refresh_token;
mod send_otp;

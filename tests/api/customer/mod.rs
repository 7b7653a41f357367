mod authenticate;
mod change_phone;
pub(crate) mod delete;
mod export;
mod export_coverage;
mod profile;
mod request_body;
mod status;
mod update;

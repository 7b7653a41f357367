mod authenticate;
mod change_phone;
pub(crate) mod delete;
mod export;
mod profile;
mod status;
mod update;

mod authenticate;
mod change_phone;
mod delete;
mod export;
mod profile;
mod status;
mod update;

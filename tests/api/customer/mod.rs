mod authenticate;
mod profile;
mod update;

//! What the API does, seen from outside.

mod app_info;
mod auth;
mod availability;
mod bootstrap;
mod cleanup;
mod conventions;
mod costs;
mod customer;
mod default_limits;
mod docs;
mod endings;
mod fcm;
mod location;
mod log;
mod petstore;
mod rate_limits;
mod secrecy;
mod trial;
mod wallet;

/// A phone of these tests; each test has a database of its own.
const PHONE: &str = "+14155550123";

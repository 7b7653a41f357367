//! The behaviour of the API, seen from outside.

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
mod edge;
mod endings;
mod error_languages;
mod faults;
mod fcm;
mod growth;
mod hot_spots;
mod kernel;
mod lanes;
mod location;
mod log;
mod move_in;
mod operator;
mod petstore;
mod rate_limits;
mod requests;
mod restored;
mod secrecy;
mod trial;
mod wallet;

/// The phone of most tests. Each test has its own database.
const PHONE: &str = "+14155550123";

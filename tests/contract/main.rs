//! Contract tests: things that are written in two places must agree.
//!
//! Invariant: nobody has to remember the second place. If you add a group, a path, a variable, a
//! permission or an operation and forget the other place, a test here fails. Its message names the
//! file to change.

mod access;
mod alarms;
mod asvs;
mod availability;
mod aws;
mod clients;
mod cost_cases;
mod costs;
mod details;
mod endings;
mod events;
mod examples;
mod expiry_lists;
mod folders;
mod generated;
mod generators;
mod groups;
mod hardening;
mod layers;
mod messages;
mod mock;
mod operations;
mod permissions;
mod readmes;
mod recorder;
mod records;
mod released;
mod repository;
mod routes;
mod smoke;
mod table;
mod traffic;
mod variables;
mod watching;

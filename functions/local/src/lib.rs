//! The launcher behind `cargo run`: every function on one port, run as API Gateway and Lambda would
//! run it, in this one process.
//!
//! A request: [`server`] reads it from a socket; [`gateway`] finds its route ([`route_table`]),
//! builds the event ([`gateway_event`]), invokes the group's function and converts its response
//! ([`gateway_response`]). [`stack`] starts what the functions need, as [`template`] declares it:
//! the embedded [`dynamodb`] with its [`table`], the [`sns_recorder`], the secrets in
//! [`data_folder`].
//!
//! Invariant: the launcher does not change what a function does. The tests use the same [`stack`],
//! in memory, with their own clock and randomness.
#![allow(
    missing_docs,
    reason = "a program, not a library: a comment stands where the name does not say it all"
)]

pub mod areas_admin;
pub mod cli;
pub mod connections;
pub mod consumer;
pub mod content_admin;
pub mod costs;
pub mod customer_admin;
pub mod data_folder;
pub mod doctor;
pub mod document;
pub mod dynamodb;
pub mod functions;
pub mod gateway;
pub mod gateway_event;
pub mod gateway_response;
pub mod generated;
pub mod grants;
mod log;
mod message_table;
pub mod mock;
pub mod move_in;
pub mod move_out;
pub mod moving_clock;
pub mod operator_aws;
pub mod operator_token;
pub mod policies;
mod private_file;
pub mod publication;
pub mod queue;
pub mod restored_table;
pub mod route_table;
pub mod schedule;
pub mod server;
pub mod sns_recorder;
pub mod stack;
pub mod stack_error;
pub mod table;
pub mod template;

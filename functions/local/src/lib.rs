//! The launcher behind `cargo run`: every function on one port, as API Gateway and Lambda would run
//! it, with nothing but this process.
//!
//! The way of a request: [`server`] reads it from a socket, [`gateway`] chooses its route
//! ([`route_table`]), makes the event ([`gateway_event`]), invokes the group's function and turns
//! the answer back ([`gateway_answer`]). What the functions find around them is put together by
//! [`stack`] from [`template`]: [`dynamodb`], [`sns_recorder`], the [`table`], the secrets of
//! [`data_folder`].
//!
//! Invariant: nothing here changes what a function does. The tests use the same [`stack`], in
//! memory, with their own clock and chance.

pub mod areas_admin;
pub mod cli;
pub mod connections;
pub mod content_admin;
pub mod costs;
pub mod data_folder;
pub mod doctor;
pub mod document;
pub mod dynamodb;
pub mod gateway;
pub mod gateway_answer;
pub mod gateway_event;
pub mod groups;
mod log;
pub mod mock;
pub mod moving_clock;
pub mod operator_admin;
pub mod operator_token;
mod private_file;
pub mod queue;
pub mod route_table;
pub mod schedule;
pub mod server;
pub mod sns_recorder;
pub mod stack;
pub mod stack_error;
pub mod table;
pub mod template;

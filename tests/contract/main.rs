//! Agreement tests: what has to be written in two places says the same in both.
//!
//! Invariant: nobody has to remember that a second place exists. Whoever adds a group, a path, a
//! variable, a permission or an operation and forgets the other place fails a test here, which says
//! what is missing and where to add it.

mod access;
mod availability;
mod costs;
mod document;
mod endings;
mod events;
mod examples;
mod folders;
mod groups;
mod layers;
mod messages;
mod operations;
mod permissions;
mod recorder;
mod repository;
mod routes;
mod table;
mod traffic;
mod variables;
mod watching;

//! The operator's commands on a deployed stack.

mod doctor;

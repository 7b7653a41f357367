//! The documentation: its pages, the mock, and the operation that takes everything.

mod all_parameters;
mod mock;
mod site;

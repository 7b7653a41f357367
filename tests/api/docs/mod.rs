//! The documentation: its pages, the mock, and the operation with every style of parameter.

mod all_parameters;
mod mock;
mod site;

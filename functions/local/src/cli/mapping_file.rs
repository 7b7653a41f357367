//! The option `--mapping` of `move-in` and `move-out`.

use std::path::Path;

use super::failure::{Failure, read_file};
use crate::move_in::Mapping;

/// The mapping of a file, or that of the stock models.
pub(super) fn read_mapping(path: Option<&Path>) -> Result<Mapping, Failure> {
    let Some(path) = path else { return Ok(Mapping::stock()) };
    Mapping::replaced_by(&read_file(path)?)
        .map_err(|error| Failure::usage(format_args!("{}: {error}", path.display())))
}

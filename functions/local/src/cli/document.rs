//! `document`: writes the committed OpenAPI document, from which the documentation is built.

use std::fs;

use clap::Args;

use super::{Failure, StackArgs, say};
use crate::document;

/// Options of `document`.
#[derive(Debug, Args)]
pub(super) struct DocumentArgs {
    /// Print it instead
    #[arg(long)]
    print: bool,
}

pub(super) fn run(args: &DocumentArgs) -> Result<(), Failure> {
    let text = document::text();
    if args.print {
        say(text.trim_end());
        return Ok(());
    }
    let (_, root) = StackArgs::template()?;
    let file = root.join(document::FILE);
    fs::write(&file, text).map_err(|error| {
        Failure::usage(format_args!("{} cannot be written: {error}", file.display()))
    })?;
    say(format_args!("{} is what the code says; the next build serves it", file.display()));
    Ok(())
}

//! `document`: generates the committed OpenAPI document.

use std::fs;

use clap::Args;

use super::{failure::Failure, output::print_line, stack_args::template};
use crate::document;

#[derive(Debug, Args)]
pub(super) struct DocumentArgs {
    /// Print the document instead of writing the file
    #[arg(long)]
    print: bool,
}

pub(super) fn run(args: &DocumentArgs) -> Result<(), Failure> {
    let text = document::text();
    if args.print {
        print_line(text.trim_end());
        return Ok(());
    }
    let (_, root) = template()?;
    let path = root.join(document::FILE);
    let file = path.display();
    fs::write(&path, text)
        .map_err(|error| Failure::usage(format_args!("cannot write {file}: {error}")))?;
    print_line(format_args!("wrote {file}; rebuild to serve it"));
    Ok(())
}

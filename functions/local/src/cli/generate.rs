//! `generate`: writes the files that follow from the code.

use std::fs;

use clap::Args;

use super::{failure::Failure, output::print_line, stack_args::template};
use crate::{document, functions, generated};

#[derive(Debug, Args)]
pub(super) struct GenerateArgs {
    /// Print the OpenAPI document instead of writing files
    #[arg(long)]
    print_document: bool,
}

pub(super) fn run(args: &GenerateArgs) -> Result<(), Failure> {
    if args.print_document {
        print_line(document::text().trim_end());
        return Ok(());
    }
    let (template, root) = template()?;
    functions::check(&template.groups()).map_err(Failure::usage)?;
    for file in generated::FILES {
        let stale = file.stale(&root).map_err(Failure::usage)?;
        let path = root.join(file.path);
        let Some(text) = stale else { continue };
        fs::write(&path, text).map_err(|error| {
            Failure::usage(format_args!("cannot write {}: {error}", path.display()))
        })?;
        print_line(format_args!("wrote {}", path.display()));
    }
    Ok(())
}

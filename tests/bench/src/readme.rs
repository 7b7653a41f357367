//! Writes the tables of the last run into functions/README.md.

use std::fs;

use anyhow::{Context, Result};

use crate::{results::Results, table, workspace};

const START: &str = "<!-- speed: written by `cargo run --release -p bench -- table` -->\n";
const END: &str = "<!-- end of speed -->";

/// Replaces what stands between the two comments.
pub fn write() -> Result<()> {
    let path = workspace::root().join("functions/README.md");
    let text = with_table(&fs::read_to_string(&path)?, &table::markdown(&Results::read()?))?;
    Ok(fs::write(path, text)?)
}

fn with_table(text: &str, table: &str) -> Result<String> {
    let parts = text.split_once(START).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(END)?;
        Some(format!("{before}{START}\n{table}\n{END}{after}"))
    });
    parts.context("the comments around the tables are not in functions/README.md")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_comments_is_replaced() {
        let text = format!("before\n{START}\nold\n{END}\nafter\n");
        let new = with_table(&text, "new\n").unwrap();
        assert_eq!(new, format!("before\n{START}\nnew\n\n{END}\nafter\n"));
        assert!(with_table("nothing", "new").is_err());
    }
}

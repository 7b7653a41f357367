//! Writes the tables of the last run into functions/README.md.

use std::fs;

use anyhow::{Context, Result};

use crate::{results::Results, table, workspace};

/// What other commands write, if they were run.
const OTHERS: [&str; 2] = ["django", "load"];

/// Replaces what stands between the two comments of each table.
pub fn write() -> Result<()> {
    let path = workspace::root().join("functions/README.md");
    let text = fs::read_to_string(&path)?;
    let mut text = with_table(&text, "speed", &table::markdown(&Results::read()?))?;
    for name in OTHERS {
        if let Ok(table) = fs::read_to_string(workspace::table(name)) {
            text = with_table(&text, name, &table)?;
        }
    }
    Ok(fs::write(path, text)?)
}

fn with_table(text: &str, name: &str, table: &str) -> Result<String> {
    let (start, end) = marks(name);
    let parts = text.split_once(&start).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(&end)?;
        Some(format!("{before}{start}\n{table}\n{end}{after}"))
    });
    parts.with_context(|| format!("the comments around {name} are not in functions/README.md"))
}

/// The comments before and after a table.
fn marks(name: &str) -> (String, String) {
    let start = format!("<!-- {name}: written by `cargo run --release -p bench -- table` -->\n");
    (start, format!("<!-- end of {name} -->"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_comments_is_replaced() {
        let (start, end) = marks("speed");
        let text = format!("before\n{start}\nold\n{end}\nafter\n");
        let new = with_table(&text, "speed", "new\n").unwrap();
        assert_eq!(new, format!("before\n{start}\nnew\n\n{end}\nafter\n"));
        assert!(with_table(&text, "load", "new").is_err());
    }
}

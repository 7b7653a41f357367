//! Joins the lines of paragraphs: doc comments are wrapped for the source, but the pages of the
//! documentation wrap by themselves.

use serde_json::Value;

/// Members that hold data, whose strings are left alone.
const DATA: [&str; 5] = ["const", "default", "enum", "example", "value"];

/// The starts of lines in lists, tables and code.
const KEEPS_LINES: [&str; 5] = ["- ", "* ", "1. ", "|", "```"];

/// Joins the lines in every `summary` and `description` of a part of the document.
pub(super) fn join_lines(part: &mut Value) {
    match part {
        Value::Array(items) => items.iter_mut().for_each(join_lines),
        Value::Object(members) => {
            for (name, member) in members {
                match (name.as_str(), member) {
                    ("description" | "summary", Value::String(text)) => *text = joined(text),
                    // A property may have any name.
                    ("properties", Value::Object(properties)) => {
                        properties.values_mut().for_each(join_lines);
                    }
                    (name, member) if !DATA.contains(&name) => join_lines(member),
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

/// Empty lines separate paragraphs. A list, a table or code keeps its lines.
fn joined(text: &str) -> String {
    let paragraphs = text.split("\n\n").map(|paragraph| {
        let keeps = |line: &str| KEEPS_LINES.iter().any(|start| line.starts_with(start));
        if paragraph.lines().any(keeps) {
            paragraph.to_owned()
        } else {
            paragraph.lines().map(str::trim).collect::<Vec<_>>().join(" ")
        }
    });
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paragraphs_are_joined_and_data_is_left_alone() {
        let mut part = json!({
            "description": "One\ntwo.\n\nThree\nfour.",
            "properties": {"example": {"description": "a\nb"}},
            "example": {"description": "a\nb"},
        });
        join_lines(&mut part);
        let after = json!({
            "description": "One two.\n\nThree four.",
            "properties": {"example": {"description": "a b"}},
            "example": {"description": "a\nb"},
        });
        assert_eq!(part, after);
        assert_eq!(joined("These:\n- a\n- b"), "These:\n- a\n- b");
    }
}

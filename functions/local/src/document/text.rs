//! Texts as the document shows them. Doc comments are wrapped for the source; a reader's page wraps
//! by itself.

use serde_json::Value;

/// What is data and not text.
const DATA: [&str; 5] = ["const", "default", "enum", "example", "value"];

/// What a line of a list, a table or code begins with.
const KEEPS_LINES: [&str; 5] = ["- ", "* ", "1. ", "|", "```"];

/// Joins the lines of every paragraph of every `summary` and `description` in a part of the
/// document.
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

/// Paragraphs are what empty lines separate. One that is a list, a table or code keeps its lines.
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
    use super::*;
    use serde_json::json;

    #[test]
    fn lines_of_a_paragraph_are_joined_and_data_is_left_alone() {
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

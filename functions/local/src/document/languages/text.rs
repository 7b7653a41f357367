//! Literals and multipart bodies, which the languages share.

use serde_json::Value;

use crate::document::call::Part;

pub(super) const BOUNDARY: &str = "satchel-sample";
/// The file that samples upload.
pub(super) const FILE_NAME: &str = "sample.txt";

/// A string literal of JavaScript, Java and Swift.
pub(super) fn literal(text: &str) -> String {
    Value::from(text).to_string()
}

/// A string literal of Java and Swift over several lines.
pub(super) fn text_block(text: &str) -> String {
    format!("\"\"\"\n{}\n\"\"\"", text.trim_end().replace('\\', "\\\\"))
}

/// A multipart body with LF line endings.
pub(super) fn multipart(parts: &[Part]) -> String {
    let part = |Part { name, value, is_file }: &Part| {
        let file = if *is_file { format!("; filename=\"{FILE_NAME}\"") } else { String::new() };
        format!("--{BOUNDARY}\nContent-Disposition: form-data; name=\"{name}\"{file}\n\n{value}\n")
    };
    parts.iter().map(part).collect::<String>() + &format!("--{BOUNDARY}--\n")
}

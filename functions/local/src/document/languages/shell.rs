//! Shell, with curl.

use super::text::FILE_NAME;
use crate::document::call::{Body, Call};

pub(super) fn program(call: &Call) -> String {
    let mut lines = vec![format!("curl --request {} {}", call.method, quoted(&call.url))];
    lines.extend(
        call.headers
            .iter()
            .map(|(name, value)| format!("--header {}", quoted(&format!("{name}: {value}")))),
    );
    match &call.body {
        Body::None => {}
        Body::Json(value) => {
            lines.push("--header 'Content-Type: application/json'".to_owned());
            lines.push(format!("--data {}", quoted(&format!("{value:#}"))));
        }
        Body::Form(pairs) => {
            lines.extend(pairs.iter().map(|(name, value)| {
                format!("--data-urlencode {}", quoted(&format!("{name}={value}")))
            }));
        }
        Body::Multipart(parts) => lines.extend(parts.iter().map(|part| {
            if part.is_file {
                format!("--form {}", quoted(&format!("{}=@{FILE_NAME}", part.name)))
            } else {
                format!("--form-string {}", quoted(&format!("{}={}", part.name, part.value)))
            }
        })),
    }
    lines.join(" \\\n  ")
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

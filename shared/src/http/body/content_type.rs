//! `Content-Type`, read as leniently as Django reads it: blanks around `;` and `=`, parameters in
//! any order, values with or without quotes, a `;` at the end.

/// A content type and its parameters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContentType {
    header: String,
    media_type: String,
    parameters: Vec<(String, String)>,
}

impl ContentType {
    /// Reads a header. What is no parameter in it is ignored.
    pub fn parse(header: &str) -> Self {
        let mut parts = split(header).into_iter();
        let media_type = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
        let parameter = |part: &str| {
            let (name, value) = part.split_once('=')?;
            Some((name.trim().to_ascii_lowercase(), unquoted(value.trim())))
        };
        let parameters = parts.filter_map(parameter).collect();
        Self { header: header.to_owned(), media_type, parameters }
    }

    /// The header as it was sent.
    pub fn as_str(&self) -> &str {
        &self.header
    }

    /// The media type in lower case, without its parameters.
    pub fn media_type(&self) -> &str {
        &self.media_type
    }

    /// The value of a parameter that is not empty. Of a repeated one the last counts.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let (_, value) = self.parameters.iter().rev().find(|(known, _)| known == name)?;
        Some(value.as_str()).filter(|value| !value.is_empty())
    }
}

/// The parts between semicolons that are not within quotes.
fn split(header: &str) -> Vec<&str> {
    let (mut quoted, mut escaped) = (false, false);
    let is_end = |character: char| {
        let ends = character == ';' && !quoted;
        if character == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = character == '\\' && quoted && !escaped;
        ends
    };
    header.split(is_end).collect()
}

fn unquoted(value: &str) -> String {
    let inner = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner
        .map_or_else(|| value.to_owned(), |inner| inner.replace("\\\\", "\\").replace("\\\"", "\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_read_however_it_is_spelled() {
        for (header, media_type, boundary) in [
            ("multipart/form-data; boundary=x", "multipart/form-data", Some("x")),
            ("multipart/form-data ; boundary=x", "multipart/form-data", Some("x")),
            ("multipart/form-data;boundary=a/b=c", "multipart/form-data", Some("a/b=c")),
            ("Multipart/Form-Data; Boundary = \"a;b\" ;", "multipart/form-data", Some("a;b")),
            (
                "multipart/form-data; charset=utf-8; boundary=----=_Part_1.2:3?'()+,-",
                "multipart/form-data",
                Some("----=_Part_1.2:3?'()+,-"),
            ),
            (r#"multipart/form-data; boundary="a\"b""#, "multipart/form-data", Some("a\"b")),
            ("multipart/form-data; boundary=a; boundary=b", "multipart/form-data", Some("b")),
            ("multipart/form-data; x; ; boundary=b", "multipart/form-data", Some("b")),
            ("multipart/form-data; boundary=", "multipart/form-data", None),
            ("multipart/form-data; boundary=\"\"", "multipart/form-data", None),
            (" APPLICATION/JSON;", "application/json", None),
            ("", "", None),
            (";boundary=x", "", Some("x")),
        ] {
            let read = ContentType::parse(header);
            assert_eq!(
                (read.media_type(), read.parameter("boundary")),
                (media_type, boundary),
                "{header}"
            );
        }
    }
}

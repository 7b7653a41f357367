//! Swift, with URLSession.

use super::text::{BOUNDARY, literal, multipart, text_block};
use crate::document::call::{Body, Call};

pub(super) fn program(call: &Call) -> String {
    let mut lines = vec![
        "import Foundation".to_owned(),
        String::new(),
        format!("var request = URLRequest(url: URL(string: {})!)", literal(&call.url)),
        format!("request.httpMethod = {}", literal(&call.method)),
    ];
    lines.extend(call.headers.iter().map(|(name, value)| header(name, value)));
    lines.extend(body(&call.body));
    lines.extend([
        String::new(),
        "let (data, response) = try await URLSession.shared.data(for: request)".to_owned(),
        "print((response as! HTTPURLResponse).statusCode, String(decoding: data, as: UTF8.self))"
            .to_owned(),
    ]);
    lines.join("\n")
}

fn body(body: &Body) -> Vec<String> {
    match body {
        Body::None => Vec::new(),
        Body::Json(value) => vec![
            header("Content-Type", "application/json"),
            format!("request.httpBody = Data({}.utf8)", text_block(&format!("{value:#}"))),
        ],
        Body::Form(pairs) => {
            let items = pairs.iter().map(|(name, value)| {
                format!("    URLQueryItem(name: {}, value: {}),", literal(name), literal(value))
            });
            vec![
                header("Content-Type", "application/x-www-form-urlencoded"),
                "var form = URLComponents()".to_owned(),
                format!("form.queryItems = [\n{}\n]", items.collect::<Vec<_>>().join("\n")),
                "request.httpBody = Data((form.percentEncodedQuery ?? \"\")\
                 .replacingOccurrences(of: \"+\", with: \"%2B\").utf8)"
                    .to_owned(),
            ]
        }
        Body::Multipart(parts) => vec![
            header("Content-Type", &format!("multipart/form-data; boundary={BOUNDARY}")),
            format!("let form = {}", text_block(&multipart(parts))),
            "request.httpBody = Data(form.replacingOccurrences(of: \"\\n\", with: \"\\r\\n\").utf8)"
                .to_owned(),
        ],
    }
}

fn header(name: &str, value: &str) -> String {
    format!("request.setValue({}, forHTTPHeaderField: {})", literal(value), literal(name))
}

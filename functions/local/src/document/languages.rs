//! A call as a program: Shell with curl, JavaScript with fetch, Java with its own client (11 or
//! newer), Swift with URLSession. Each runs as it stands and prints status and body.

use serde_json::Value;

use super::samples::{Body, Call, Part};

/// A name and what writes a call in it.
type Language = (&'static str, fn(&Call) -> String);

/// Name and writer of each, in the order in which they are shown.
pub(super) const LANGUAGES: [Language; 4] =
    [("Shell", shell), ("JavaScript", javascript), ("Java", java), ("Swift", swift)];

const BOUNDARY: &str = "satchel-sample";
/// What stands for a file's content.
const FILE_NAME: &str = "sample.txt";

fn shell(call: &Call) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
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

fn javascript(call: &Call) -> String {
    let mut before = String::new();
    let mut headers = call.headers.clone();
    let body = match &call.body {
        Body::None => None,
        Body::Json(value) => {
            headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
            Some(format!("JSON.stringify({})", indented(value, 2)))
        }
        Body::Form(pairs) => {
            let pairs: Vec<String> = pairs
                .iter()
                .map(|(name, value)| format!("    {}: {},\n", literal(name), literal(value)))
                .collect();
            Some(format!("new URLSearchParams({{\n{}  }})", pairs.concat()))
        }
        Body::Multipart(parts) => {
            before.push_str("const form = new FormData();\n");
            for Part { name, value, is_file } in parts {
                let value = literal(value);
                let value = if *is_file {
                    format!("new Blob([{value}]), {}", literal(FILE_NAME))
                } else {
                    value
                };
                before.extend(["form.append(", &literal(name), ", ", &value, ");\n"]);
            }
            before.push('\n');
            Some("form".to_owned())
        }
    };
    let headers: Vec<String> = headers
        .iter()
        .map(|(name, value)| format!("    {}: {},\n", literal(name), literal(value)))
        .collect();
    let headers = if headers.is_empty() {
        String::new()
    } else {
        format!("  headers: {{\n{}  }},\n", headers.concat())
    };
    let body = body.map(|body| format!("  body: {body},\n")).unwrap_or_default();
    format!(
        "{before}const response = await fetch({}, {{\n  method: {},\n{headers}{body}}});\n\n\
         console.log(response.status, await response.text());",
        literal(&call.url),
        literal(&call.method)
    )
}

fn java(call: &Call) -> String {
    let mut headers = call.headers.clone();
    let mut imports = vec![
        "java.net.URI",
        "java.net.http.HttpClient",
        "java.net.http.HttpRequest",
        "java.net.http.HttpResponse",
    ];
    let mut before = String::new();
    let content_type = match &call.body {
        Body::None => None,
        Body::Json(value) => {
            before = format!("        String body = {};\n\n", text_block(&format!("{value:#}")));
            Some("application/json".to_owned())
        }
        Body::Form(pairs) => {
            imports.extend(["java.net.URLEncoder", "java.nio.charset.StandardCharsets"]);
            let pair = |(name, value): &(String, String)| {
                format!(
                    "{} + URLEncoder.encode({}, StandardCharsets.UTF_8)",
                    literal(&format!("{name}=")),
                    literal(value)
                )
            };
            let pairs: Vec<String> = pairs.iter().map(pair).collect();
            before =
                format!("        String body = {};\n\n", pairs.join("\n            + \"&\" + "));
            Some("application/x-www-form-urlencoded".to_owned())
        }
        Body::Multipart(parts) => {
            before = format!(
                "        String body = {};\n\n",
                text_block(&multipart(parts))
                    .replace("\n\"\"\"", "\n\"\"\".replace(\"\\n\", \"\\r\\n\")")
            );
            Some(format!("multipart/form-data; boundary={BOUNDARY}"))
        }
    };
    headers.extend(content_type.map(|kind| ("Content-Type".to_owned(), kind)));
    imports.sort_unstable();
    let imports =
        imports.iter().map(|name| format!("import {name};\n")).collect::<Vec<_>>().concat();
    let headers: Vec<String> = headers
        .iter()
        .map(|(name, value)| {
            format!("            .header({}, {})\n", literal(name), literal(value))
        })
        .collect();
    let headers = headers.concat();
    let publisher = if before.is_empty() { "noBody()" } else { "ofString(body)" };
    format!(
        "{imports}\npublic class Sample {{\n    \
         public static void main(String[] args) throws Exception {{\n{before}        \
         HttpRequest request = HttpRequest.newBuilder(URI.create({}))\n{headers}            \
         .method({}, HttpRequest.BodyPublishers.{publisher})\n            \
         .build();\n        HttpResponse<String> response = HttpClient.newHttpClient()\
         .send(request, HttpResponse.BodyHandlers.ofString());\n\n        \
         System.out.println(response.statusCode() + \" \" + response.body());\n    }}\n}}",
        literal(&call.url),
        literal(&call.method)
    )
}

fn swift(call: &Call) -> String {
    let mut lines = vec![
        "import Foundation".to_owned(),
        String::new(),
        format!("var request = URLRequest(url: URL(string: {})!)", literal(&call.url)),
        format!("request.httpMethod = {}", literal(&call.method)),
    ];
    let header = |name: &str, value: &str| {
        format!("request.setValue({}, forHTTPHeaderField: {})", literal(value), literal(name))
    };
    lines.extend(call.headers.iter().map(|(name, value)| header(name, value)));
    match &call.body {
        Body::None => {}
        Body::Json(value) => {
            lines.push(header("Content-Type", "application/json"));
            lines.push(format!(
                "request.httpBody = Data({}.utf8)",
                text_block(&format!("{value:#}"))
            ));
        }
        Body::Form(pairs) => {
            lines.push(header("Content-Type", "application/x-www-form-urlencoded"));
            lines.push("var form = URLComponents()".to_owned());
            let items = pairs.iter().map(|(name, value)| {
                format!("    URLQueryItem(name: {}, value: {}),", literal(name), literal(value))
            });
            lines.push(format!("form.queryItems = [\n{}\n]", items.collect::<Vec<_>>().join("\n")));
            lines.push(
                "request.httpBody = Data((form.percentEncodedQuery ?? \"\")\
                 .replacingOccurrences(of: \"+\", with: \"%2B\").utf8)"
                    .to_owned(),
            );
        }
        Body::Multipart(parts) => {
            lines
                .push(header("Content-Type", &format!("multipart/form-data; boundary={BOUNDARY}")));
            lines.push(format!("let form = {}", text_block(&multipart(parts))));
            lines.push(
                "request.httpBody = Data(form\
                 .replacingOccurrences(of: \"\\n\", with: \"\\r\\n\").utf8)"
                    .to_owned(),
            );
        }
    }
    lines.extend([
        String::new(),
        "let (data, response) = try await URLSession.shared.data(for: request)".to_owned(),
        "print((response as! HTTPURLResponse).statusCode, String(decoding: data, as: UTF8.self))"
            .to_owned(),
    ]);
    lines.join("\n")
}

/// A multipart body with bare line ends.
fn multipart(parts: &[Part]) -> String {
    let part = |Part { name, value, is_file }: &Part| {
        let file = if *is_file { format!("; filename=\"{FILE_NAME}\"") } else { String::new() };
        format!("--{BOUNDARY}\nContent-Disposition: form-data; name=\"{name}\"{file}\n\n{value}\n")
    };
    parts.iter().map(part).collect::<Vec<_>>().concat() + &format!("--{BOUNDARY}--\n")
}

/// A text in the way that JavaScript, Java and Swift share.
fn literal(text: &str) -> String {
    Value::from(text).to_string()
}

/// A text over several lines in the way that Java and Swift share.
fn text_block(text: &str) -> String {
    format!("\"\"\"\n{}\n\"\"\"", text.trim_end().replace('\\', "\\\\"))
}

fn indented(value: &Value, by: usize) -> String {
    format!("{value:#}").replace('\n', &format!("\n{}", " ".repeat(by)))
}

//! Java 11 or newer, with its own HTTP client.

use super::text::{BOUNDARY, literal, multipart, text_block};
use crate::document::call::{Body, Call};

pub(super) fn program(call: &Call) -> String {
    let (body, content_type) = match &call.body {
        Body::None => (None, None),
        Body::Json(value) => {
            (Some(text_block(&format!("{value:#}"))), Some("application/json".to_owned()))
        }
        Body::Form(pairs) => {
            (Some(form(pairs)), Some("application/x-www-form-urlencoded".to_owned()))
        }
        Body::Multipart(parts) => {
            let body = text_block(&multipart(parts))
                .replace("\n\"\"\"", "\n\"\"\".replace(\"\\n\", \"\\r\\n\")");
            (Some(body), Some(format!("multipart/form-data; boundary={BOUNDARY}")))
        }
    };
    let content_type = content_type.map(|kind| ("Content-Type".to_owned(), kind));
    let headers = call
        .headers
        .iter()
        .chain(&content_type)
        .map(|(name, value)| {
            format!("            .header({}, {})\n", literal(name), literal(value))
        })
        .collect::<Vec<_>>()
        .concat();
    let publisher = if body.is_some() { "ofString(body)" } else { "noBody()" };
    let body = body.map(|body| format!("        String body = {body};\n\n")).unwrap_or_default();
    let imports = imports(matches!(call.body, Body::Form(_)));
    let (url, method) = (literal(&call.url), literal(&call.method));
    format!(
        "{imports}\n\
         public class Sample {{\n    \
             public static void main(String[] args) throws Exception {{\n\
         {body}        \
                 HttpRequest request = HttpRequest.newBuilder(URI.create({url}))\n\
         {headers}            \
                     .method({method}, HttpRequest.BodyPublishers.{publisher})\n            \
                     .build();\n        \
                 HttpResponse<String> response = HttpClient.newHttpClient()\
         .send(request, HttpResponse.BodyHandlers.ofString());\n\n        \
                 System.out.println(response.statusCode() + \" \" + response.body());\n    \
             }}\n\
         }}"
    )
}

fn imports(encodes_form: bool) -> String {
    let mut names = vec![
        "java.net.URI",
        "java.net.http.HttpClient",
        "java.net.http.HttpRequest",
        "java.net.http.HttpResponse",
    ];
    if encodes_form {
        names.extend(["java.net.URLEncoder", "java.nio.charset.StandardCharsets"]);
    }
    names.sort_unstable();
    names.iter().map(|name| format!("import {name};\n")).collect::<Vec<_>>().concat()
}

fn form(pairs: &[(String, String)]) -> String {
    let pair = |(name, value): &(String, String)| {
        format!(
            "{} + URLEncoder.encode({}, StandardCharsets.UTF_8)",
            literal(&format!("{name}=")),
            literal(value)
        )
    };
    pairs.iter().map(pair).collect::<Vec<_>>().join("\n            + \"&\" + ")
}

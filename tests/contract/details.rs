//! The details of errors in other languages: every error of the document can be said in each
//! language of the content that is shipped.

use std::collections::BTreeSet;

use serde_json::Value;
use shared::http::error::{CODES, LANGUAGES, translated};

use crate::repository::{assert_none, document};

#[test]
fn errors_are_said_in_the_languages_of_the_shipped_content() {
    let content: Value = serde_json::from_str(app_info::SAMPLE).expect("JSON");
    assert_eq!(content["languages"], serde_json::json!(LANGUAGES));
}

#[test]
fn every_documented_error_can_be_said_in_each_language() {
    let document = document();
    let mut errors = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        if !path.starts_with("/v2/") {
            collect(item, &mut errors);
        }
    }
    collect(&document["components"]["responses"], &mut errors);
    let mut problems = Vec::new();
    for (_, detail) in &errors {
        for language in &LANGUAGES[1..] {
            let text = translated(detail, language);
            if text.is_none_or(|text| text.is_ascii()) {
                problems.push(format!(
                    "{detail:?} has no text in {language}: add it to \
                     shared/src/http/error/details.txt"
                ));
            }
        }
    }
    let codes: BTreeSet<_> = errors.iter().map(|(code, _)| code.as_str()).collect();
    let shown = CODES.iter().filter(|code| codes.contains(code.name)).count();
    assert!(shown > 25, "the document shows {shown} codes: {codes:?}");
    assert_none(&problems);
}

/// Codes and details of all examples of errors.
fn collect(part: &Value, errors: &mut BTreeSet<(String, String)>) {
    match part {
        Value::Object(members) => {
            let text = |name: &str| members.get(name).and_then(Value::as_str).map(str::to_owned);
            if members.contains_key("attr")
                && let (Some(code), Some(detail)) = (text("code"), text("detail"))
            {
                errors.insert((code, detail));
            }
            members.values().for_each(|member| collect(member, errors));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, errors)),
        _ => {}
    }
}

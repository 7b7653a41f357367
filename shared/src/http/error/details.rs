//! The `detail` of errors in other languages than English.
//!
//! Protocol: errors are made, logged and stored in English. The outermost layer of a function puts
//! the text of `details.txt` in its place, if the request wants that language. The headings there
//! are the English texts; `{}` stands for what differs from one request to the next.
//!
//! Invariant: the operator's words of a maintenance apart, every detail has a heading. Debug
//! builds, and so all tests, check each error that is made.

use axum::{
    body::{Body, HttpBody},
    response::Response,
};
use http::{HeaderMap, HeaderValue, header};

use super::body::Written;
use crate::{
    catalogue::{Block, Catalogue},
    http::language::{ACCEPT_LANGUAGE, KnownLanguages},
};

const DETAILS: Catalogue = Catalogue(include_str!("details.txt"));

/// The languages of details, English first.
pub const LANGUAGES: [&str; 3] = [ENGLISH, "ar", "zh"];
const ENGLISH: &str = "en";

/// Whether a detail can be said in each of the languages.
pub(super) fn is_known(detail: &str) -> bool {
    find(detail).is_some()
}

/// A detail in a language, if that is one of [`LANGUAGES`] but English, and the detail is known.
pub fn translated(detail: &str, language: &str) -> Option<String> {
    let (block, argument) = find(detail)?;
    let number = argument.and_then(|argument| argument.parse().ok());
    let text = block.text(language, number)?;
    Some(text.replacen("{}", argument.unwrap_or_default(), 1))
}

/// The language of the details for this request, unless they stay English.
pub(crate) fn wanted(headers: &HeaderMap) -> Option<&'static str> {
    static KNOWN: KnownLanguages = KnownLanguages::new();
    KNOWN.lookup(headers, &LANGUAGES).filter(|language| *language != ENGLISH)
}

/// Puts the details of an error into a language.
pub(crate) fn translate(response: &mut Response, language: &'static str) {
    if response.body().is_end_stream() {
        return;
    }
    let written = response.extensions_mut().get_mut::<Written>();
    let in_language = |detail: &str| translated(detail, language);
    let Some(body) = written.and_then(|written| written.translate(in_language)) else { return };
    *response.body_mut() = Body::from(body);
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language));
    headers.insert(header::VARY, HeaderValue::from_static(ACCEPT_LANGUAGE));
}

/// The block of a detail, and what stands in the place of `{}`.
fn find(detail: &str) -> Option<(Block, Option<&str>)> {
    DETAILS.blocks().find_map(|block| match block.heading.split_once("{}") {
        None => (block.heading == detail).then_some((block, None)),
        Some((start, end)) => {
            let argument = detail.strip_prefix(start)?.strip_suffix(end)?;
            Some((block, Some(argument)))
        }
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_detail_is_there_once_and_in_each_language() {
        let mut headings = BTreeSet::new();
        for block in DETAILS.blocks() {
            let heading = block.heading;
            assert!(headings.insert(heading), "{heading} is there twice");
            for language in &LANGUAGES[1..] {
                let keys = block.lines().filter(|(key, _)| key == language).count();
                assert_eq!(keys, 1, "{heading} in {language}");
            }
            for (key, text) in block.lines() {
                let language = key.split('.').next().unwrap_or_default();
                assert!(LANGUAGES[1..].contains(&language), "{heading}: {key}");
                let is_form_of_few = ["ar.zero", "ar.one", "ar.two"].contains(&key);
                let places = text.matches("{}").count();
                let expected = usize::from(heading.contains("{}") && !is_form_of_few);
                assert_eq!(places, expected, "{heading}: {key}");
            }
            let made = heading.replace("{}", "\"7\" - x.");
            let (found, _) = find(&made).expect("a block");
            assert_eq!(found.heading, heading, "{made}");
        }
        assert!(headings.len() > 80, "{}", headings.len());
    }

    #[test]
    fn what_differs_from_request_to_request_stays_as_it_is() {
        let arabic = |detail: &str| translated(detail, "ar").expect("a text");
        assert_eq!(arabic("Method \"PUT\" not allowed."), "الطريقة \"PUT\" غير مسموح بها.");
        assert_eq!(
            translated("\"a {} b\" is not a valid choice.", "zh").as_deref(),
            Some("“a {} b”不是有效的选项。")
        );
        for (seconds, end) in [
            ("1 second", "بعد ثانية واحدة."),
            ("2 seconds", "بعد ثانيتين."),
            ("3 seconds", "بعد 3 ثوانٍ."),
            ("60 seconds", "بعد 60 ثانية."),
            ("102 seconds", "بعد 102 ثانية."),
        ] {
            let detail = format!("Request was throttled. Expected available in {seconds}.");
            assert!(arabic(&detail).ends_with(end), "{}", arabic(&detail));
        }
        assert_eq!(translated("Not found.", "en"), None);
        assert_eq!(translated("Back at ten.", "ar"), None);
    }

    #[test]
    fn only_a_language_that_comes_before_english_is_wanted() {
        for (value, language) in [
            ("ar", Some("ar")),
            ("ar-EG, en;q=0.9", Some("ar")),
            ("en;q=0.1, ar", Some("ar")),
            ("zh-Hant-TW", Some("zh")),
            ("fr, zh;q=0.5", Some("zh")),
            ("en, ar", None),
            ("en-GB", None),
            ("iw", None),
            ("fr", None),
            ("*", None),
        ] {
            let headers = HeaderMap::from_iter([(
                header::ACCEPT_LANGUAGE,
                HeaderValue::from_str(value).expect("a header"),
            )]);
            assert_eq!(wanted(&headers), language, "{value}");
        }
        assert_eq!(wanted(&HeaderMap::new()), None);
    }
}

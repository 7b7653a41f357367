//! The languages that a client wants (RFC 9110 section 12.5.4), and the one it gets.

use std::{
    collections::VecDeque,
    sync::{PoisonError, RwLock},
};

use http::{HeaderMap, HeaderValue, header};
use utoipa::{
    IntoParams,
    openapi::path::{Parameter, ParameterIn},
};

use crate::{
    aws::Messages,
    http::{
        documented,
        negotiate::range,
        request::{Nullable, Optional, Text},
    },
    language,
    phone::Phone,
    request,
    text_message::{ENGLISH, Kind, MessageTexts, Wording},
};

pub(crate) const ACCEPT_LANGUAGE: &str = "Accept-Language";

/// How many ranges of a header are looked at.
const MOST_RANGES: usize = 32;

/// Which of the languages on offer the latest values of `Accept-Language` got: comparing tags takes
/// a tenth of a short answer.
#[derive(Debug)]
pub struct KnownLanguages(RwLock<VecDeque<(HeaderValue, Option<usize>)>>);

/// How many values are known.
const MOST_VALUES: usize = 16;

/// A longer value is compared each time.
const LONGEST_VALUE: usize = 100;

/// Language ranges, the most wanted first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Languages(Vec<String>);

request! {
    /// The language of an answer.
    pub struct QueryLanguage {
        /// The wanted language (BCP 47), in place of `Accept-Language`. Likely subtags and old
        /// codes count: `zh-TW` finds `zh-Hant`, and `iw` is `he`.
        lang: Optional<Nullable<Text>>,
    }
}

/// The header `Accept-Language`, for `params(…)`.
impl IntoParams for Languages {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let about = "The wanted languages.";
        vec![documented::optional_header(ACCEPT_LANGUAGE, about)]
    }
}

impl QueryLanguage {
    /// The language that the query names, or else what the header asks for.
    pub fn or(&self, headers: &HeaderMap) -> Languages {
        self.named().unwrap_or_else(|| Languages::of(headers))
    }

    /// What the query names.
    pub fn named(&self) -> Option<Languages> {
        self.lang.as_deref().map(Languages::named)
    }
}

impl Languages {
    /// What `Accept-Language` asks for. Ranges of one quality are wanted in their order; those of
    /// quality 0 are not wanted.
    pub fn of(headers: &HeaderMap) -> Self {
        let values =
            headers.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|value| value.to_str().ok());
        let mut ranges: Vec<_> =
            values.flat_map(|value| value.split(',')).filter_map(range).take(MOST_RANGES).collect();
        ranges.retain(|(_, quality)| *quality > 0);
        ranges.sort_by_key(|(_, quality)| std::cmp::Reverse(*quality));
        Self(ranges.into_iter().map(|(range, _)| range).collect())
    }

    /// This language alone.
    pub fn named(tag: &str) -> Self {
        Self(vec![tag.trim().to_ascii_lowercase()])
    }

    /// These before all of `others`.
    pub fn before(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// The texts of a message to this phone: in the nearest language, or in English; always in
    /// English where the text is registered.
    pub fn wording<'a>(
        &self,
        messages: &Messages,
        to: &Phone,
        kind: Kind,
        texts: &'a MessageTexts,
    ) -> Wording<'a> {
        let offered = texts.languages(kind);
        let nearest = self.lookup(&offered).filter(|_| !messages.is_registered(to, kind));
        let language = offered.iter().find(|offered| Some(**offered) == nearest);
        texts.in_language(language.copied().unwrap_or(ENGLISH))
    }

    /// The one of `offered` that comes nearest to the first wanted language that it has, or else to
    /// the first one that has a near language there. `*` fits nothing: who offers decides what
    /// those get who want anything.
    pub fn lookup<'a, S: AsRef<str>>(&self, offered: &'a [S]) -> Option<&'a str> {
        let first = |find: fn(&str, &'a [S]) -> Option<&'a str>| {
            self.0.iter().find_map(|wanted| find(wanted, offered))
        };
        first(language::nearest).or_else(|| first(language::near))
    }
}

impl Default for KnownLanguages {
    fn default() -> Self {
        Self::new()
    }
}

impl KnownLanguages {
    /// None yet.
    pub const fn new() -> Self {
        Self(RwLock::new(VecDeque::new()))
    }

    /// As [`Languages::lookup`] for what `Accept-Language` asks for. `offered` must be the same at
    /// each call.
    pub fn lookup<'a, S: AsRef<str>>(
        &self,
        headers: &HeaderMap,
        offered: &'a [S],
    ) -> Option<&'a str> {
        let mut values = headers.get_all(header::ACCEPT_LANGUAGE).iter();
        let value = values.next()?;
        let compare = || Languages::of(headers).lookup(offered);
        if values.next().is_some() || value.len() > LONGEST_VALUE {
            return compare();
        }
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, found)) = known.iter().find(|(known, _)| known == value) {
            return offered.get((*found)?).map(AsRef::as_ref);
        }
        drop(known);
        let found = compare();
        let place = found.and_then(|found| offered.iter().position(|tag| tag.as_ref() == found));
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.truncate(MOST_VALUES - 1);
        known.push_front((value.clone(), place));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFERED: [&str; 5] = ["en", "ar", "zh", "zh-Hant", "pt-BR"];

    fn wanting(value: &'static str) -> Languages {
        Languages::of(&HeaderMap::from_iter([(
            header::ACCEPT_LANGUAGE,
            http::HeaderValue::from_static(value),
        )]))
    }

    #[test]
    fn the_nearest_of_a_wanted_language_is_found() {
        for (wanted, got) in [
            ("ar", Some("ar")),
            ("AR-sa", Some("ar")),
            ("zh-Hant-TW", Some("zh-Hant")),
            ("zh-hans-CN", Some("zh")),
            ("zh-Hant-x-private", Some("zh-Hant")),
            ("zh-x", Some("zh")),
            ("pt-br", Some("pt-BR")),
            // Brazil is where Portuguese is likely to be from, and better than another language.
            ("pt", Some("pt-BR")),
            ("pt-PT", Some("pt-BR")),
            ("zh-TW", Some("zh-Hant")),
            ("zh_TW", Some("zh-Hant")),
            ("zh-HK", Some("zh-Hant")),
            ("zh-CN", Some("zh")),
            ("zh-SG", Some("zh")),
            ("xx", None),
            ("*", None),
            ("e", None),
            ("english", None),
            ("", None),
            ("-", None),
            ("en-", Some("en")),
        ] {
            assert_eq!(wanting(wanted).lookup(&OFFERED), got, "{wanted}");
            assert_eq!(Languages::named(wanted).lookup(&OFFERED), got, "{wanted}");
        }
    }

    #[test]
    fn the_most_wanted_comes_first_and_of_equals_the_first() {
        for (wanted, got) in [
            ("fr, ar;q=0.5, zh;q=0.8", Some("zh")),
            ("zh-Hant-TW, ar", Some("zh-Hant")),
            ("ar, zh", Some("ar")),
            ("zh;q=0.9, ar;q=0.9", Some("zh")),
            ("*, ar;q=0.1", Some("ar")),
            ("ar;q=0, zh;q=0.1", Some("zh")),
            ("ar;q=0", None),
            ("ar;q=loud, zh", Some("zh")),
            (",,;q=1, ar", Some("ar")),
        ] {
            assert_eq!(wanting(wanted).lookup(&OFFERED), got, "{wanted}");
        }
        assert_eq!(Languages::of(&HeaderMap::new()).lookup(&OFFERED), None);
    }

    #[test]
    fn known_values_get_what_they_got_before() {
        let known = KnownLanguages::default();
        let values: Vec<String> = (0..40)
            .map(|number| format!("{};q=0.{number}", ["ar", "zh-TW", "xx", "pt"][number % 4]))
            .chain(["x".repeat(200), "ar".to_owned(), String::new()])
            .collect();
        for _ in 0..2 {
            for value in &values {
                let headers = HeaderMap::from_iter([(
                    header::ACCEPT_LANGUAGE,
                    HeaderValue::from_str(value).expect("a header"),
                )]);
                for _ in 0..2 {
                    let compared = Languages::of(&headers).lookup(&OFFERED);
                    assert_eq!(known.lookup(&headers, &OFFERED), compared, "{value}");
                }
            }
        }
        let mut headers = HeaderMap::new();
        headers.append(header::ACCEPT_LANGUAGE, HeaderValue::from_static("xx"));
        headers.append(header::ACCEPT_LANGUAGE, HeaderValue::from_static("ar"));
        assert_eq!(known.lookup(&headers, &OFFERED), Some("ar"));
        assert_eq!(known.lookup(&HeaderMap::new(), &OFFERED), None);
        assert_eq!(known.0.read().expect("no panic").len(), MOST_VALUES);
    }
}

//! How a country is found by what someone types.

use std::collections::BTreeSet;

use crate::{
    countries::{Country, Language, all},
    letters::plain,
};

/// The codes of the countries that a text finds, by their names in a language and in English, other
/// names that people use, and codes. Of the ways to find a name only the best that finds any
/// counts. A text without letters and digits finds all: none here.
pub fn countries(text: &str, language: Language) -> Option<BTreeSet<&'static str>> {
    let search = Search::of(text);
    if search.whole.is_empty() {
        return None;
    }
    let english = Language::english();
    let names = language.names().chain(english.names());
    let names = names.chain(language.other_names()).chain(english.other_names());
    let found: Vec<_> = names.filter_map(|(code, name)| Some((code, search.find(name)?))).collect();
    let best = found.iter().map(|(_, how)| *how).max();
    let mut codes: BTreeSet<_> =
        found.iter().filter(|(_, how)| Some(*how) == best).map(|(code, _)| *code).collect();
    if best != Some(Found::Abbreviation) {
        codes.extend(all().iter().filter(|country| search.is_code_of(country)).map(|one| one.code));
    }
    Some(codes)
}

/// What is searched for.
struct Search {
    words: Vec<String>,
    /// All words in one.
    whole: String,
    /// The digits of a dial code, where it can be one.
    dial_code: Option<String>,
}

/// How a name was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Found {
    /// The search is within a word.
    Part,
    /// The search begins with a word of it.
    Begin,
    /// It is an abbreviation such as UK, and the search is the whole of it.
    Abbreviation,
}

impl Search {
    fn of(text: &str) -> Self {
        let mut words = words(&plain(text));
        let whole = words.concat();
        words.retain(|word| !["and", "of", "the"].contains(&word.as_str()));
        Self { words, dial_code: dial_code(&plain(text)), whole }
    }

    /// Whether this is the code of the country, or the beginning of one of its dial codes.
    fn is_code_of(&self, country: &Country) -> bool {
        let is_code = |code: &str| code.eq_ignore_ascii_case(&self.whole);
        let begins = |digits: &String| {
            country.dial_codes().iter().any(|code| code[1..].starts_with(digits.as_str()))
        };
        is_code(country.code)
            || is_code(country.alpha3)
            || self.dial_code.as_ref().is_some_and(begins)
    }

    /// How this finds a name, whatever stands between its words. Several words may be in any order.
    fn find(&self, name: &str) -> Option<Found> {
        let plain_name = plain(name);
        let joined: String = plain_name.chars().filter(|sign| sign.is_alphanumeric()).collect();
        if is_abbreviation(name) {
            return (joined == self.whole).then_some(Found::Abbreviation);
        }
        let respelled = respelled(name).filter(|name| name.contains(&self.whole));
        let is_part = respelled.is_some() || joined.contains(&self.whole);
        if !is_part && self.words.len() < 2 {
            return None;
        }
        let in_name = words(&plain_name);
        let begins_a_word =
            |word: &String| in_name.iter().any(|other| other.starts_with(word.as_str()));
        let begins = |words: &[String]| words.concat().starts_with(&self.whole);
        if (0..in_name.len()).filter_map(|first| in_name.get(first..)).any(begins)
            || (self.words.len() > 1 && self.words.iter().all(begins_a_word))
            || respelled.is_some_and(|name| name.starts_with(&self.whole))
        {
            return Some(Found::Begin);
        }
        is_part.then_some(Found::Part)
    }
}

/// Short names in capitals alone. They stand within many other words, so that only the whole of one
/// finds it.
fn is_abbreviation(name: &str) -> bool {
    let mut letters = name.chars().filter(|sign| sign.is_alphabetic());
    letters.clone().count() <= 5 && letters.all(char::is_uppercase)
}

fn words(plain: &str) -> Vec<String> {
    plain
        .split(|sign: char| !sign.is_alphanumeric() && !is_joined(sign))
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().filter(|sign| sign.is_alphanumeric()).collect())
        .collect()
}

/// Signs within words: marks of Indic and other scripts, joiners, and marks of direction.
fn is_joined(sign: char) -> bool {
    matches!(sign, '\u{900}'..='\u{1fff}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// The name as it is written where there are no umlauts and Scandinavian letters at hand; none
/// where it has none.
fn respelled(name: &str) -> Option<String> {
    let small = name.to_lowercase();
    if !small.contains(['ä', 'ö', 'ü', 'å', 'ø']) {
        return None;
    }
    let mut respelled = String::new();
    for sign in small.chars() {
        match sign {
            'ä' => respelled.push_str("ae"),
            'ö' | 'ø' => respelled.push_str("oe"),
            'ü' => respelled.push_str("ue"),
            'å' => respelled.push_str("aa"),
            other => respelled.push(other),
        }
    }
    Some(words(&plain(&respelled)).concat())
}

/// The digits of `+44`, `44`, `0044`, `+1 829` and `1-829`.
fn dial_code(plain: &str) -> Option<String> {
    let is_part =
        |sign: char| sign.is_ascii_digit() || sign.is_whitespace() || "+-().".contains(sign);
    let digits: String = plain.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.strip_prefix("00").unwrap_or(&digits);
    (!digits.is_empty() && plain.chars().all(is_part)).then(|| digits.to_owned())
}

#[cfg(test)]
mod tests;

//! The names of the countries, in the order of each language.

use std::{collections::BTreeMap, fmt::Write as _};

use icu_collator::{Collator, options::CollatorOptions};
use icu_locale_core::Locale;
use keshvar::{Country, CountryIterator};

use crate::corrections::{KNOWN_NAMES, KOSOVO, NAMES};

/// CLDR's names of the countries in each language, where they are others than the library's.
const OTHER_NAMES: &str = include_str!("../data/country_names.txt");

/// A language in which more names than this are the English ones is not translated yet, and is not
/// offered.
const MOST_ENGLISH: usize = 180;

/// Tags under which a language of the library is offered, where it is not its own alone.
const TAGS: &[(&str, &[&str])] = &[
    ("bn_IN", &["bn-IN"]),
    ("nb", &["nb", "no"]),
    ("pt_BR", &["pt-BR"]),
    ("tl", &["tl", "fil"]),
    ("zh_CN", &["zh", "zh-Hans"]),
    ("zh_TW", &["zh-Hant", "zh-TW"]),
    ("zh_HK", &["zh-HK", "zh-MO", "zh-Hant-HK", "zh-Hant-MO"]),
];

/// Which languages stand together. A zip finds what it has seen in the last 32 KB, so those that
/// share words are neighbours: each is the one that packed best behind the one before it. What is
/// not named stands at the end.
const NEIGHBOURS: &str = "\
    af nl de sv da nb nn fi et sk cs hr bs sl pl eu id ms ia it sc ca oc gl es pt_BR pt en tr \
    az uz io br kw mt sq ro cy tl wa fr hu is fo fy ku tk lt lv eo wo ht rw zu gv ga yo nv mi \
    na so vi sd ur ps fa ar ug dv ti am ce cv ru ky kk bg mk sr uk be tg mn kv tt el hy ja \
    zh_TW zh_HK zh_CN ko lo pi hi mr ne te kn gu bn bn_IN as or pa ta ml th si km dz ka my he";

/// The codes of all countries in their own order; for each offered tag the names in that language,
/// a line a country in the order of the codes, empty where the name is the English one, the places
/// of the countries in the language's order, and other names that people use. So apart they pack
/// best.
pub(crate) fn source() -> String {
    let countries: Vec<Country> = CountryIterator::new().collect();
    let mut languages: Vec<&str> = countries[0].translations().keys().copied().collect();
    languages.sort_by_key(|language| {
        (
            NEIGHBOURS.split(' ').position(|known| known == *language).unwrap_or(usize::MAX),
            *language,
        )
    });
    let english = names("en", &countries);
    let (mut names_of_all, mut orders, mut offered) = (String::new(), String::new(), String::new());
    let mut others_of_all = String::new();
    for (place, language) in languages.into_iter().enumerate() {
        let mut names = names(language, &countries);
        let untranslated = names.iter().filter(|(code, name)| english[*code] == **name).count();
        if language != "en" && untranslated > MOST_ENGLISH {
            continue;
        }
        disambiguate(&mut names, &english);
        let order = order(language, &names);
        let is_told = |code: &str, name: &str| language == "en" || english[code] != name;
        let lines: Vec<&str> = names
            .iter()
            .map(|(code, name)| if is_told(code, name) { name.as_str() } else { "" })
            .collect();
        let begin = names_of_all.len();
        names_of_all += &lines.join("\n");
        let end = names_of_all.len();
        let first_other = others_of_all.len();
        others_of_all += &other_names(language, &countries);
        let last_other = others_of_all.len();
        writeln!(orders, "const ORDER_{place}: &[u8] = &{order:?};").expect(ANY);
        let marks = marks(&lines);
        writeln!(orders, "const MARKS_{place}: &[u16] = &{marks:?};").expect(ANY);
        let own = [language];
        let tags =
            TAGS.iter().find(|(known, _)| *known == language).map_or(&own[..], |(_, tags)| tags);
        for tag in tags {
            writeln!(
                offered,
                "    Language {{ tag: {tag:?}, names: ({begin}, {end}), marks: MARKS_{place}, \
                 order: ORDER_{place}, others: ({first_other}, {last_other}) }},"
            )
            .expect(ANY);
        }
    }
    let codes: String = english.keys().map(String::as_str).collect();
    format!(
        "const CODES: &str = {codes:?};\nconst MARKED: usize = {MARKED};\n\
         #[allow(clippy::unicode_not_nfc)]\nstatic NAMES: &str = {names_of_all:?};\n\
         #[allow(clippy::unicode_not_nfc)]\nstatic OTHER_NAMES: &str = {others_of_all:?};\n{orders}\
         #[allow(clippy::unreadable_literal)]\nconst LANGUAGES: &[Language] = &[\n{offered}];\n"
    )
}

/// How many lines there are between two marks.
const MARKED: usize = 32;

/// Where every so many lines begin.
fn marks(lines: &[&str]) -> Vec<usize> {
    let begins = lines.iter().scan(0, |end, line| {
        let begin = *end;
        *end += line.len() + 1;
        Some(begin)
    });
    begins.step_by(MARKED).collect()
}

/// Lines of a country's code and its other names in a language. Those in English have the names
/// that people all over the world use, too.
fn other_names(language: &str, countries: &[Country]) -> String {
    let mut lines = String::new();
    let begin = format!("{language}\t");
    for line in OTHER_NAMES.lines().filter_map(|line| line.strip_prefix(&begin)) {
        writeln!(lines, "{line}").expect(ANY);
    }
    if language == "en" {
        for country in countries {
            let names = country.unofficial_name_list().join("|");
            writeln!(lines, "{}\t{names}", country.alpha2()).expect(ANY);
        }
        for (code, names) in KNOWN_NAMES {
            writeln!(lines, "{code}\t{names}").expect(ANY);
        }
    }
    lines
}

const ANY: &str = "a text takes any line";

fn names(language: &str, countries: &[Country]) -> BTreeMap<String, String> {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for country in countries {
        let code = country.alpha2().to_string();
        let corrected = NAMES
            .iter()
            .find(|(tag, of, _)| *tag == language && *of == code)
            .map(|(_, _, name)| *name);
        let name = corrected
            .or_else(|| country.translations().get(language).copied())
            .filter(|name| !name.trim().is_empty());
        names.insert(code, name.unwrap_or(country.iso_short_name()).trim().to_owned());
    }
    let (code, english, others) = KOSOVO;
    let name = others.iter().find(|(tag, _)| *tag == language).map_or(english, |(_, name)| name);
    names.insert(code.to_owned(), name.to_owned());
    names
}

/// Where the library has one name for several countries it is wrong for all but one of them, and
/// does not say for which: each gets its English one.
fn disambiguate(names: &mut BTreeMap<String, String>, english: &BTreeMap<String, String>) {
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for name in names.values() {
        *count.entry(name.clone()).or_default() += 1;
    }
    for (code, name) in names.iter_mut().filter(|(_, name)| count[*name] > 1) {
        name.clone_from(&english[code]);
    }
}

/// The places of the names, which stand in the order of the codes, in the order of the language.
fn order(language: &str, names: &BTreeMap<String, String>) -> Vec<u8> {
    let tag = match language {
        "zh_CN" => "zh-Hans".to_owned(),
        "zh_TW" | "zh_HK" => "zh-Hant".to_owned(),
        other => other.replace('_', "-"),
    };
    let locale: Locale = tag.parse().unwrap_or_else(|_| panic!("{tag} is no language tag"));
    let collator = Collator::try_new(locale.into(), CollatorOptions::default())
        .expect("the library's own data");
    let mut names: Vec<(u8, &String)> = (0..=u8::MAX).zip(names.values()).collect();
    names.sort_by(|(one, name), (other, other_name)| {
        collator.compare(name, other_name).then(one.cmp(other))
    });
    names.into_iter().map(|(place, _)| place).collect()
}

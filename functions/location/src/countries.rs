//! The countries of ISO 3166-1 and their names in more than a hundred languages, as `build/` took
//! them from `keshvar`.

use std::sync::LazyLock;

use http::HeaderMap;
use shared::{
    http::language::{KnownLanguages, Languages, QueryLanguage},
    wallet::Currency,
};

include!(concat!(env!("OUT_DIR"), "/names.rs"));

/// What those get who want none of the languages.
const ENGLISH: &str = "en";

/// Which languages the latest clients got.
static KNOWN: KnownLanguages = KnownLanguages::new();

static COUNTRIES: LazyLock<Vec<Country>> = LazyLock::new(|| {
    include_str!(concat!(env!("OUT_DIR"), "/countries.txt")).lines().map(Country::of_line).collect()
});

/// A country.
#[derive(Debug, Clone, Copy)]
pub struct Country {
    /// Alpha-2.
    pub code: &'static str,
    /// Alpha-3.
    pub alpha3: &'static str,
    /// Three digits.
    pub numeric: &'static str,
    dial_codes: &'static str,
    /// The code of ISO 4217.
    pub currency: &'static str,
    /// The code that its vehicles have abroad, and old postal codes in letters from abroad began
    /// with; empty where there is none.
    pub vehicle_code: &'static str,
}

/// A language, with the names of the countries.
#[derive(Clone, Copy)]
pub struct Language {
    /// Its tag (BCP 47).
    pub tag: &'static str,
    /// From where to where in [`NAMES`]: a line a country, in the order of [`CODES`]; an empty one
    /// where the name is the English one.
    names: (usize, usize),
    /// Where each of the lines begins that are [`MARKED`] apart.
    marks: &'static [u16],
    /// Places in [`CODES`], in the order that the names have in the language.
    order: &'static [u8],
    /// From where to where in [`OTHER_NAMES`].
    others: (usize, usize),
}

/// All countries, in the order of their codes.
pub fn all() -> &'static [Country] {
    &COUNTRIES
}

/// The country of an alpha-2 code in capitals.
pub fn country(code: &str) -> Option<&'static Country> {
    let place = COUNTRIES.binary_search_by(|country| country.code.cmp(code)).ok()?;
    COUNTRIES.get(place)
}

impl Country {
    fn of_line(line: &'static str) -> Self {
        let mut fields = line.split('\t');
        let mut next = || fields.next().unwrap_or_default();
        Self {
            code: next(),
            alpha3: next(),
            numeric: next(),
            dial_codes: next(),
            currency: next(),
            vehicle_code: next(),
        }
    }

    /// What its numbers begin with (ITU-T E.164), such as `+966`.
    pub fn dial_codes(&self) -> Vec<String> {
        self.dial_codes.split(',').map(|code| format!("+{code}")).collect()
    }

    /// How many decimals an amount of its currency in minor units has.
    pub fn currency_exponent(&self) -> Option<u16> {
        self.currency.parse().ok().map(Currency::exponent)
    }

    /// Its flag: the two letters as regional indicators (UTS #51).
    pub fn flag(&self) -> String {
        self.code
            .bytes()
            .filter_map(|letter| char::from_u32(0x1F1E6 + u32::from(letter.wrapping_sub(b'A'))))
            .collect()
    }
}

impl Language {
    /// The one that a query names or, without it, the header `Accept-Language`; else English.
    pub fn asked(query: &QueryLanguage, headers: &HeaderMap) -> Self {
        query.named().map_or_else(|| Self::accepted(headers), |named| Self::wanted(&named))
    }

    /// The first that the header `Accept-Language` asks for and that there is, or English.
    pub fn accepted(headers: &HeaderMap) -> Self {
        Self::named(KNOWN.lookup(headers, LANGUAGES).unwrap_or(ENGLISH))
    }

    /// The first of the wanted languages that there is, or English.
    pub fn wanted(languages: &Languages) -> Self {
        let tag = languages.lookup(LANGUAGES).unwrap_or(ENGLISH);
        Self::named(tag)
    }

    /// English.
    pub fn english() -> Self {
        Self::named(ENGLISH)
    }

    fn named(tag: &str) -> Self {
        LANGUAGES.iter().find(|language| language.tag == tag).copied().unwrap_or(LANGUAGES[0])
    }

    fn lines(self) -> impl Iterator<Item = &'static str> {
        NAMES.get(self.names.0..self.names.1).unwrap_or_default().split('\n')
    }

    /// The line of a country, without reading all those before it.
    fn line(self, place: usize) -> Option<&'static str> {
        let mark = usize::from(*self.marks.get(place / MARKED)?);
        NAMES.get(self.names.0 + mark..self.names.1)?.split('\n').nth(place % MARKED)
    }

    /// All of them.
    pub fn all() -> &'static [Self] {
        LANGUAGES
    }

    /// The code and the name of each country in this language's order, those among them that a
    /// point can lie in though ISO 3166-1 does not list them.
    pub fn names(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let (own, english): (Vec<_>, Vec<_>) = self.lines().zip(Self::english().lines()).unzip();
        self.order.iter().filter_map(move |place| {
            let place = usize::from(*place);
            let name = own.get(place).filter(|name| !name.is_empty()).or(english.get(place))?;
            Some((code_at(place)?, *name))
        })
    }

    /// Other names of countries that people use in this language, with the codes; a country can
    /// have several.
    pub fn other_names(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let lines = OTHER_NAMES.get(self.others.0..self.others.1).unwrap_or_default().lines();
        let named = lines.filter_map(|line| line.split_once('\t'));
        named.flat_map(|(code, names)| names.split('|').map(move |name| (code, name)))
    }

    /// The name of a country; none of a code that nothing has.
    pub fn name(self, code: &str) -> Option<&'static str> {
        let place = place_of(code)?;
        let line = |language: Self| language.line(place).filter(|name| !name.is_empty());
        line(self).or_else(|| line(Self::english()))
    }
}

/// Whether a code is that of a country, which has a name.
pub fn is_country(code: &str) -> bool {
    place_of(code).is_some()
}

fn place_of(code: &str) -> Option<usize> {
    let (codes, _) = CODES.as_bytes().as_chunks::<2>();
    codes.binary_search(code.as_bytes().try_into().ok()?).ok()
}

/// The code at a place in [`CODES`].
fn code_at(place: usize) -> Option<&'static str> {
    CODES.get(place * 2..place * 2 + 2)
}

impl AsRef<str> for Language {
    fn as_ref(&self) -> &str {
        self.tag
    }
}

#[cfg(test)]
mod tests;

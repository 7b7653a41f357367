//! The state of an address: the code of ISO 3166-2 that a name has, and the name that a code has.

use shared::address::Details;

use crate::{
    countries::Language,
    letters::plain,
    subdivisions::{self, Subdivision, names},
};

const ENGLISH: &str = "en";

/// What names say of the kind of subdivision, which people leave out or add.
const KINDS: [&str; 24] = [
    "autonomous",
    "canton",
    "capital",
    "city",
    "community",
    "county",
    "department",
    "district",
    "emirate",
    "governorate",
    "metropolitan",
    "municipality",
    "oblast",
    "of",
    "parish",
    "prefecture",
    "province",
    "raion",
    "region",
    "republic",
    "special",
    "state",
    "territory",
    "the",
];

/// Gives the state of an address its code, where its country has a subdivision of that name, and
/// its name in a language, where it was a code.
pub(crate) fn complete(address: &mut Details, language: Language) {
    let Details { country, state, state_code, .. } = address;
    *state_code = None;
    let listed: Vec<_> = subdivisions::all(country).collect();
    if let Some(found) = of_code(state, &listed) {
        *state_code = Some(found.code.to_owned());
        found.name(language.tag).clone_into(state);
    } else if let Some(found) = of_name(state, &listed, language.tag) {
        *state_code = Some(found.code.to_owned());
    }
}

/// The one with a code, which may lack that of the country.
fn of_code(code: &str, listed: &[Subdivision]) -> Option<Subdivision> {
    let is_meant = |one: &&Subdivision| {
        one.code.eq_ignore_ascii_case(code)
            || one.code.get(3..).is_some_and(|own| own.eq_ignore_ascii_case(code))
    };
    listed.iter().find(is_meant).copied()
}

/// The one with a name in the language or in English, else in any other.
fn of_name(name: &str, listed: &[Subdivision], tag: &str) -> Option<Subdivision> {
    let wanted = plain(name);
    if wanted.is_empty() {
        return None;
    }
    let is_meant = |name: &str| plain(name) == wanted;
    let bare = bare(&wanted);
    only(listed, |one| is_meant(one.name(tag)) || is_meant(one.name(ENGLISH)))
        .or_else(|| {
            only(listed, |one| names::tags().filter_map(|tag| one.name_in(tag)).any(is_meant))
        })
        .or_else(|| {
            only(listed, |one| !bare.is_empty() && self::bare(&plain(one.name(ENGLISH))) == bare)
        })
}

/// A plain name without its kind.
fn bare(name: &str) -> String {
    let words = name.split_whitespace().filter(|word| !KINDS.contains(word));
    words.collect::<Vec<_>>().join(" ")
}

/// The only one of which something is true. Where it is of a larger one and of a part of that, the
/// part is meant; several others cannot be told apart.
fn only(listed: &[Subdivision], is_meant: impl Fn(&Subdivision) -> bool) -> Option<Subdivision> {
    let found: Vec<_> = listed.iter().filter(|one| is_meant(one)).copied().collect();
    let has_part = |one: &Subdivision| found.iter().any(|part| part.parent() == Some(*one));
    let mut parts = found.iter().filter(|one| !has_part(one));
    parts.next().copied().filter(|_| parts.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_has_a_name_and_a_code_however_it_is_written() {
        let french = Language::all().iter().find(|language| language.tag == "fr").unwrap();
        for (country, sent, name, code) in [
            ("US", "US-CA", "Californie", Some("US-CA")),
            ("US", "ca", "Californie", Some("US-CA")),
            ("US", "california", "california", Some("US-CA")),
            ("DE", "Bayern", "Bayern", Some("DE-BY")),
            ("DE", "bavière", "bavière", Some("DE-BY")),
            ("SA", "SA-01", "Riyad (province)", Some("SA-01")),
            ("ES", "provincia de madrid", "provincia de madrid", Some("ES-M")),
            // The province, not the community of the same name.
            ("ES", "Madrid", "Madrid", Some("ES-M")),
            ("US", "State of New York", "State of New York", Some("US-NY")),
            ("US", "Carolina", "Carolina", None),
            ("US", "state", "state", None),
            ("US", "Bayern", "Bayern", None),
            ("US", "DE-BY", "DE-BY", None),
            ("US", "", "", None),
            ("HK", "Kowloon", "Kowloon", None),
        ] {
            let mut address = Details {
                country: country.into(),
                state: sent.into(),
                state_code: Some("XX-X".into()),
                ..Details::default()
            };
            complete(&mut address, *french);
            let Details { state, state_code, .. } = address;
            assert_eq!((state.as_str(), state_code.as_deref()), (name, code), "{country} {sent}");
        }
    }
}

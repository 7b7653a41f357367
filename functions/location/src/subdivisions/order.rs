//! The subdivisions of a country in the order of a language. `build/regions.rs` writes the file, and
//! says how it is laid out. Languages that are not in it are sorted by their plain letters.

use super::{Subdivision, all};
use crate::{countries::Language, letters::plain};

const ORDERS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/orders.bin"));

/// The lengths of a tag, and of a line without its places.
const TAG: usize = 8;
const HEAD: usize = TAG + 3;

/// All subdivisions of a country, with their names in a language, in its order.
pub(crate) fn in_order(country: &str, language: Language) -> Vec<(Subdivision, &'static str)> {
    let mut listed: Vec<_> = all(country).map(|one| (one, one.name(language.tag))).collect();
    if let Some(places) = places(country, language.tag) {
        return places
            .iter()
            .filter_map(|place| listed.get(usize::from(*place)).copied())
            .collect();
    }
    listed.sort_by_cached_key(|(one, name)| (plain(name), *name, one.code));
    listed
}

/// The places of a country's subdivisions in a language's order.
fn places(country: &str, tag: &str) -> Option<&'static [u8]> {
    let mut rest = ORDERS;
    loop {
        let (head, behind) = rest.split_at_checked(HEAD)?;
        let (places, next) = behind.split_at_checked(usize::from(*head.last()?))?;
        let (of_tag, of_country) = (head.get(..TAG)?.trim_ascii_end(), head.get(TAG..HEAD - 1)?);
        if of_tag == tag.as_bytes() && of_country == country.as_bytes() {
            return Some(places);
        }
        rest = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(country: &str, tag: &str) -> Vec<&'static str> {
        let mut languages = Language::all().iter();
        let language = languages.find(|language| language.tag == tag).unwrap();
        in_order(country, *language).into_iter().map(|(_, name)| name).collect()
    }

    #[test]
    fn the_order_is_that_of_the_language() {
        assert_eq!(names("DE", "de")[..3], ["Baden-Württemberg", "Bayern", "Berlin"]);
        // Å, Ä and Ö are letters of their own behind Z in Swedish.
        let swedish = names("SE", "sv");
        assert_eq!(swedish.last(), Some(&"Östergötlands län"));
        // Simplified Chinese by pinyin: Ānhuī, Àomén, Běijīng.
        assert_eq!(names("CN", "zh")[..2], ["安徽省", "北京市"]);
        assert_eq!(names("XX", "en"), [""; 0]);
    }

    #[test]
    fn each_order_has_all_subdivisions_once() {
        for language in Language::all() {
            for country in ["CN", "FR", "SE", "JP", "TR", "MC", "HK"] {
                let mut codes: Vec<_> =
                    in_order(country, *language).into_iter().map(|(one, _)| one.code).collect();
                codes.sort_unstable();
                let mut listed: Vec<_> = all(country).map(|one| one.code).collect();
                listed.sort_unstable();
                assert_eq!(codes, listed, "{country} {}", language.tag);
            }
        }
    }
}

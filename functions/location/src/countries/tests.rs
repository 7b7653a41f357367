use std::collections::BTreeSet;

use keshvar::CountryIterator;

use super::*;

#[test]
fn every_country_of_iso_3166_1_is_there_with_all_that_it_has() {
    assert_eq!(all().len(), 249);
    assert_eq!(CountryIterator::new().count(), 249);
    let codes: BTreeSet<&str> = all().iter().map(|country| country.code).collect();
    assert_eq!(codes.len(), 249);
    for country in all() {
        assert_eq!(
            (country.code.len(), country.alpha3.len(), country.numeric.len()),
            (2, 3, 3),
            "{country:?}"
        );
        assert!(country.numeric.bytes().all(|digit| digit.is_ascii_digit()), "{country:?}");
        let codes = country.dial_codes();
        assert!(
            codes.iter().all(|code| (2..=5).contains(&code.len())
                && code[1..].bytes().all(|digit| digit.is_ascii_digit())),
            "{codes:?}"
        );
        assert!(
            country.currency_exponent().is_some(),
            "{} is no currency with a minor unit",
            country.currency
        );
        assert_eq!(country.flag().chars().count(), 2);
        assert!(super::country(country.code).is_some_and(|found| found.alpha3 == country.alpha3));
    }
    let of = |code: &str| super::country(code).unwrap();
    assert_eq!((of("SA").alpha3, of("SA").numeric, of("SA").flag().as_str()), ("SAU", "682", "🇸🇦"));
    assert_eq!(of("KW").currency_exponent(), Some(3));
    for unknown in ["XK", "ZZ", "", "sa", "SAU"] {
        assert!(super::country(unknown).is_none(), "{unknown}");
    }
}

#[test]
fn a_country_of_the_north_american_plan_has_all_its_prefixes() {
    for (code, codes) in [
        ("US", &["+1"][..]),
        ("CA", &["+1"]),
        ("DO", &["+1809", "+1829", "+1849"]),
        ("PR", &["+1787", "+1939"]),
        ("JM", &["+1876", "+1658"]),
        ("BS", &["+1242"]),
        ("KZ", &["+7"]),
        ("SA", &["+966"]),
    ] {
        assert_eq!(country(code).unwrap().dial_codes(), codes, "{code}");
    }
}

#[test]
fn each_language_names_all_countries_once_and_no_two_alike() {
    assert!(Language::all().len() > 110, "{}", Language::all().len());
    for language in Language::all() {
        let names: Vec<_> = language.names().collect();
        assert_eq!(names.len(), 250, "{}", language.tag);
        let codes: BTreeSet<&str> = names.iter().map(|(code, _)| *code).collect();
        assert!(all().iter().all(|country| codes.contains(country.code)) && codes.contains("XK"));
        let different: BTreeSet<&str> = names.iter().map(|(_, name)| *name).collect();
        assert_eq!(different.len(), 250, "{}", language.tag);
        assert!(
            names.iter().all(|(_, name)| !name.is_empty() && name.trim() == *name),
            "{}",
            language.tag
        );
    }
}

#[test]
fn names_stand_in_the_order_of_their_language_and_not_of_their_code_points() {
    let place = |tag: &str, code: &str| {
        Language::named(tag).names().position(|(known, _)| known == code).unwrap()
    };
    // Å is a letter of its own behind Z in Swedish, and an A with a ring in English.
    assert!(place("sv", "AX") > place("sv", "ZW"));
    assert!(place("en", "AX") < place("en", "AL"));
    // Alif with a hamza above or below sorts as alif, before the ba of Papua.
    assert!(place("ar", "DE") < place("ar", "PG") && place("ar", "IR") < place("ar", "PG"));
    // Simplified Chinese by pinyin: Āfùhàn before Zhōngguó.
    assert!(place("zh", "AF") < place("zh", "CN"));
}

/// What CLDR has as legal tender, the newest first, where ISO 4217 names another one first: an
/// older currency that stays the main one, or one of a neighbour.
const MAIN_CURRENCIES: [(&str, &str); 6] =
    [("BT", "BTN"), ("HT", "HTG"), ("LS", "LSL"), ("NA", "NAD"), ("PA", "PAB"), ("PS", "ILS")];

#[test]
fn currencies_are_those_that_cldr_has_as_legal_tender() {
    let lines = include_str!("../../data/currencies.txt").lines();
    let tenders = lines.filter_map(|line| line.split_once('\t'));
    for (code, tenders) in tenders {
        let country = super::country(code).unwrap();
        let tenders: Vec<&str> = tenders.split_whitespace().collect();
        let main = MAIN_CURRENCIES.iter().find(|(known, _)| *known == code);
        let main =
            main.map_or(tenders.first(), |(_, main)| tenders.iter().find(|one| *one == main));
        // Antarctica has none.
        assert_eq!(main.unwrap_or(&"USD"), &country.currency, "{code}: {tenders:?}");
    }
    for (code, currency) in [
        ("TL", "USD"),
        ("HR", "EUR"),
        ("BG", "EUR"),
        ("SL", "SLE"),
        ("VE", "VES"),
        ("CW", "XCG"),
        ("SX", "XCG"),
        ("ZW", "ZWG"),
        ("MR", "MRU"),
        ("ST", "STN"),
        ("BY", "BYN"),
        ("LT", "EUR"),
        ("SV", "USD"),
        ("EC", "USD"),
        ("CU", "CUP"),
        ("ZM", "ZMW"),
        ("SS", "SSP"),
    ] {
        assert_eq!(country(code).unwrap().currency, currency, "{code}");
    }
}

#[test]
fn exponents_are_those_of_the_list_of_iso_4217() {
    let listed: Vec<Vec<&str>> = include_str!("../../data/exponents.txt")
        .lines()
        .map(|line| line.split('\t').collect())
        .collect();
    for line in &listed {
        let currency: Currency = line[0].parse().unwrap();
        assert_eq!(currency.number(), line[1].parse::<u16>().unwrap(), "{currency}");
        assert_eq!(currency.exponent(), line[2].parse::<u16>().unwrap(), "{currency}");
    }
    // The Caribbean guilder is newer than the list.
    let is_listed = |code: &str| code == "XCG" || listed.iter().any(|line| line[0] == code);
    let unlisted: Vec<_> = all().iter().filter(|country| !is_listed(country.currency)).collect();
    assert!(unlisted.is_empty(), "{unlisted:?}");
}

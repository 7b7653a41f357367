use std::collections::BTreeSet;

use super::*;

fn countries() -> impl Iterator<Item = &'static str> {
    (0..COUNTRIES)
        .map(|country| 2 + country * ENTRY)
        .map(|begin| std::str::from_utf8(&DATA[begin..begin + 2]).unwrap())
}

#[test]
fn every_subdivision_has_a_code_of_its_country_and_a_name() {
    let mut codes = BTreeSet::new();
    for country in countries() {
        for found in all(country) {
            let (code, name) = (found.code, found.name("en"));
            assert!(code.starts_with(&format!("{country}-")) && !name.is_empty(), "{code} {name}");
            assert!(codes.insert(code), "{code} twice");
        }
    }
    assert!(codes.len() > 3_500, "{}", codes.len());
}

#[test]
fn a_subdivision_is_found_by_its_code() {
    let texas = named("US-TX").unwrap();
    assert_eq!((texas.code, texas.name("en")), ("US-TX", "Texas"));
    assert_eq!(named("GB-SCT").unwrap().name("xx"), "Scotland");
    assert_eq!([named("US"), named("US-XX"), named("XX-US"), named("")], [None; 4]);
}

#[test]
fn a_subdivision_is_named_in_the_language_or_in_english() {
    for (code, tag, name) in [
        ("DE-BY", "en", "Bavaria"),
        ("DE-BY", "de", "Bayern"),
        ("DE-BY", "fr", "Bavière"),
        ("JP-13", "ja", "東京都"),
        ("SA-01", "ar", "منطقة الرياض"),
        ("CN-GD", "zh-Hans", "广东省"),
        ("CN-GD", "zh-Hant", "Guangdong"),
    ] {
        assert_eq!(named(code).unwrap().name(tag), name, "{code} {tag}");
    }
    let languages = crate::countries::Language::all();
    for tag in names::tags() {
        assert!(languages.iter().any(|language| language.tag == tag), "{tag}");
    }
}

#[test]
fn the_lower_of_two_levels_has_a_parent_of_the_same_country() {
    let parent = |code: &str| named(code).unwrap().parent().map(|parent| parent.code);
    assert_eq!(parent("IT-FI"), Some("IT-52"));
    assert_eq!(parent("FR-75C"), Some("FR-IDF"));
    assert_eq!([parent("IT-52"), parent("JP-13"), parent("US-TX")], [None; 3]);
    for one in countries().flat_map(all) {
        let parent = one.parent();
        assert!(parent.is_none_or(|of| of.code[..2] == one.code[..2] && of != one), "{one:?}");
    }
}

#[test]
fn places_have_their_subdivisions() {
    for (country, lat, lng, code) in [
        ("FR", 48.8566, 2.3522, "FR-75C"),
        ("JP", 35.6762, 139.6503, "JP-13"),
        ("SA", 24.7136, 46.6753, "SA-01"),
        ("BR", -23.5505, -46.6333, "BR-SP"),
        ("DE", 52.52, 13.405, "DE-BE"),
        ("IT", 43.7696, 11.2558, "IT-FI"),
        ("ID", -6.2088, 106.8456, "ID-JK"),
    ] {
        let found = at(country, Point::new(lat, lng)).unwrap();
        assert_eq!(found.code, code);
    }
}

#[test]
fn what_cannot_be_known_is_none() {
    assert_eq!(at("MC", Point::new(43.7396, 7.4267)), None, "no shapes of its quarters");
    assert_eq!(at("FR", Point::new(40.0, -20.0)), None, "far from land");
    assert_eq!(at("XX", Point::new(0.0, 0.0)), None);
}

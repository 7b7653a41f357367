use shared::http::language::Languages;

use super::*;
use crate::countries::country;

fn codes(search: &str, language: &str) -> Vec<&'static str> {
    let found = countries(search, Language::wanted(&Languages::named(language)));
    found
        .expect("a search for something")
        .into_iter()
        .filter(|code| country(code).is_some())
        .collect()
}

#[test]
fn a_country_is_found_by_the_names_that_people_use() {
    for (search, code) in [
        ("UK", "GB"),
        ("uk", "GB"),
        ("U.K.", "GB"),
        ("USA", "US"),
        ("us", "US"),
        ("U.S.A.", "US"),
        ("UAE", "AE"),
        ("U.A.E.", "AE"),
        ("KSA", "SA"),
        ("DRC", "CD"),
        ("PRC", "CN"),
        ("DPRK", "KP"),
        ("PNG", "PG"),
        ("BVI", "VG"),
        ("Turkey", "TR"),
        ("Turkiye", "TR"),
        ("Laos", "LA"),
        ("Ivory Coast", "CI"),
        ("ivory-coast", "CI"),
        ("Cote d'Ivoire", "CI"),
        ("Cote dIvoire", "CI"),
        ("CÔTE D’IVOIRE", "CI"),
        ("Bosnia & Herzegovina", "BA"),
        ("Bosnia and Herzegovina", "BA"),
        ("Bosnia-Herzegovina", "BA"),
        ("Trinidad & Tobago", "TT"),
        ("Antigua and Barbuda", "AG"),
        ("Burma", "MM"),
        ("Holland", "NL"),
        ("the Netherlands", "NL"),
        ("Czech Republic", "CZ"),
        ("Czechia", "CZ"),
        ("Swaziland", "SZ"),
        ("Eswatini", "SZ"),
        ("Macedonia", "MK"),
        ("Cape Verde", "CV"),
        ("Cabo Verde", "CV"),
        ("East Timor", "TL"),
        ("Timor Leste", "TL"),
        ("South Korea", "KR"),
        ("Korea South", "KR"),
        ("North Korea", "KP"),
        ("Russia", "RU"),
        ("Vatican", "VA"),
        ("Vatican City", "VA"),
        ("Holy See", "VA"),
        ("Democratic Republic of the Congo", "CD"),
        ("Democratic Republic of Congo", "CD"),
        ("Congo Kinshasa", "CD"),
        ("Congo-Brazzaville", "CG"),
        ("Great Britain", "GB"),
        ("Scotland", "GB"),
        ("Syria", "SY"),
        ("Palestine", "PS"),
        ("Macau", "MO"),
        ("St. Lucia", "LC"),
        ("Saint Lucia", "LC"),
        ("St Kitts & Nevis", "KN"),
        ("Sao Tome", "ST"),
        ("São Tomé", "ST"),
        ("Viet Nam", "VN"),
        ("vietnam", "VN"),
        ("Guinea Bissau", "GW"),
        ("Timor‑Leste", "TL"),
        ("DEU", "DE"),
        ("Oman", "OM"),
        ("Mali", "ML"),
        ("Slovak Republic", "SK"),
        ("Russian Federation", "RU"),
        ("Iran, Islamic Republic of", "IR"),
        ("Tanzania, United Republic", "TZ"),
    ] {
        assert_eq!(codes(search, "en"), [code], "{search}");
    }
    assert_eq!(codes("+44 1481", "en"), [""; 0], "a number is no dial code");
}

#[test]
fn what_several_countries_have_in_their_names_finds_them_all() {
    for (search, has) in [
        ("Congo", &["CD", "CG"][..]),
        ("Korea", &["KP", "KR"]),
        ("Guinea", &["GN", "GQ", "GW", "PG"]),
        ("Virgin Islands", &["VG", "VI"]),
        ("ukr", &["UA"]),
        ("de", &["DE", "DK"]),
        ("stan", &["AF", "KZ", "PK"]),
        ("Saudi", &["SA"]),
        ("united", &["AE", "GB", "US"]),
        ("+44", &["GB"]),
        ("44", &["GB"]),
        ("0044", &["GB"]),
        ("٤٤", &["GB"]),
        ("+1-829", &["DO"]),
        ("1 829", &["DO"]),
        ("+966", &["SA"]),
    ] {
        let found = codes(search, "en");
        assert!(has.iter().all(|code| found.contains(code)), "{search}: {found:?}");
    }
    for everything in ["", " ", "&", "+"] {
        assert_eq!(countries(everything, Language::english()), None, "{everything}");
    }
}

#[test]
fn accents_and_the_like_do_not_count_in_any_language() {
    for (language, search, code) in [
        ("pl", "lotwa", "LV"),
        ("pl", "Łotwa", "LV"),
        ("pl", "wlochy", "IT"),
        ("vi", "duc", "DE"),
        ("vi", "Đức", "DE"),
        ("vi", "thuy dien", "SE"),
        ("ro", "franta", "FR"),
        ("ro", "Franța", "FR"),
        ("ro", "Franţa", "FR"),
        ("tr", "isvicre", "CH"),
        ("tr", "İSVİÇRE", "CH"),
        ("tr", "kibris", "CY"),
        ("tr", "KIBRIS", "CY"),
        ("de", "osterreich", "AT"),
        ("de", "oesterreich", "AT"),
        ("de", "Österreich", "AT"),
        ("de", "aegypten", "EG"),
        ("de", "Russland", "RU"),
        ("da", "faeroerne", "FO"),
        ("da", "Færøerne", "FO"),
        ("nb", "osterrike", "AT"),
        ("no", "oesterrike", "AT"),
        ("sv", "osterrike", "AT"),
        ("is", "thyskaland", "DE"),
        ("el", "γαλλια", "FR"),
        ("el", "Γαλλία", "FR"),
        ("el", "ΓΑΛΛΙΑ", "FR"),
        ("ar", "المانيا", "DE"),
        ("ar", "ألمانيا", "DE"),
        ("ar", "السعوديه", "SA"),
        ("ru", "США", "US"),
        ("ru", "германия", "DE"),
        ("ja", "どいつ", "DE"),
        ("ja", "ﾄﾞｲﾂ", "DE"),
        ("ja", "ドイツ", "DE"),
        ("ko", "\u{1103}\u{1169}\u{11a8}\u{110b}\u{1175}\u{11af}", "DE"),
        ("he", "גרמניה", "DE"),
        ("fr", "cote divoire", "CI"),
        ("fr", "allemagne", "DE"),
        ("fr", "bresil", "BR"),
        ("es", "espana", "ES"),
        ("es", "Japon", "JP"),
        ("pt", "japao", "JP"),
        ("pt-BR", "EUA", "US"),
        ("cs", "recko", "GR"),
        ("hu", "nemetorszag", "DE"),
        ("hr", "njemacka", "DE"),
        ("lt", "prancuzija", "FR"),
        ("lv", "vacija", "DE"),
        ("az", "azerbaycan", "AZ"),
        ("uk", "німеччина", "DE"),
        ("hi", "जर्मनी", "DE"),
        ("th", "เยอรมนี", "DE"),
    ] {
        assert_eq!(codes(search, language), [code], "{language} {search}");
    }
    for (language, search, found) in [
        ("fa", "المان", ["DE", "SX"]),
        ("fa", "آلمان", ["DE", "SX"]),
        ("zh-TW", "美國", ["UM", "US"]),
        ("zh", "美国", ["UM", "US"]),
    ] {
        assert_eq!(codes(search, language), found, "{language} {search}");
    }
}

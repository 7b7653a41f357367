use harness::{Answer, Api};
use serde_json::{Value, json};

const PATH: &str = "/api/countries/";

async fn get(api: &Api, path: &str, languages: &str) -> Answer {
    api.get(path).header("accept-language", languages).send().await.expect(200)
}

fn column(answer: &Answer, name: &str) -> Vec<String> {
    let countries = answer.json();
    let countries = countries.as_array().expect("a plain array");
    countries.iter().map(|country| country[name].as_str().expect("a text").to_owned()).collect()
}

fn of<'a>(countries: &'a Value, code: &str) -> &'a Value {
    countries
        .as_array()
        .expect("a plain array")
        .iter()
        .find(|country| country["code"] == code)
        .expect("it is in the list")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_country_has_all_fields_that_an_app_needs() {
    let api = Api::start().await;
    let answer = get(&api, PATH, "en").await;
    let countries = answer.json();
    assert_eq!(countries.as_array().map(Vec::len), Some(249));
    assert_eq!(
        *of(&countries, "SA"),
        json!({
            "code": "SA", "alpha3": "SAU", "numeric": "682", "name": "Saudi Arabia",
            "dial_codes": ["+966"], "currency": "SAR", "currency_exponent": 2, "flag": "🇸🇦",
            "sms_enabled": true,
        })
    );
    assert_eq!(of(&countries, "KW")["currency_exponent"], 3);
    assert_eq!(of(&countries, "JP")["currency_exponent"], 0);
    assert_eq!(of(&countries, "AF")["numeric"], "004");
    assert_eq!(of(&countries, "DO")["dial_codes"], json!(["+1809", "+1829", "+1849"]));
    assert_eq!(of(&countries, "PR")["dial_codes"], json!(["+1787", "+1939"]));
    let members: Vec<&String> =
        of(&countries, "FR").as_object().expect("an object").keys().collect();
    let expected = [
        "code",
        "alpha3",
        "numeric",
        "name",
        "dial_codes",
        "currency",
        "currency_exponent",
        "flag",
        "sms_enabled",
    ];
    assert_eq!(members, expected);
    assert_eq!(answer.header("cache-control"), "public, max-age=86400");
    assert_eq!(answer.header("vary"), "Accept-Language, Accept");
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_are_enabled_for_the_configured_countries() {
    let api = Api::with(&[("CodeCountries", "SA,FR")]).await;
    let countries = get(&api, PATH, "en").await.json();
    let enabled: Vec<&Value> = countries
        .as_array()
        .expect("a list")
        .iter()
        .filter(|country| country["sms_enabled"] == true)
        .collect();
    let codes: Vec<&str> = enabled.iter().filter_map(|country| country["code"].as_str()).collect();
    assert_eq!(codes, ["FR", "SA"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_and_their_order_follow_the_language() {
    let api = Api::start().await;
    for (wanted, got, code, name) in [
        ("en", "en", "DE", "Germany"),
        ("ar", "ar", "DE", "ألمانيا"),
        ("ar-SA", "ar", "SA", "السعودية"),
        ("zh-Hant", "zh-Hant", "TW", "臺灣"),
        ("zh-Hant-TW", "zh-Hant", "US", "美國"),
        ("zh-TW", "zh-TW", "US", "美國"),
        ("zh-HK", "zh-HK", "US", "美國"),
        ("zh-Hans-CN", "zh-Hans", "US", "美国"),
        ("zh", "zh", "US", "美国"),
        ("pt-BR", "pt-BR", "DE", "Alemanha"),
        ("pt-PT", "pt", "DE", "Alemanha"),
        ("xx", "en", "DE", "Germany"),
        ("*", "en", "DE", "Germany"),
        ("xx, ar;q=0.5", "ar", "DE", "ألمانيا"),
        // The library has no names in these languages, so the answer must not claim to be in one of
        // them.
        ("ak", "en", "DE", "Germany"),
    ] {
        let answer = get(&api, PATH, wanted).await;
        assert_eq!(answer.header("content-language"), got, "{wanted}");
        assert_eq!(of(&answer.json(), code)["name"], name, "{wanted}");
        assert_eq!(column(&answer, "code").len(), 249, "{wanted}");
    }
    // `lang` overrides the header, and an unknown language means English.
    for (lang, got) in [("ar", "ar"), ("zh-Hant", "zh-Hant"), ("xx", "en"), ("", "ar")] {
        assert_eq!(
            get(&api, &format!("{PATH}?lang={lang}"), "ar").await.header("content-language"),
            got,
            "{lang}"
        );
    }
}

/// The Arabic letters in dictionary order. An alif with a hamza counts as one without.
const ALPHABET: &str = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي";

fn key(name: &str) -> Vec<usize> {
    let letter = |letter: char| match letter {
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ى' | 'ئ' => 'ي',
        'ة' => 'ه',
        'ؤ' => 'و',
        other => other,
    };
    let place = |letter: char| ALPHABET.chars().position(|known| known == letter);
    name.split_whitespace()
        .next()
        .unwrap_or_default()
        .chars()
        .map(letter)
        .filter_map(place)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn arabic_names_are_sorted_as_in_arabic_dictionaries() {
    let api = Api::start().await;
    let names = column(&get(&api, PATH, "ar").await, "name");
    let firsts: Vec<usize> = names
        .iter()
        .map(|name| key(name).first().copied().expect("a letter of the alphabet"))
        .collect();
    assert!(firsts.is_sorted(), "{names:#?}");
    let place =
        |name: &str| names.iter().position(|known| known == name).expect("it is in the list");
    // An order by code points would put every alif with a hamza before the one without, and mix
    // harakat with letters.
    assert!(place("أيرلندا") > place("الأردن") && place("أيرلندا") < place("بابوا غينيا الجديدة"));
    assert!(
        names.iter().zip(names.iter().skip(1)).any(|(one, other)| one > other),
        "the order differs from that of code points"
    );
    let swedish = column(&get(&api, PATH, "sv").await, "code");
    let place =
        |code: &str| swedish.iter().position(|known| known == code).expect("it is in the list");
    assert!(place("AX") > place("ZW") && place("AT") > place("ZW"), "Å and Ö come behind Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unchanged_list_is_304() {
    let api = Api::start().await;
    let mut tags = Vec::new();
    for language in ["en", "ar", "zh-Hant", "pt-BR", "xx"] {
        let tag = get(&api, PATH, language).await.header("etag").to_owned();
        let again = api
            .get(PATH)
            .header("accept-language", language)
            .header("if-none-match", &tag)
            .send()
            .await
            .expect(304);
        assert!(again.body.is_empty());
        assert_eq!(
            (again.header("etag"), again.header("cache-control")),
            (tag.as_str(), "public, max-age=86400")
        );
        tags.push(tag);
    }
    // An unknown language means English; the other languages differ.
    assert_eq!(tags.pop(), tags.first().cloned());
    tags.dedup();
    assert_eq!(tags.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_matches_names_codes_and_dial_codes() {
    let api = Api::start().await;
    for (search, language, codes) in [
        ("saudi", "en", &["SA"][..]),
        ("DEU", "en", &["DE"]),
        ("uae", "en", &["AE"]),
        ("turkiye", "en", &["TR"]),
        ("cote d", "en", &["CI"]),
        ("+966", "en", &["SA"]),
        ("1829", "en", &["DO"]),
        ("germany", "ar", &["DE"]),
        ("المانيا", "ar", &["DE"]),
        ("no such country", "en", &[]),
    ] {
        let query = serde_html_form::to_string([("search", search)]).expect("a query");
        let answer = get(&api, &format!("{PATH}?{query}"), language).await;
        assert_eq!(column(&answer, "code"), codes, "{search}");
    }
    let many = column(&get(&api, &format!("{PATH}?search=united"), "en").await, "name");
    assert!(
        many.contains(&"United Kingdom".to_owned())
            && many.contains(&"United Arab Emirates".to_owned())
            && many.is_sorted()
    );
    let long = api.get(&format!("{PATH}?search={}", "x".repeat(201))).send().await;
    assert_eq!(
        long.error(),
        "400 max_length: Ensure this field has no more than 200 characters. [search]"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_finds_the_names_that_people_use_however_they_write_them() {
    let api = Api::start().await;
    for (query, code) in [
        (&[("search", "UK")][..], "GB"),
        (&[("search", "UAE")], "AE"),
        (&[("search", "Turkey")], "TR"),
        (&[("search", "Laos")], "LA"),
        (&[("search", "Bosnia & Herzegovina")], "BA"),
        (&[("search", "ivory-coast")], "CI"),
        (&[("lang", "pl"), ("search", "lotwa")], "LV"),
        (&[("lang", "vi"), ("search", "duc")], "DE"),
        (&[("lang", "ro"), ("search", "franta")], "FR"),
        (&[("lang", "zh_TW"), ("search", "德國")], "DE"),
    ] {
        let text = serde_html_form::to_string(query).expect("a query");
        let answer = get(&api, &format!("{PATH}?{text}"), "en").await;
        assert_eq!(column(&answer, "code"), [code], "{query:?}");
    }
    // A plus that is not encoded is a blank.
    for search in ["%2B44", "+44", "44", "0044"] {
        let answer = get(&api, &format!("{PATH}?search={search}"), "en").await;
        assert!(column(&answer, "code").contains(&"GB".to_owned()), "{search}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn likely_subtags_and_old_codes_find_a_language() {
    let api = Api::start().await;
    for (wanted, got) in [
        ("iw-IL", "he"),
        ("in-ID,en;q=0.5", "id"),
        ("no-NO", "no"),
        ("nb-NO", "nb"),
        ("zh-SG", "zh"),
        ("zh-Hans-HK", "zh-Hans"),
        ("yue-HK", "zh-Hant-HK"),
        ("pt-AO", "pt"),
        ("en_GB", "en"),
        ("fil-PH", "fil"),
        ("tl-PH", "tl"),
        ("ar-SA-u-nu-latn", "ar"),
    ] {
        assert_eq!(get(&api, PATH, wanted).await.header("content-language"), got, "{wanted}");
    }
    let lang = get(&api, &format!("{PATH}?lang=iw_IL"), "ar").await;
    assert_eq!(lang.header("content-language"), "he");
    let countries = get(&api, PATH, "en").await.json();
    for (code, currency) in [("TL", "USD"), ("BG", "EUR"), ("ZW", "ZWG"), ("CW", "XCG")] {
        assert_eq!(of(&countries, code)["currency"], currency, "{code}");
    }
}

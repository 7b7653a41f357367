//! Letters and digits as people type them: small, without accents and vowel signs, of ordinary
//! width, digits in ASCII.

use std::sync::LazyLock;

use shared::characters::ascii_digit;

/// What is left of each letter that has a mark or another form, by the letter. `derive/places.py`
/// makes it of Unicode's decompositions.
static PLAIN: LazyLock<Vec<(char, &str)>> = LazyLock::new(|| {
    let lines = include_str!("../data/letters.txt").lines();
    lines
        .filter_map(|line| line.chars().next().map(|sign| (sign, &line[sign.len_utf8()..])))
        .collect()
});

/// A text in plain letters and digits. Everything else stays, but for signs above and below
/// letters.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let signs = text.chars().flat_map(char::to_lowercase).flat_map(jamo);
    for sign in signs.filter(|sign| !is_mark(*sign)) {
        match replacement(sign) {
            Some(letters) => plain.push_str(letters),
            None => plain.push(ascii_digit(sign).unwrap_or(sign)),
        }
    }
    plain
}

fn replacement(sign: char) -> Option<&'static str> {
    if sign.is_ascii() {
        return None;
    }
    let place = PLAIN.binary_search_by_key(&sign, |(known, _)| *known).ok()?;
    PLAIN.get(place).map(|(_, letters)| *letters)
}

/// Accents, modifier apostrophes, the points of Hebrew, the vowel signs and the lengthening of
/// Arabic, the voiced sound marks of kana.
fn is_mark(sign: char) -> bool {
    matches!(sign,
        '\u{2b9}'..='\u{2bf}' | '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}'
        | '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}'
        | '\u{6d6}'..='\u{6ed}' | '\u{3099}'..='\u{309c}' | '\u{ff9e}' | '\u{ff9f}')
}

/// The letters of a Hangul syllable (Unicode, section 3.12), which Apple's systems send one by one,
/// and a person has typed only some of; any other sign as it is.
fn jamo(sign: char) -> impl Iterator<Item = char> {
    let syllable = u32::from(sign).checked_sub(0xac00).filter(|place| *place < 11_172);
    let parts = syllable.map_or([u32::from(sign), 0, 0], |place| {
        let last = place % 28;
        [0x1100 + place / 588, 0x1161 + place % 588 / 28, if last == 0 { 0 } else { 0x11a7 + last }]
    });
    parts.into_iter().filter(|part| *part != 0).filter_map(char::from_u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_plain_without_marks_width_and_scripts_of_digits() {
        for (text, letters) in [
            ("Türkiye", "turkiye"),
            ("CÔTE D'IVOIRE", "cote d'ivoire"),
            ("Łotwa", "lotwa"),
            ("Đức", "duc"),
            ("D\u{323}u\u{31b}\u{301}c", "duc"),
            ("Franța", "franta"),
            ("Franţa", "franta"),
            ("Isparta İstanbul ılık", "isparta istanbul ilik"),
            ("Weißrussland", "weissrussland"),
            ("Færøerne", "faeroerne"),
            ("Ελλάδα Άγιος", "ελλαδα αγιοσ"),
            ("Йемен", "иемен"),
            ("Азербайджан", "азербаиджан"),
            ("الإمارات العربيّة المتّحدة", "الامارات العربيه المتحده"),
            ("ایران", "ايران"),
            ("כַּרְמֶל", "כרמל"),
            ("ＪＰ１００－０００１", "jp100－0001"),
            ("١٢٣۴५", "12345"),
            ("ﾄﾞｲﾂ", "トイツ"),
            ("ドイツ", "トイツ"),
            ("どいつ", "トイツ"),
        ] {
            assert_eq!(plain(text), letters, "{text}");
        }
        assert_eq!(plain("한국"), plain("\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}"));
        assert!(plain("대한민국").starts_with(&plain("대하")));
    }
}

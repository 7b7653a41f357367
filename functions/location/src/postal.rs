//! What an address is held to beside its fields: the postal code to the rule of its country.

use regex_lite::Regex;
use shared::{
    characters::{ascii_digit, is_dash},
    http::request::Violation,
};

use crate::{countries::Country, letters};

/// A line a rule: the country, what its codes begin with, what follows without separators, as a
/// regular expression, where the separator stands, examples. Of several rules of a country the
/// first that fits counts. From the data of libaddressinput; `derive/places.py` writes it.
static RULES: &str = include_str!("../data/postal_codes.txt");

/// What people write before a code, in any country.
const WORDS: [&str; 8] = ["CAP", "CEP", "CP", "NPA", "PIN", "PLZ", "UK", "ZIP"];

/// A postal code in the form that its country's post gives it. How it is written does not count:
/// blanks, dashes, width, case, digits of other scripts, the country's own prefix (`SE-11455`,
/// `D-10115`). Not needed where the post has no codes; then whatever is given is taken.
pub fn postal_code(code: &str, country: &Country) -> Result<String, Violation> {
    let mut rules = Rule::of(country.code).peekable();
    if rules.peek().is_none() {
        let code: String = code.chars().map(|sign| ascii_digit(sign).unwrap_or(sign)).collect();
        return Ok(code.to_uppercase());
    }
    if code.trim().is_empty() {
        return Err(Violation::new("required", "This field is required."));
    }
    let signs = letters::plain(code).to_uppercase();
    let is_meant = |sign: &char| sign.is_alphanumeric() && !is_dash(*sign);
    let signs: String = signs.chars().filter(is_meant).collect();
    rules.find_map(|rule| rule.read(&signs, country)).ok_or_else(|| {
        Violation::invalid(format!("Enter a valid postal code of {}.", country.code))
    })
}

/// Codes of one form.
struct Rule {
    prefix: &'static str,
    pattern: &'static str,
    layout: &'static str,
}

impl Rule {
    fn of(country: &str) -> impl Iterator<Item = Self> {
        RULES.lines().filter_map(move |line| {
            let mut fields = line.strip_prefix(country)?.strip_prefix('\t')?.split('\t');
            Some(Self { prefix: fields.next()?, pattern: fields.next()?, layout: fields.next()? })
        })
    }

    /// The code in its country's form, by its letters and digits alone; none if it is none of this
    /// form.
    fn read(&self, signs: &str, country: &Country) -> Option<String> {
        let Self { prefix, pattern, layout } = self;
        let pattern = Regex::new(&format!("^(?:{pattern})$")).ok()?;
        let own: String = prefix.chars().filter(char::is_ascii_alphanumeric).collect();
        let mut prefixes = vec!["", &own, country.code, country.alpha3, country.vehicle_code];
        prefixes.extend(WORDS);
        let mut codes = prefixes
            .iter()
            .filter_map(|prefix| signs.strip_prefix(prefix))
            .flat_map(|code| [code, code.strip_prefix(&own).unwrap_or(code)]);
        let code = codes.find(|code| pattern.is_match(code))?;
        Some(format!("{prefix}{}", laid_out(code, layout)))
    }
}

/// A code with the separator of its layout: `4 ` has a blank after the fourth sign, `<3 ` before
/// the last three.
fn laid_out(code: &str, layout: &str) -> String {
    let (from_end, layout) = layout.strip_prefix('<').map_or((false, layout), |rest| (true, rest));
    let mut signs = layout.chars();
    let count = signs.next().and_then(|count| count.to_digit(10)).map(|count| count as usize);
    let place =
        count.and_then(|count| if from_end { code.len().checked_sub(count) } else { Some(count) });
    match place.and_then(|place| code.split_at_checked(place)) {
        Some((begin, end)) if !begin.is_empty() && !end.is_empty() => {
            format!("{begin}{}{end}", signs.as_str())
        }
        _ => code.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::countries::{all, country};

    fn told(code: &str, of: &str) -> Result<String, &'static str> {
        postal_code(code, country(of).unwrap()).map_err(|violation| violation.code)
    }

    #[test]
    fn every_rule_fits_the_examples_of_its_country() {
        let mut examples = 0;
        for line in RULES.lines() {
            let fields: Vec<&str> = line.split('\t').collect();
            assert!(Regex::new(fields[2]).is_ok(), "{line}");
            for example in fields[4].split(',').filter(|example| !example.is_empty()) {
                let stored =
                    told(example, fields[0]).unwrap_or_else(|code| panic!("{line}: {code}"));
                let signs = |code: &str| code.replace([' ', '-'], "");
                assert!(signs(&stored).ends_with(&signs(example)), "{stored} of {line}");
                // What is stored is read as itself, and whatever stands between its signs.
                let spread: String = stored.chars().flat_map(|sign| [sign, '\u{a0}']).collect();
                let wide = stored.replace('-', "－").replace(' ', "\u{3000}");
                let own = format!("{}-{}", fields[0], stored.to_lowercase());
                for written in [&stored, &signs(&stored), &spread, &wide, &own] {
                    assert_eq!(told(written, fields[0]).as_ref(), Ok(&stored), "{written}");
                }
                examples += 1;
            }
        }
        assert_eq!(all().iter().filter(|one| Rule::of(one.code).next().is_some()).count(), 178);
        assert!(examples > 400, "{examples}");
    }

    #[test]
    fn a_code_is_stored_in_the_form_of_its_country() {
        for (country, written, stored) in [
            ("SA", "12271-3456", "12271-3456"),
            ("SA", "122713456", "12271-3456"),
            ("SA", "١٢٢٧١ – ٣٤٥٦", "12271-3456"),
            ("IN", "110 001", "110001"),
            ("IN", "PIN 110001", "110001"),
            ("PL", "00950", "00-950"),
            ("PL", "PL 00 950", "00-950"),
            ("JP", "100－0001", "100-0001"),
            ("JP", "〒１００ー０００１", "100-0001"),
            ("JP", "〒1000001", "100-0001"),
            ("GB", "SW1A\u{a0}1AA", "SW1A 1AA"),
            ("GB", "sw1a1aa", "SW1A 1AA"),
            ("GB", "m25bq", "M2 5BQ"),
            ("GB", "gir0aa", "GIR 0AA"),
            ("GB", "bfpo61", "BFPO 61"),
            ("SE", "SE-11455", "114 55"),
            ("SE", "S-114 55", "114 55"),
            ("DE", "D-10115", "10115"),
            ("DE", "DE 10115", "10115"),
            ("CH", "CH-8001", "8001"),
            ("FR", "F-75001", "75001"),
            ("FR", "75 001", "75001"),
            ("LU", "L-1234", "1234"),
            ("LV", "1010", "LV-1010"),
            ("LV", "lv1010", "LV-1010"),
            ("MD", "MD-2001", "2001"),
            ("AX", "AX 22100", "22100"),
            ("AT", "A-1010", "1010"),
            ("FI", "FIN-00100", "00100"),
            ("CA", "k1a0b1", "K1A 0B1"),
            ("CA", "K1A-0B1", "K1A 0B1"),
            ("NL", "1011ab", "1011 AB"),
            ("NL", "NL-1011 AB", "1011 AB"),
            ("PT", "1000001", "1000-001"),
            ("BR", "01310100", "01310-100"),
            ("BR", "CEP 01.310-100", "01310-100"),
            ("US", "941031234", "94103-1234"),
            ("US", "94103 1234", "94103-1234"),
            ("US", "94103", "94103"),
            ("KR", "０３０５１", "03051"),
            ("CZ", "11000", "110 00"),
            ("SK", "811‑01", "811 01"),
            ("GR", "GR-10431", "104 31"),
            ("IE", "d02x285", "D02 X285"),
            ("MT", "vlt1117", "VLT 1117"),
            ("AR", "c1425clt", "C1425CLT"),
            ("AR", "1425", "1425"),
            ("AD", "500", "AD500"),
            ("BB", "11000", "BB11000"),
            ("KY", "11100", "KY1-1100"),
            ("SV", "1101", "CP 1101"),
            ("IR", "۱۱۳۶۵۱۳۱۳۱", "11365-13131"),
            ("TW", "100-01", "10001"),
            ("IL", "96143-03", "9614303"),
            ("PE", "lima 23", "LIMA 23"),
            ("PE", "15001", "15001"),
            ("VE", "1010a", "1010-A"),
            ("MU", "A0000", "A0000"),
            ("CV", "7600112", "7600-112"),
            ("LB", "20383054", "2038 3054"),
            ("BM", "hm12", "HM 12"),
            ("MX", "C.P. 06500", "06500"),
            ("CN", "100 000", "100000"),
            ("RU", "101\u{2009}000", "101000"),
            ("BD", "১২৩৪", "1234"),
        ] {
            assert_eq!(told(written, country), Ok(stored.to_owned()), "{country} {written}");
        }
        for (country, wrong) in [
            ("DE", "SW1A 1AA"),
            ("DE", "1011"),
            ("DE", "F-75001"),
            ("GB", "ZZ1 1AA"),
            ("JP", "100-000"),
            ("SA", "12271-345"),
            ("PL", "0095"),
            ("US", "94103-123"),
            ("CA", "D1A 0B1"),
            ("NL", "0011 AB"),
            ("NL", "1011 SS"),
            ("LI", "1010"),
            ("MC", "75001"),
            ("IT", "abcde"),
            ("IT", "---"),
        ] {
            assert_eq!(told(wrong, country), Err("invalid"), "{country} {wrong}");
        }
    }

    #[test]
    fn each_country_has_its_own_rule() {
        for (country, right, wrong) in [
            ("SA", "12271", "1227"),
            ("US", "94103", "9410"),
            ("US", "94103-1234", "94103-12345"),
            ("GB", "SW1A 1AA", "SW1A1"),
            ("CA", "K1A 0B1", "K1A 0B"),
            ("IN", "110001", "11000"),
            ("CN", "100000", "1000"),
            ("NL", "1012 AB", "1012"),
            ("JP", "100-0001", "100-000"),
            ("BR", "01310-100", "01310"),
        ] {
            assert_eq!(told(right, country), Ok(right.to_owned()), "{country}");
            assert_eq!(told(wrong, country), Err("invalid"), "{country}");
            assert_eq!(told("", country), Err("required"), "{country}");
        }
        for country in ["AE", "QA", "HK", "PA"] {
            assert_eq!(told("", country), Ok(String::new()), "{country} has no postal codes");
            assert_eq!(told("00000", country), Ok("00000".to_owned()), "{country}");
        }
    }

    #[test]
    fn capitals_and_digits_of_other_scripts_are_seen_through() {
        assert_eq!(told("sw1a 1aa", "GB"), Ok("SW1A 1AA".to_owned()));
        assert_eq!(told("١٢٢٧١", "SA"), Ok("12271".to_owned()));
        assert_eq!(told("۱۱۳۶۵-۱۳۱۳۱", "IR"), Ok("11365-13131".to_owned()));
    }
}

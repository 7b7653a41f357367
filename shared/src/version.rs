//! Versions of apps, as apps write them.
//!
//! Invariant: a version is below another only if both can be read up to the first difference.

use std::{cmp::Ordering, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use crate::characters::{digit_value, is_invisible};

/// The most numbers of a version that is stored.
const MOST_NUMBERS: usize = 8;

/// What a version says of its age.
struct Version {
    numbers: Vec<u64>,
    /// Whether numbers that are not there are 0. After `1.x` nobody knows what comes.
    is_complete: bool,
}

/// A version that is stored: one to eight numbers, as a text with dots between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppVersion(Vec<u64>);

/// Whether a text is a version as an operator writes it: numbers with dots between them, perhaps
/// followed by what a build adds.
pub fn is_version(text: &str) -> bool {
    let is_number = |part: &str| {
        let are_digits = part.bytes().all(|digit| digit.is_ascii_digit());
        are_digits && part.parse::<u64>().is_ok()
    };
    let mut parts = text.trim().split(['+', '-', ' ', '(']);
    parts.next().is_some_and(|numbers| numbers.split('.').all(is_number))
}

/// Whether `version` is clearly older than `other`: number by number, a missing one counting as 0.
pub fn is_below(version: &str, other: &str) -> bool {
    let (Some(version), Some(other)) = (Version::read(version), Version::read(other)) else {
        return false;
    };
    let places = 0..version.numbers.len().max(other.numbers.len());
    for place in places {
        let (Some(one), Some(another)) = (version.number(place), other.number(place)) else {
            return false;
        };
        match one.cmp(&another) {
            Ordering::Less => return true,
            Ordering::Greater => return false,
            Ordering::Equal => {}
        }
    }
    false
}

impl AppVersion {
    /// What a version says of its age, where it says that to the end: `1.x` does not. Zeros at its
    /// end say nothing.
    pub fn read(text: &str) -> Option<Self> {
        let Version { mut numbers, is_complete } = Version::read(text)?;
        while numbers.len() > 1 && numbers.last() == Some(&0) {
            numbers.pop();
        }
        (is_complete && numbers.len() <= MOST_NUMBERS).then_some(Self(numbers))
    }

    /// Whether it is this one or a newer one.
    pub fn is_at_least(&self, other: &Self) -> bool {
        let Self(numbers) = self;
        let Self(others) = other;
        numbers >= others
    }
}

impl fmt::Display for AppVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(numbers) = self;
        for (place, number) in numbers.iter().enumerate() {
            let dot = if place > 0 { "." } else { "" };
            write!(formatter, "{dot}{number}")?;
        }
        Ok(())
    }
}

impl Serialize for AppVersion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AppVersion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::read(&text).ok_or_else(|| D::Error::custom("no version of an app"))
    }
}

impl Version {
    /// Reads the numbers that a version begins with, behind a `v` or `version`, in the digits of
    /// any script. A number beyond `u64` counts as the largest. What a build adds (`1.4.0+57`,
    /// `1.4.0-beta.2`, `1.4.0 (57)`) says nothing of its age.
    fn read(text: &str) -> Option<Self> {
        let text: String = text.chars().filter(|character| !is_invisible(*character)).collect();
        let mut rest = without_name(text.trim_matches(['"', '\'', ' ', '\t', '\u{a0}']))?.chars();
        let (mut numbers, mut number) = (Vec::new(), None);
        let is_complete = loop {
            let next = rest.next();
            if let Some(digit) = next.and_then(digit_value) {
                let before: u64 = number.unwrap_or(0);
                number = Some(before.saturating_mul(10).saturating_add(digit.into()));
                continue;
            }
            let Some(number) = number.take() else { break false };
            numbers.push(number);
            match next {
                Some('.' | ',' | '\u{66b}' | '\u{ff0e}') => {}
                next => break next != Some('_'),
            }
        };
        (!numbers.is_empty()).then_some(Self { numbers, is_complete })
    }

    fn number(&self, place: usize) -> Option<u64> {
        self.numbers.get(place).copied().or(self.is_complete.then_some(0))
    }
}

/// What follows `v` or `version`, or the whole text where it begins with no letter.
fn without_name(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
    match text[..text.len() - rest.len()].to_ascii_lowercase().as_str() {
        "" => Some(rest),
        "v" | "ver" | "version" => Some(rest.trim_start_matches([' ', '.', ':', '=', '-', '_'])),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn versions_compare_number_by_number() {
        for (version, other) in [
            ("1.9.9", "1.10.0"),
            ("1.9", "1.10"),
            ("2.3.9", "2.4"),
            ("0", "0.0.1"),
            (" 1.2 ", "1.2.1"),
            ("9", "10"),
        ] {
            assert!(is_below(version, other), "{version} < {other}");
            assert!(!is_below(other, version), "{other} < {version}");
        }
        for equal in [("1.2", "1.2.0"), ("01.2", "1.02"), ("1", "1")] {
            assert!(!is_below(equal.0, equal.1) && !is_below(equal.1, equal.0), "{equal:?}");
        }
    }

    #[test]
    fn what_a_build_adds_to_its_version_says_nothing_of_its_age() {
        for suffix in ["+57", "+57.sha-5114f85", "-beta.2", "-debug", " (57)", "(57)", " beta"] {
            let (old, new) = (format!("1.9.9{suffix}"), format!("1.10.0{suffix}"));
            assert!(
                is_below(&old, "1.10.0") && is_below("1.9.9", &new) && is_below(&old, &new),
                "{suffix}"
            );
            assert!(!is_below(&new, "1.10.0") && !is_below("1.10.0", &new), "{suffix}");
        }
    }

    #[test]
    fn garbage_is_never_below_and_nothing_is_below_it() {
        for garbage in
            ["", ".", "beta", "-1", "+1", "latest", "(1)", "vx", "version", "x1", "app 1"]
        {
            assert!(!is_version(garbage), "{garbage}");
            assert!(!is_below(garbage, "5.0"), "{garbage}");
            assert!(!is_below("5.0", garbage), "{garbage}");
        }
    }

    proptest! {
        #[test]
        fn no_two_texts_are_below_each_other_and_one_without_a_digit_is_below_nothing(
            one in any::<String>(), other in "\\PC{0,3}[0-9.]{0,8}[-+ (.x]?\\PC{0,4}"
        ) {
            prop_assert!(!(is_below(&one, &other) && is_below(&other, &one)));
            for text in [&one, &other] {
                prop_assert!(!is_below(text, text));
                if !text.contains(|character| digit_value(character).is_some()) {
                    prop_assert!(!is_below(text, "99999") && !is_below("0", text));
                }
            }
        }

        #[test]
        fn a_stored_version_is_read_as_it_was_and_ordered_as_what_it_was_read_from(
            one in numbers_of_a_version(), other in numbers_of_a_version()
        ) {
            let text = |numbers: &[u64]| {
                numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(".")
            };
            let (one, other) = (text(&one), text(&other));
            let (Some(stored), Some(another)) =
                (AppVersion::read(&one), AppVersion::read(&other)) else { unreachable!() };
            prop_assert_eq!(stored.is_at_least(&another), !is_below(&one, &other));
            let written = serde_json::to_value(&stored).unwrap();
            prop_assert_eq!(serde_json::from_value::<AppVersion>(written).unwrap(), stored);
        }

        #[test]
        fn versions_are_ordered_as_their_numbers_are(
            one in numbers_of_a_version(), other in numbers_of_a_version(), zeros in 0..3_usize
        ) {
            let text = |numbers: &[u64]| {
                numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(".")
            };
            let padded = |numbers: &[u64]| [numbers, &[0; 9][numbers.len()..]].concat();
            prop_assert_eq!(is_below(&text(&one), &text(&other)), padded(&one) < padded(&other));
            let longer = text(&one) + &".0".repeat(zeros) + "+7";
            prop_assert!(!is_below(&longer, &text(&one)) && !is_below(&text(&one), &longer));
        }
    }

    fn numbers_of_a_version() -> impl Strategy<Value = Vec<u64>> {
        proptest::collection::vec(prop_oneof![0..3_u64, 9..12_u64, any::<u64>()], 1..=5)
    }

    #[test]
    fn a_version_is_read_however_an_app_writes_it() {
        for old in [
            "v0.9.0",
            "V0.9.0",
            "v 0.9",
            "version 0.9.0",
            "Version: 0.9",
            "ver.0.9",
            "0.9.0-beta",
            "0.9.0 (123)",
            "0.9.0(123)",
            "0.9.0rc1",
            "0.9b",
            "0.9.0/1.0",
            "0.9.0+1.0",
            "\"0.9.0\"",
            " 0.9 ",
            "\u{a0}0.9",
            "٠.٩.٠",
            "۰.۹",
            "०.९.०",
            "０．９．０",
            "0,9,0",
            "٠٫٩",
            "\u{200e}0.9.0",
            "\u{202a}0.9\u{202c}",
            "0.9.99999999999999999999",
            "00.9",
            "0.9.0;build=7",
            "0.9.0_7",
            "0.9.x",
            "0.9.",
            "0.9..1",
            "0",
            "0.99.184467440737095516160",
        ] {
            assert!(is_below(old, "1.0"), "{old}");
            assert!(!is_below("1.0", old), "{old}");
        }
        for new in [
            "v1.0",
            "1",
            "1.0",
            "1.0.0-beta",
            "1.x",
            "1.",
            "1..2",
            "1_5",
            "99999999999999999999",
            "18446744073709551616.0",
            "١.٠",
            "1,0",
            "Version 2",
            "10.9",
        ] {
            assert!(!is_below(new, "1.0"), "{new}");
        }
    }

    #[test]
    fn what_is_not_known_of_a_version_does_not_make_it_older() {
        for unclear in ["1.x", "1.", "1..9", "1_9", "1.x.0"] {
            assert!(!is_below(unclear, "1.5") && !is_below("1.5", unclear), "{unclear}");
            assert!(is_below(unclear, "2.0") && is_below("0.5", unclear), "{unclear}");
        }
        assert!(is_below("1.5.99999999999999999998", "1.6"));
    }

    #[test]
    fn a_version_is_stored_as_its_numbers_if_they_are_all_there() {
        for (text, stored) in [
            ("v1.10.0 (57)", Some("1.10")),
            ("٢.٠", Some("2")),
            ("0.0", Some("0")),
            ("1.2.3.4.5.6.7.8", Some("1.2.3.4.5.6.7.8")),
            ("1.2.3.4.5.6.7.8.9", None),
            ("1.x", None),
            ("beta", None),
            ("", None),
        ] {
            let read = AppVersion::read(text).map(|version| version.to_string());
            assert_eq!(read.as_deref(), stored, "{text}");
        }
    }

    #[test]
    fn an_operator_writes_numbers_with_dots() {
        for version in ["1", "1.2.3", "1.2.3+57", " 1.2 ", "1.2 (3)"] {
            assert!(is_version(version), "{version}");
        }
        for other in ["v1.2", "1.", "1,2", "٣", "99999999999999999999", "1.x"] {
            assert!(!is_version(other), "{other}");
        }
    }
}

//! What a text of the operator's must be before it is published: one segment, with the code in it,
//! and with nothing that a phone makes a link of.

use super::{
    segment::Length,
    template::{AppHash, Kind, Values},
};

/// A run of digits this long could be taken for the code.
const DIGITS_OF_A_CODE: usize = 4;

/// What is wrong with a text for messages, if anything. `app` is the name of the app in this
/// language.
pub fn text_problems(kind: Kind, text: &str, app: &str) -> Vec<String> {
    let mut problems = Vec::new();
    if text.trim().is_empty() {
        return vec!["this is blank".to_owned()];
    }
    if text.chars().any(char::is_control) {
        problems.push("a control character, such as a line break, is not allowed".to_owned());
    }
    problems.extend(misused_placeholders(kind, text));
    let literal = literal(text);
    if let Some(link) = literal.split_whitespace().find(|word| is_link(word)) {
        problems.push(format!("{link:?} would be shown as a link"));
    }
    if has_code_of_its_own(&literal) {
        problems.push("a number of four digits or more could be taken for the code".to_owned());
    }
    // The longest that there can be: a life of two digits, and with an app hash.
    let hash = (kind == Kind::Code).then(AppHash::longest);
    let values = Values { code: "000000", app, minutes: 10 };
    let length = Length::of(&values.fill(text, hash.as_ref()));
    if !length.fits() {
        let Length { encoding, units } = length;
        let with_hash = if hash.is_some() { ", with the lines of an app hash," } else { "" };
        problems.push(format!(
            "this has{with_hash} {units} characters of {}; one message has room for {}",
            encoding.name(),
            encoding.most_units()
        ));
    }
    problems
}

fn misused_placeholders(kind: Kind, text: &str) -> Vec<String> {
    let known: &[&str] = match kind {
        Kind::Code => &["code", "app", "minutes"],
        Kind::Notice => &["app"],
    };
    let mut problems = Vec::new();
    let (mut codes, mut rest) = (0, text);
    while let Some(start) = rest.find(['{', '}']) {
        let inner = rest[start..].strip_prefix('{').and_then(|inner| inner.split_once('}'));
        let Some((name, after)) = inner else {
            problems.push("a brace is not allowed but around a placeholder".to_owned());
            break;
        };
        if !known.contains(&name) {
            let known: Vec<_> = known.iter().map(|name| format!("{{{name}}}")).collect();
            problems.push(format!("{{{name}}} is unknown; there is {}", known.join(", ")));
        }
        codes += usize::from(name == "code");
        rest = after;
    }
    if kind == Kind::Code && codes != 1 {
        problems.push(format!("{{code}} must be there once, and is there {codes} times"));
    }
    problems
}

/// The text without its placeholders, each of which separates words.
fn literal(text: &str) -> String {
    let outside = |part: &str| part.split_once('}').map_or(part, |(_, after)| after).to_owned();
    text.split('{').map(outside).collect::<Vec<_>>().join(" ")
}

/// Whether phones show a word as a link: an address with a scheme, or a name with a dot and at
/// least two letters behind it, as of a web site or an e-mail address.
fn is_link(word: &str) -> bool {
    let has_domain = || {
        word.match_indices('.').any(|(dot, _)| {
            let before = word[..dot].chars().next_back().is_some_and(char::is_alphanumeric);
            let after: Vec<_> = word[dot + 1..].chars().take(2).collect();
            before && after.len() == 2 && after.into_iter().all(char::is_alphabetic)
        })
    };
    word.contains("://") || word.contains('@') || has_domain()
}

fn has_code_of_its_own(text: &str) -> bool {
    text.split(|letter: char| !letter.is_numeric())
        .any(|digits| digits.chars().count() >= DIGITS_OF_A_CODE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> String {
        text_problems(Kind::Code, text, "Satchel").join("; ")
    }

    #[test]
    fn a_text_with_the_code_is_right_in_any_language() {
        for right in [
            "{code}",
            "{code} is your {app} code, for {minutes} minutes. Keep it, e.g. from a thief.",
            "{app} 验证码：{code}。请勿告诉他人。",
            "Code: {code}. Hotline 123.",
        ] {
            assert_eq!(code(right), "", "{right}");
        }
        assert_eq!(text_problems(Kind::Notice, "{app}: new number.", "A"), Vec::<String>::new());
    }

    #[test]
    fn each_thing_that_may_be_wrong_is_told() {
        let once = "{code} must be there once, and is there";
        for (text, told) in [
            (" ", "this is blank".to_owned()),
            ("Your code.", format!("{once} 0 times")),
            ("{code} {code}", format!("{once} 2 times")),
            ("{code} {name}", "{name} is unknown; there is {code}, {app}, {minutes}".to_owned()),
            ("{code} {", "a brace is not allowed but around a placeholder".to_owned()),
            ("{code} }", "a brace is not allowed but around a placeholder".to_owned()),
            ("{code}\nBye", "a control character, such as a line break, is not allowed".to_owned()),
            ("{code} of bit.ly/x", "\"bit.ly/x\" would be shown as a link".to_owned()),
            ("{code} http://x", "\"http://x\" would be shown as a link".to_owned()),
            ("{code} a@b", "\"a@b\" would be shown as a link".to_owned()),
            ("{code} пример.рф.", "\"пример.рф.\" would be shown as a link".to_owned()),
            ("{code}.com is bad", String::new()),
            (
                "{code} or 1234",
                "a number of four digits or more could be taken for the code".to_owned(),
            ),
        ] {
            assert_eq!(code(text), told, "{text}");
        }
        assert_eq!(
            text_problems(Kind::Notice, "{code}", "A"),
            ["{code} is unknown; there is {app}"]
        );
    }

    #[test]
    fn a_text_must_be_one_segment_also_with_an_app_hash() {
        // `<#> `, two line breaks and eleven characters leave 143 septets or 53 units.
        let ascii = |more: usize| code(&format!("{{code}} {}", "a".repeat(more)));
        assert_eq!(ascii(136), "");
        let told = "this has, with the lines of an app hash, 161 characters of GSM 03.38; one \
            message has room for 160";
        assert_eq!(ascii(137), told);
        let arabic = |more: usize| code(&format!("{{code}} {}", "ر".repeat(more)));
        assert_eq!(arabic(46), "");
        assert!(arabic(47).starts_with("this has"), "{}", arabic(47));
        assert!(arabic(47).ends_with("71 characters of UCS-2; one message has room for 70"));
        let notice = |more: usize| text_problems(Kind::Notice, &"a".repeat(more), "A").len();
        assert_eq!((notice(160), notice(161)), (0, 1));
        // The name takes its room.
        assert_eq!(
            text_problems(Kind::Notice, &format!("{{app}}{}", "a".repeat(150)), "书").len(),
            1
        );
    }
}

//! The text messages in each language as they are sent, and their length: the table of
//! functions/README.md.

use std::fmt::Write as _;

use jiff::SignedDuration;
use shared::text_message::{AppHash, Length, MessageTexts, TextMessage, our_languages};

const APP: &str = "Satchel";
const CODE: &str = "123456";
const HASH: &str = "FA+9qCX9VSu";
const LIFE: SignedDuration = SignedDuration::from_mins(5);

/// One row for each text. Line breaks are shown as `⏎`.
pub fn table() -> String {
    let mut table = String::from(
        "| Language | Message | Text | Encoding | Length | Segments |\n\
         | --- | --- | --- | --- | --- | --- |\n",
    );
    for (language, message, text) in messages() {
        let Length { encoding, units } = Length::of(&text);
        let segments = if Length::of(&text).fits() { 1 } else { 2 };
        let (name, most) = (encoding.name(), encoding.most_units());
        let text = text.replace('\n', "⏎");
        let _ = writeln!(
            table,
            "| {language} | {message} | `{text}` | {name} | {units} of {most} | {segments} |"
        );
    }
    table
}

fn messages() -> Vec<(&'static str, &'static str, String)> {
    let (Ok(app), Ok(hash)) = (APP.parse(), HASH.parse::<AppHash>()) else { return Vec::new() };
    let texts = MessageTexts::default();
    let mut messages = Vec::new();
    for language in our_languages() {
        let wording = texts.in_language(language);
        let code = |hash| TextMessage::code(wording, &app, &CODE.into(), LIFE, hash);
        for (message, text) in [
            ("code", code(None)),
            ("code, app hash", code(Some(&hash))),
            ("phone changed", TextMessage::phone_changed(wording, &app)),
        ] {
            messages.push((language, message, text.as_str().to_owned()));
        }
    }
    messages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_three_messages_of_one_segment() {
        let table = table();
        println!("{table}");
        let rows: Vec<_> = table.lines().skip(2).collect();
        assert_eq!(rows.len(), 3 * our_languages().count());
        assert!(rows.len() >= 60, "{}", rows.len());
        for row in rows {
            assert!(row.ends_with("| 1 |"), "{row}");
        }
    }
}

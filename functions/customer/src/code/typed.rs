//! Codes as people type and paste them.

use shared::{
    characters::{ascii_digit, is_blank, is_dash, is_dot, is_invisible},
    http::request::{Context, ParsedText, Text, Violation},
};

use super::wrong_code;

/// The six digits of a code, in any script; blanks, dashes, dots and invisible marks do not count.
///
/// What is anything else is refused before a try is counted.
pub struct TypedCode;

impl ParsedText for TypedCode {
    type Text = Text;
    type Value = String;

    fn parse(text: &str, _: &Context) -> Result<String, Violation> {
        six_digits(text).ok_or_else(wrong_code)
    }
}

fn six_digits(text: &str) -> Option<String> {
    let is_between =
        |sign: &char| is_blank(*sign) || is_dash(*sign) || is_dot(*sign) || is_invisible(*sign);
    let digits = text.chars().filter(|sign| !is_between(sign)).map(ascii_digit);
    let code: String = digits.take(7).collect::<Option<_>>()?;
    (code.len() == 6).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        for text in [
            "123456",
            "123 456",
            "1 2 3 4 5 6",
            "123-456",
            "12-34-56",
            "123.456",
            "123456.",
            "123·456",
            " 123456\n",
            "123\t456",
            "123\u{a0}456",
            "123\u{202f}456",
            "123\u{2009}456",
            "123\u{3000}456",
            "123\u{3164}456",
            "123\u{2011}456",
            "123\u{2013}456",
            "123\u{2014}456",
            "123\u{2212}456",
            "123－456",
            "\u{202a}123456\u{202c}",
            "\u{200f}123456\u{200e}",
            "\u{2068}123456\u{2069}",
            "\u{feff}123\u{200b}456",
            "123\u{2060}456",
            "123\u{ad}456",
            "1\u{fe0f}\u{20e3}2\u{fe0f}\u{20e3}3\u{fe0f}\u{20e3}456",
            "١٢٣٤٥٦",
            "۱۲۳۴۵۶",
            "१२३४५६",
            "১২৩৪৫৬",
            "๑๒๓๔๕๖",
            "༡༢༣༤༥༦",
            "១២៣៤៥៦",
            "၁၂၃၄၅၆",
            "１２３４５６",
            "𝟏𝟐𝟑𝟒𝟓𝟔",
            "١٢٣456",
            "١٢٣\u{200f} \u{200f}٤٥٦",
        ] {
            assert_eq!(six_digits(text).as_deref(), Some("123456"), "{text:?}");
        }
        assert_eq!(six_digits("٠٠٠٠٠٧").as_deref(), Some("000007"));
    }

    #[test]
    fn what_is_not_six_digits_is_no_code() {
        for text in [
            "12345",
            "1234567",
            "123 456 7",
            "1234567890123456789012345678901234567890",
            "abcdef",
            "12345a",
            "a123456",
            "123456 is your code",
            "O12345",
            "0x1234",
            "1e5000",
            "+123456",
            "123,456",
            "12345½",
            "①②③④⑤⑥",
            "¹²³⁴⁵⁶",
            "ⅠⅡⅢⅣⅤⅥ",
            "一二三四五六",
            "六六六六六六",
            "123456٪",
            "--",
            "...",
            "\u{200b}",
            "",
        ] {
            assert_eq!(six_digits(text), None, "{text:?}");
        }
    }
}

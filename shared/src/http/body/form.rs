//! Forms: `application/x-www-form-urlencoded`.

use super::charset::Charset;

/// The pairs of a form. Percent-escapes are in the form's character set; `None` if they, or the
/// bytes themselves, are not valid in it.
pub fn pairs(bytes: &[u8], charset: Charset) -> Option<Vec<(String, String)>> {
    // A form that is declared as UTF-16 is often ASCII, and only its escapes are UTF-16.
    let is_ascii = !charset.extends_ascii() && !bytes.contains(&0);
    let text = if is_ascii { Charset::UsAscii } else { charset }.decode(bytes)?;
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Some((unescaped(name, charset)?, unescaped(value, charset)?))
    };
    text.split('&').filter(|pair| !pair.is_empty()).map(pair).collect()
}

fn unescaped(text: &str, charset: Charset) -> Option<String> {
    let text = text.replace('+', " ");
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(place) = rest.find('%') {
        plain.push_str(&rest[..place]);
        rest = &rest[place..];
        let mut bytes = Vec::new();
        while let Some(byte) = escape(rest) {
            bytes.push(byte);
            rest = &rest[3..];
        }
        if bytes.is_empty() {
            plain.push('%');
            rest = &rest[1..];
        } else {
            plain.push_str(&charset.decode(&bytes)?);
        }
    }
    Some(plain + rest)
}

/// The byte of an escape that `text` begins with.
fn escape(text: &str) -> Option<u8> {
    let digits = text.strip_prefix('%')?.get(..2)?;
    let are_digits = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    u8::from_str_radix(digits, 16).ok().filter(|_| are_digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn pairs_and_their_escapes_are_in_the_charset_of_the_form() {
        for (form, charset, pairs) in [
            (
                &b"a=1&b=&c&&=d"[..],
                Charset::Utf8,
                &[("a", "1"), ("b", ""), ("c", ""), ("", "d")][..],
            ),
            (b"a=x+y%2Bz%26%3d&a=2=3", Charset::Utf8, &[("a", "x y+z&="), ("a", "2=3")]),
            (b"a=%C3%A9t%c3%a9", Charset::Utf8, &[("a", "été")]),
            ("é=手".as_bytes(), Charset::Utf8, &[("é", "手")]),
            (
                b"a=%&b=%4&c=%zz&d=%+1",
                Charset::Utf8,
                &[("a", "%"), ("b", "%4"), ("c", "%zz"), ("d", "% 1")],
            ),
            (b"a=%E9t%E9", Charset::Iso8859_1, &[("a", "été")]),
            (b"a=\xe9", Charset::Iso8859_1, &[("a", "é")]),
            (b"a=%E9%00t%E9%00", Charset::Utf16Le, &[("a", "été")]),
            (b"a=%FE%FF%00%E9t", Charset::Utf16, &[("a", "ét")]),
            (b"a\x00=\x00\xe9\x00", Charset::Utf16Le, &[("a", "é")]),
            (b"\xef\xbb\xbfa=1", Charset::Utf8, &[("a", "1")]),
            (b"a=%41", Charset::UsAscii, &[("a", "A")]),
            (b"", Charset::Utf8, &[]),
        ] {
            assert_eq!(super::pairs(form, charset), Some(of(pairs)), "{charset:?} {form:?}");
        }
    }

    #[test]
    fn what_is_not_valid_in_the_charset_is_refused() {
        for (form, charset) in [
            (&b"a=%E9t%E9"[..], Charset::Utf8),
            (b"a=\xe9", Charset::Utf8),
            (b"%FF=a", Charset::Utf8),
            (b"a=%C3%A9", Charset::UsAscii),
            (b"a=%E9", Charset::Utf16Le),
            (b"a=%3D%D8", Charset::Utf16Le),
        ] {
            assert_eq!(pairs(form, charset), None, "{charset:?} {form:?}");
        }
    }
}

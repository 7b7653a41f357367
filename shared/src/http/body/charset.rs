//! The character sets of bodies: UTF-8, US-ASCII, ISO-8859-1 and UTF-16.
//!
//! Invariant: bytes that are not valid in their character set are refused, so no text is stored
//! with a replacement character that nobody sent. A byte order mark is skipped.

use std::borrow::Cow;

/// A character set that is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8.
    Utf8,
    /// US-ASCII.
    UsAscii,
    /// ISO-8859-1, each byte the character of its number.
    Iso8859_1,
    /// UTF-16 in the order that its mark says. Without one: big-endian if the first byte is zero.
    Utf16,
    /// UTF-16, big-endian.
    Utf16Be,
    /// UTF-16, little-endian.
    Utf16Le,
}

const UTF_8_MARK: &[u8] = b"\xef\xbb\xbf";

impl Charset {
    /// The character set of a name of the IANA or of Python. Case and punctuation do not count.
    pub fn named(name: &str) -> Option<Self> {
        let name = name.chars().filter(char::is_ascii_alphanumeric);
        let name: String = name.map(|character| character.to_ascii_lowercase()).collect();
        Some(match name.as_str() {
            "utf8" | "utf" | "u8" | "utf8sig" | "cp65001" | "csutf8" => Self::Utf8,
            "usascii" | "ascii" | "us" | "646" | "iso646us" | "iso646irv1991" | "isoir6"
            | "ansix341968" | "ansix341986" | "cp367" | "ibm367" | "csascii" => Self::UsAscii,
            "iso88591" | "iso885911987" | "latin1" | "latin" | "l1" | "8859" | "iso8859"
            | "isoir100" | "cp819" | "ibm819" | "csisolatin1" => Self::Iso8859_1,
            "utf16" | "u16" | "csutf16" => Self::Utf16,
            "utf16be" | "csutf16be" => Self::Utf16Be,
            "utf16le" | "csutf16le" => Self::Utf16Le,
            _ => return None,
        })
    }

    /// The character set that a byte order mark tells of.
    pub fn of_mark(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xfe, 0xff, ..] => Some(Self::Utf16Be),
            [0xff, 0xfe, ..] => Some(Self::Utf16Le),
            _ => bytes.starts_with(UTF_8_MARK).then_some(Self::Utf8),
        }
    }

    /// The character set of a text without a mark whose first character is ASCII, as that of JSON
    /// and XML is (RFC 4627, section 3).
    pub fn of_ascii_start(bytes: &[u8]) -> Self {
        match bytes {
            [0, second, ..] if *second != 0 => Self::Utf16Be,
            [first, 0, ..] if *first != 0 => Self::Utf16Le,
            _ => Self::Utf8,
        }
    }

    /// Its usual name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::UsAscii => "US-ASCII",
            Self::Iso8859_1 => "ISO-8859-1",
            Self::Utf16 | Self::Utf16Be | Self::Utf16Le => "UTF-16",
        }
    }

    /// Whether ASCII characters are single bytes in it.
    pub fn extends_ascii(self) -> bool {
        !matches!(self, Self::Utf16 | Self::Utf16Be | Self::Utf16Le)
    }

    /// The text, without its mark; `None` if the bytes are not valid.
    pub fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            Self::Utf8 => {
                let bytes = bytes.strip_prefix(UTF_8_MARK).unwrap_or(bytes);
                std::str::from_utf8(bytes).ok().map(Cow::Borrowed)
            }
            Self::UsAscii => {
                let text = std::str::from_utf8(bytes).ok().filter(|text| text.is_ascii());
                text.map(Cow::Borrowed)
            }
            Self::Iso8859_1 => {
                Some(bytes.iter().map(|byte| char::from(*byte)).collect::<String>().into())
            }
            Self::Utf16 => match bytes {
                [0xfe, 0xff, ..] | [0, ..] => Self::Utf16Be.decode(bytes),
                _ => Self::Utf16Le.decode(bytes),
            },
            Self::Utf16Be => utf_16(bytes, u16::from_be_bytes),
            Self::Utf16Le => utf_16(bytes, u16::from_le_bytes),
        }
    }
}

fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<Cow<'static, str>> {
    let (pairs, []) = bytes.as_chunks::<2>() else { return None };
    let pairs = pairs.strip_prefix(&[[0xfe, 0xff]]).unwrap_or(pairs);
    let pairs = pairs.strip_prefix(&[[0xff, 0xfe]]).unwrap_or(pairs);
    let units = pairs.iter().map(|pair| unit(*pair));
    char::decode_utf16(units).collect::<Result<String, _>>().ok().map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_in_each_spelling() {
        for (names, charset) in [
            (&["utf-8", "UTF8", "utf_8", "Utf-8", "'utf-8'", "u8"][..], Charset::Utf8),
            (&["us-ascii", "ASCII", "ANSI_X3.4-1968", "646"], Charset::UsAscii),
            (&["ISO-8859-1", "latin1", "iso8859-1", "l1", "ISO_8859-1:1987"], Charset::Iso8859_1),
            (&["UTF-16", "utf16"], Charset::Utf16),
            (&["utf-16be", "UTF_16_BE"], Charset::Utf16Be),
            (&["utf-16le", "UTF16LE"], Charset::Utf16Le),
        ] {
            for name in names {
                assert_eq!(Charset::named(name), Some(charset), "{name}");
            }
        }
        for unknown in ["", "koi8-r", "windows-1252", "iso-8859-11", "iso-8859-15", "utf-32", "x"] {
            assert_eq!(Charset::named(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn valid_bytes_are_decoded_without_their_mark() {
        for (charset, bytes, text) in [
            (Charset::Utf8, &b"\xef\xbb\xbf\xc3\xa9"[..], "é"),
            (Charset::UsAscii, b"e", "e"),
            (Charset::Iso8859_1, b"\xe9\x80", "é\u{80}"),
            (Charset::Utf16, b"\xff\xfe\xe9\x00", "é"),
            (Charset::Utf16, b"\xfe\xff\x00\xe9", "é"),
            (Charset::Utf16, b"\x00e", "e"),
            (Charset::Utf16, b"e\x00", "e"),
            (Charset::Utf16Le, b"\x3d\xd8\x00\xde", "😀"),
            (Charset::Utf16Be, b"\xfe\xff\xd8\x3d\xde\x00", "😀"),
            (Charset::Utf16Be, b"", ""),
        ] {
            assert_eq!(charset.decode(bytes).as_deref(), Some(text), "{charset:?} {bytes:?}");
        }
    }

    #[test]
    fn bytes_that_are_not_valid_are_refused() {
        for (charset, bytes) in [
            (Charset::Utf8, &b"\xe9t\xe9"[..]),
            (Charset::Utf8, b"\xed\xa0\x80"),
            (Charset::UsAscii, b"\xc3\xa9"),
            (Charset::Utf16Le, b"e"),
            (Charset::Utf16Le, b"\x3d\xd8"),
            (Charset::Utf16Be, b"\xde\x00\xd8\x3d"),
        ] {
            assert_eq!(charset.decode(bytes), None, "{charset:?} {bytes:?}");
        }
    }

    #[test]
    fn an_undeclared_charset_shows_in_the_first_bytes() {
        for (bytes, charset) in [
            (&b"{\x00\"\x00"[..], Charset::Utf16Le),
            (b"\x00{\x00\"", Charset::Utf16Be),
            (b"{\"", Charset::Utf8),
            (b"1", Charset::Utf8),
        ] {
            assert_eq!(Charset::of_ascii_start(bytes), charset, "{bytes:?}");
        }
        assert_eq!(Charset::of_mark(b"\xff\xfe{\x00"), Some(Charset::Utf16Le));
        assert_eq!(Charset::of_mark(b"\xfe\xff\x00{"), Some(Charset::Utf16Be));
        assert_eq!(Charset::of_mark(b"\xef\xbb\xbf{"), Some(Charset::Utf8));
        assert_eq!(Charset::of_mark(b"{}"), None);
    }
}

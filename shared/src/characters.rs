//! Digits, blanks and dashes as people type and paste them, in any script (Unicode 17).

/// The zeros of the decimal digits (Unicode category Nd). The digits up to nine follow each.
const ZEROS: [u32; 77] = [
    0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66,
    0xde6, 0xe50, 0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90,
    0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
    0x104a0, 0x10d30, 0x10d40, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0,
    0x11650, 0x116c0, 0x116d0, 0x116da, 0x11730, 0x118e0, 0x11950, 0x11bf0, 0x11c50, 0x11d50,
    0x11da0, 0x11de0, 0x11f50, 0x16130, 0x16a60, 0x16ac0, 0x16b50, 0x16d70, 0x1ccf0, 0x1d7ce,
    0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e4f0, 0x1e5f1, 0x1e950, 0x1fbf0,
];

/// The value of a decimal digit of any script, such as `٣` or `３`.
pub fn digit_value(digit: char) -> Option<u8> {
    let code = u32::from(digit);
    let zero = ZEROS[..ZEROS.partition_point(|zero| *zero <= code)].last()?;
    u8::try_from(code - zero).ok().filter(|value| *value < 10)
}

/// The ASCII digit of the same value, for a decimal digit of any script.
pub fn ascii_digit(digit: char) -> Option<char> {
    digit_value(digit).map(|value| char::from(b'0' + value))
}

/// Whether a character shows nothing: direction and format marks, zero-width characters, variation
/// selectors and the frame of a keycap.
pub fn is_invisible(sign: char) -> bool {
    matches!(sign,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{20e3}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0001}'..='\u{e007f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Whether a character is white space or looks like it.
pub fn is_blank(sign: char) -> bool {
    sign.is_whitespace()
        || matches!(sign, '\u{115f}' | '\u{1160}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}')
}

/// Whether a character is a dash (Unicode category Pd), a minus, or stands for one.
pub fn is_dash(sign: char) -> bool {
    matches!(sign,
        '-' | '\u{58a}' | '\u{5be}' | '\u{1400}' | '\u{1806}' | '\u{2010}'..='\u{2015}'
        | '\u{2043}' | '\u{207b}' | '\u{208b}' | '\u{2212}' | '\u{2e17}' | '\u{2e1a}'
        | '\u{2e3a}'..='\u{2e3b}' | '\u{2e40}' | '\u{2e5d}' | '\u{301c}' | '\u{3030}'
        | '\u{30a0}' | '\u{30fc}' | '\u{fe31}'..='\u{fe32}' | '\u{fe58}' | '\u{fe63}'
        | '\u{ff0d}' | '\u{ff70}' | '\u{10d6e}' | '\u{10ead}')
}

/// Whether a character is a dot in the line or at half height.
pub fn is_dot(sign: char) -> bool {
    matches!(
        sign,
        '.' | '\u{b7}'
            | '\u{2022}'
            | '\u{2024}'
            | '\u{2027}'
            | '\u{2219}'
            | '\u{22c5}'
            | '\u{30fb}'
            | '\u{fe52}'
            | '\u{ff0e}'
            | '\u{ff65}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_every_script_have_their_value() {
        for zero in ZEROS {
            for value in 0..10 {
                let sign = char::from_u32(zero + value).expect("a character");
                assert!(sign.is_numeric(), "{sign:?}");
                assert_eq!(ascii_digit(sign), char::from_digit(value, 10), "{sign:?}");
            }
        }
        for sign in ['/', ':', 'a', '½', '²', '①', '٪', '一', '\u{65f}', '\u{66a}', '\u{10ffff}']
        {
            assert_eq!(ascii_digit(sign), None, "{sign:?}");
        }
    }

    #[test]
    fn no_digit_is_anything_else() {
        for sign in (0..=u32::from(char::MAX)).filter_map(char::from_u32) {
            let kinds = [
                ascii_digit(sign).is_some(),
                is_invisible(sign),
                is_blank(sign),
                is_dash(sign),
                is_dot(sign),
                sign.is_alphabetic() && !is_blank(sign) && !is_dash(sign),
            ];
            assert!(kinds.into_iter().filter(|is| *is).count() <= 1, "{sign:?}");
        }
    }
}

//! Decimal digits of all scripts.

/// The zeros of Unicode's decimal digits (category Nd, Unicode 16) beyond ASCII. The nine characters
/// after each are its 1 to 9.
#[rustfmt::skip]
const ZEROS: [u32; 74] = [
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66,
    0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90,
    0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10,
    0x104A0, 0x10D30, 0x10D40, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0,
    0x11650, 0x116C0, 0x116D0, 0x116DA, 0x11730, 0x118E0, 0x11950, 0x11BF0, 0x11C50, 0x11D50,
    0x11DA0, 0x11F50, 0x16130, 0x16A60, 0x16AC0, 0x16B50, 0x1CCF0, 0x1D7CE, 0x1D7D8, 0x1D7E2,
    0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E4F0, 0x1E5F1, 0x1E950, 0x1FBF0,
];

/// The value of a decimal digit, such as `٣` or `３`.
pub fn value(digit: char) -> Option<u8> {
    if digit.is_ascii() {
        return digit.to_digit(10).and_then(|value| value.try_into().ok());
    }
    let code = u32::from(digit);
    let zero = ZEROS[..ZEROS.partition_point(|zero| *zero <= code)].last()?;
    u8::try_from(code - zero).ok().filter(|value| *value < 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_each_script_have_their_value() {
        for (digit, number) in
            [('0', 0), ('9', 9), ('٣', 3), ('۳', 3), ('३', 3), ('３', 3), ('𝟛', 3)]
        {
            assert_eq!(value(digit), Some(number), "{digit}");
        }
        for other in ['a', ' ', '/', ':', '\u{65f}', '\u{66a}', '三', '²', '½', '①', 'Ⅳ'] {
            assert_eq!(value(other), None, "{other}");
        }
        assert!(ZEROS.is_sorted());
        assert!(ZEROS.iter().all(|zero| char::from_u32(*zero).is_some_and(char::is_numeric)));
    }
}

//! The size of a text message: GSM 03.38, or UTF-16 where a character is not in that alphabet.

/// The most bytes of one segment.
pub const MOST_BYTES: usize = 140;

/// The characters of GSM 03.38 that take one septet.
const GSM_BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
    ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Those of its extension table, which take two.
const GSM_EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// How a text is written on the air.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Seven bits for each character of an alphabet of 128.
    Gsm,
    /// Sixteen bits for each UTF-16 unit.
    Ucs2,
}

/// The length of a text in the units of its encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    /// The encoding.
    pub encoding: Encoding,
    /// Septets or UTF-16 units.
    pub units: usize,
}

impl Length {
    /// Measures a text.
    pub fn of(text: &str) -> Self {
        let septets = |letter| match letter {
            // Most letters, without a search: the app's name is measured at every start.
            'a'..='z' | 'A'..='Z' | '0'..='9' | ' ' | '.' | ',' => Some(1),
            _ if GSM_BASIC.contains(letter) => Some(1),
            _ if GSM_EXTENSION.contains(letter) => Some(2),
            _ => None,
        };
        match text.chars().map(septets).sum::<Option<usize>>() {
            Some(units) => Self { encoding: Encoding::Gsm, units },
            None => Self { encoding: Encoding::Ucs2, units: text.encode_utf16().count() },
        }
    }

    /// The bytes on the air.
    pub fn bytes(self) -> usize {
        match self.encoding {
            Encoding::Gsm => (self.units * 7).div_ceil(8),
            Encoding::Ucs2 => self.units * 2,
        }
    }

    /// Whether one segment has room for it.
    pub fn fits(self) -> bool {
        self.bytes() <= MOST_BYTES
    }
}

impl Encoding {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gsm => "GSM 03.38",
            Self::Ucs2 => "UCS-2",
        }
    }

    /// The units of one segment.
    pub fn most_units(self) -> usize {
        match self {
            Self::Gsm => 160,
            Self::Ucs2 => 70,
        }
    }
}

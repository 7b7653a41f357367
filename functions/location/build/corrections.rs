//! What the library lacks or has wrong.

/// Dial codes where the library has not all of them, or one of another kind.
pub(crate) const EXTRA_DIAL_CODES: &[(&str, &str)] = &[
    ("DO", "1809,1829,1849"),
    ("JM", "1876,1658"),
    ("PR", "1787,1939"),
    ("UM", "1"),
    ("VA", "379,39"),
    ("BV", "47"),
    ("HM", "672"),
    ("XK", "383"),
];

/// Names of countries that are another's in the library, by its language and the country's code.
pub(crate) const NAMES: &[(&str, &str, &str)] = &[("ar", "MD", "مولدوفا"), ("ar", "TR", "تركيا")];

/// A country that ISO 3166-1 does not list but a point can lie in, with its name in English and in
/// other languages.
pub(crate) const KOSOVO: (&str, &str, &[(&str, &str)]) = (
    "XK",
    "Kosovo",
    &[
        ("ar", "كوسوفو"),
        ("bg", "Косово"),
        ("el", "Κόσοβο"),
        ("fa", "کوزوو"),
        ("he", "קוסובו"),
        ("hi", "कोसोवो"),
        ("ja", "コソボ"),
        ("ko", "코소보"),
        ("mk", "Косово"),
        ("ru", "Косово"),
        ("sq", "Kosova"),
        ("sr", "Косово"),
        ("tr", "Kosova"),
        ("uk", "Косово"),
        ("zh_CN", "科索沃"),
        ("zh_HK", "科索沃"),
        ("zh_TW", "科索沃"),
    ],
);

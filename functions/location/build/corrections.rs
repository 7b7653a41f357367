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

/// Names that people use, where neither the library nor CLDR has them. A short one in capitals
/// finds its country alone.
pub(crate) const KNOWN_NAMES: &[(&str, &str)] = &[
    ("AE", "UAE|Emirates|Abu Dhabi|Dubai"),
    ("BA", "Bosnia|Bosnia-Herzegovina|BiH"),
    ("BF", "Upper Volta"),
    ("BJ", "Dahomey"),
    ("BQ", "Bonaire, Sint Eustatius and Saba|Dutch Caribbean"),
    ("CC", "Keeling Islands"),
    ("CD", "DRC|DR Congo|Zaire|Congo Kinshasa|Democratic Republic of the Congo"),
    ("CF", "Central African Rep."),
    ("CG", "Republic of the Congo|Congo Brazzaville"),
    ("CN", "PRC|People's Republic of China|Mainland China"),
    ("CV", "Cape Verde|Cabo Verde"),
    ("CZ", "Czechia|Czech Republic"),
    ("EH", "Sahrawi|SADR"),
    ("ET", "Abyssinia"),
    ("FK", "Malvinas"),
    ("FM", "Micronesia"),
    ("GB", "UK|Great Britain|Britain|England|Scotland|Wales|Northern Ireland"),
    ("GR", "Hellas"),
    ("HK", "Hong Kong|Hongkong"),
    ("IE", "Eire|Republic of Ireland"),
    ("IR", "Persia|Islamic Republic of Iran"),
    ("KH", "Kampuchea"),
    ("KP", "North Korea|DPRK"),
    ("KR", "South Korea|ROK"),
    ("LA", "Laos|Lao PDR"),
    ("LK", "Ceylon"),
    ("MK", "Macedonia|FYROM|North Macedonia"),
    ("MM", "Burma|Myanmar"),
    ("MO", "Macau|Macao"),
    ("NL", "Holland|The Netherlands"),
    ("PG", "PNG"),
    ("PS", "Palestine|West Bank|Gaza"),
    ("RU", "Russia"),
    ("SA", "KSA|Kingdom of Saudi Arabia"),
    ("SH", "Ascension|Tristan da Cunha|Saint Helena"),
    ("SJ", "Svalbard|Jan Mayen|Spitsbergen"),
    ("SK", "Slovak Republic"),
    ("ST", "Sao Tome"),
    ("SY", "Syria"),
    ("SZ", "Swaziland|Eswatini"),
    ("TH", "Siam"),
    ("TL", "East Timor|Timor-Leste"),
    ("TR", "Turkey|Turkiye"),
    ("TW", "ROC|Republic of China|Formosa|Chinese Taipei"),
    ("TZ", "Tanzania|Zanzibar"),
    ("US", "US|USA|America|United States of America"),
    ("VA", "Vatican|Holy See"),
    ("VG", "BVI|British Virgin Islands"),
    ("VI", "USVI|US Virgin Islands"),
    ("VN", "Vietnam|Viet Nam"),
    ("WS", "Western Samoa"),
    ("ZA", "RSA"),
    ("ZW", "Rhodesia"),
];

/// Currencies that changed, or were wrong, since the library's data was written.
pub(crate) const CURRENCIES: &[(&str, &str)] = &[("TL", "USD"), ("ZW", "ZWG")];

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

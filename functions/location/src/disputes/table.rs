//! The disputes. The first claim of each is the country of the place where no worldview is set.

use super::claim::{
    Claim, Dispute,
    Part::{self, Code, Shape},
    Place::{Around, Ids},
};

const fn claim(country: &'static str, part: Part) -> Claim {
    Claim { country, part }
}

pub(super) const DISPUTES: &[Dispute] = &[
    // Crimea.
    Dispute {
        place: Ids(&["UA-40", "UA-43"]),
        claims: &[claim("UA", Shape), claim("RU", Part::None)],
    },
    // Western Sahara: all that Morocco governs south of 27° 40′.
    Dispute {
        place: Around(
            &[(20.7, -17.3), (20.7, -8.6667), (27.6667, -8.6667), (27.6667, -17.3)],
            Some("MA"),
        ),
        claims: &[claim("EH", Part::None), claim("MA", Shape)],
    },
    Dispute { place: Ids(&["EH"]), claims: &[claim("EH", Part::None), claim("MA", Shape)] },
    // Kosovo.
    Dispute { place: Ids(&["XK"]), claims: &[claim("XK", Part::None), claim("RS", Code("RS-KM"))] },
    // Taiwan; the islands of Matsu, close to the mainland.
    Dispute { place: Ids(&["TW"]), claims: &[claim("TW", Shape), claim("CN", Code("CN-TW"))] },
    Dispute {
        place: Around(
            &[(25.9, 119.89), (25.9, 120.1), (26.28, 120.1), (26.28, 119.89)],
            Some("CN"),
        ),
        claims: &[claim("TW", Code("TW-LIE")), claim("CN", Code("CN-FJ"))],
    },
    Dispute {
        place: Around(&[(26.33, 120.4), (26.33, 120.55), (26.4, 120.55), (26.4, 120.4)], None),
        claims: &[claim("TW", Code("TW-LIE")), claim("CN", Code("CN-FJ"))],
    },
    // The Golan Heights.
    Dispute {
        place: Around(
            &[
                (33.45, 35.95),
                (33.42, 35.8),
                (33.31, 35.74),
                (33.255, 35.68),
                (33.2, 35.665),
                (33.15, 35.672),
                (33.1, 35.655),
                (33.05, 35.638),
                (32.95, 35.635),
                (32.89, 35.625),
                (32.85, 35.655),
                (32.8, 35.662),
                (32.72, 35.66),
                (32.68, 35.655),
                (32.66, 35.7),
                (32.7, 35.95),
            ],
            Some("IL"),
        ),
        claims: &[claim("SY", Code("SY-QU")), claim("IL", Code("IL-Z"))],
    },
    // East Jerusalem.
    Dispute {
        place: Around(
            &[
                (31.865, 35.2),
                (31.865, 35.25),
                (31.8, 35.275),
                (31.73, 35.265),
                (31.715, 35.225),
                (31.725, 35.17),
                (31.74, 35.185),
                (31.745, 35.22),
                (31.76, 35.229),
                (31.775, 35.2275),
                (31.785, 35.2285),
                (31.792, 35.224),
                (31.8, 35.215),
                (31.82, 35.18),
                (31.84, 35.18),
            ],
            Some("IL"),
        ),
        claims: &[claim("PS", Code("PS-JEM")), claim("IL", Code("IL-JM"))],
    },
    // Kashmir: what India, Pakistan and China govern.
    Dispute { place: Ids(&["PK-AJK"]), claims: &[claim("PK", Shape), claim("IN", Code("IN-JK"))] },
    Dispute {
        place: Ids(&["IN-JK", "IN-LA"]),
        claims: &[claim("IN", Shape), claim("PK", Part::None)],
    },
    Dispute { place: Ids(&["PK-GB"]), claims: &[claim("PK", Shape), claim("IN", Code("IN-LA"))] },
    Dispute {
        place: Around(
            &[
                (35.52, 77.83),
                (35.9, 78.6),
                (35.95, 79.3),
                (35.75, 79.9),
                (35.5, 80.25),
                (35.2, 80.35),
                (34.7, 79.95),
                (34.0, 79.2),
                (33.3, 78.9),
                (33.0, 78.7),
                (32.7, 78.6),
                (34.0, 78.2),
            ],
            Some("CN"),
        ),
        claims: &[claim("CN", Shape), claim("IN", Code("IN-LA"))],
    },
    // Arunachal Pradesh.
    Dispute { place: Ids(&["IN-AR"]), claims: &[claim("IN", Shape), claim("CN", Code("CN-XZ"))] },
    // The Falkland Islands, South Georgia and the South Sandwich Islands.
    Dispute { place: Ids(&["FK"]), claims: &[claim("FK", Part::None), claim("AR", Code("AR-V"))] },
    Dispute { place: Ids(&["GS"]), claims: &[claim("GS", Part::None), claim("AR", Code("AR-V"))] },
    // Gibraltar, and the Spanish towns in Africa.
    Dispute { place: Ids(&["GI"]), claims: &[claim("GI", Part::None), claim("ES", Part::None)] },
    Dispute {
        place: Ids(&["ES-CE", "ES-ML"]),
        claims: &[claim("ES", Shape), claim("MA", Part::None)],
    },
    // Islands of the Indian Ocean.
    Dispute { place: Ids(&["IO"]), claims: &[claim("IO", Part::None), claim("MU", Part::None)] },
    Dispute { place: Ids(&["YT"]), claims: &[claim("YT", Part::None), claim("KM", Part::None)] },
    Dispute {
        place: Around(
            &[(-15.95, 54.45), (-15.95, 54.6), (-15.8, 54.6), (-15.8, 54.45)],
            Some("TF"),
        ),
        claims: &[claim("TF", Part::None), claim("MU", Part::None)],
    },
    Dispute {
        place: Around(&[(-22.5, 39.0), (-22.5, 48.0), (-11.0, 48.0), (-11.0, 39.0)], Some("TF")),
        claims: &[claim("TF", Part::None), claim("MG", Part::None)],
    },
    // West of the Essequibo.
    Dispute {
        place: Ids(&["GY-BA", "GY-CU", "GY-PM", "GY-PT", "GY-UT"]),
        claims: &[claim("GY", Shape), claim("VE", Part::None)],
    },
    // South of the Sibun.
    Dispute {
        place: Ids(&["BZ-SC", "BZ-TOL"]),
        claims: &[claim("BZ", Shape), claim("GT", Part::None)],
    },
    // Hala'ib.
    Dispute {
        place: Around(
            &[(22.0, 34.1), (22.75, 35.15), (23.15, 35.6), (23.3, 36.5), (21.95, 37.5)],
            Some("EG"),
        ),
        claims: &[claim("EG", Shape), claim("SD", Part::None)],
    },
    // The Senkaku Islands, Takeshima, the southern Kuril Islands.
    Dispute {
        place: Around(&[(25.65, 123.4), (25.65, 124.65), (26.0, 124.65), (26.0, 123.4)], None),
        claims: &[claim("JP", Code("JP-47")), claim("CN", Part::None), claim("TW", Code("TW-ILA"))],
    },
    Dispute {
        place: Around(&[(37.2, 131.8), (37.2, 131.9), (37.3, 131.9), (37.3, 131.8)], None),
        claims: &[claim("KR", Code("KR-47")), claim("JP", Code("JP-32"))],
    },
    Dispute {
        place: Around(
            &[
                (43.2, 145.35),
                (43.2, 148.0),
                (44.9, 149.2),
                (45.65, 149.0),
                (45.65, 147.5),
                (44.3, 145.3),
                (43.75, 145.35),
                (43.4, 145.82),
            ],
            Some("RU"),
        ),
        claims: &[claim("RU", Code("RU-SAK")), claim("JP", Code("JP-01"))],
    },
    // The Paracel Islands.
    Dispute {
        place: Around(&[(15.7, 111.0), (15.7, 112.9), (17.2, 112.9), (17.2, 111.0)], Some("CN")),
        claims: &[claim("CN", Code("CN-HI")), claim("VN", Code("VN-DN")), claim("TW", Part::None)],
    },
    // Navassa, Wake Island, Swains Island.
    Dispute {
        place: Around(
            &[(18.35, -75.1), (18.35, -74.95), (18.45, -74.95), (18.45, -75.1)],
            Some("UM"),
        ),
        claims: &[claim("UM", Code("UM-76")), claim("HT", Code("HT-GA"))],
    },
    Dispute {
        place: Around(&[(19.2, 166.5), (19.2, 166.75), (19.4, 166.75), (19.4, 166.5)], Some("UM")),
        claims: &[claim("UM", Code("UM-79")), claim("MH", Part::None)],
    },
    Dispute {
        place: Around(
            &[(-11.15, -171.15), (-11.15, -171.0), (-11.0, -171.0), (-11.0, -171.15)],
            Some("AS"),
        ),
        claims: &[claim("AS", Part::None), claim("TK", Part::None)],
    },
    // Olivenza.
    Dispute {
        place: Around(&[(38.5, -7.25), (38.5, -6.95), (38.8, -6.95), (38.8, -7.25)], Some("ES")),
        claims: &[claim("ES", Shape), claim("PT", Code("PT-12"))],
    },
];

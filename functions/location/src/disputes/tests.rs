use super::*;
use crate::boundaries;

/// Country, subdivision and other claims of a place under a worldview.
fn told(lat: f64, lng: f64, worldview: &str) -> String {
    let found = boundaries::at(Point::new(lat, lng), worldview).unwrap();
    let part = found.subdivision.map_or("-", |part| part.code);
    format!("{} {part} {}", found.country, found.also.join(","))
}

#[test]
fn the_country_that_iso_3166_lists_comes_first_or_the_one_of_the_worldview() {
    for (name, lat, lng, listed, worldview, theirs) in [
        ("Simferopol", 44.95, 34.10, "UA UA-43 RU", "RU", "RU - UA"),
        ("Sevastopol", 44.6, 33.52, "UA UA-40 RU", "RU", "RU - UA"),
        ("Laayoune", 27.1418, -13.188, "EH - MA", "MA", "MA MA-11 EH"),
        ("Dakhla", 23.6848, -15.958, "EH - MA", "MA", "MA MA-12 EH"),
        ("Pristina", 42.6629, 21.1655, "XK - RS", "RS", "RS RS-KM XK"),
        ("Taipei", 25.033, 121.5654, "TW TW-TPE CN", "CN", "CN CN-TW TW"),
        ("Nangan of Matsu", 26.15, 119.93, "TW TW-LIE CN", "CN", "CN CN-FJ TW"),
        ("Katzrin", 32.99, 35.69, "SY SY-QU IL", "IL", "IL IL-Z SY"),
        ("Old City of Jerusalem", 31.7767, 35.2345, "PS PS-JEM IL", "IL", "IL IL-JM PS"),
        ("Srinagar", 34.08, 74.8, "IN IN-JK PK", "PK", "PK - IN"),
        ("Muzaffarabad", 34.36, 73.47, "PK PK-JK IN", "IN", "IN IN-JK PK"),
        ("Gilgit", 35.92, 74.31, "PK PK-GB IN", "IN", "IN IN-LA PK"),
        ("Aksai Chin", 35.2, 79.2, "CN CN-XJ IN", "IN", "IN IN-LA CN"),
        ("Tawang", 27.6, 91.87, "IN IN-AR CN", "CN", "CN CN-XZ IN"),
        ("Stanley", -51.7, -57.85, "FK - AR,GB", "AR", "AR AR-V FK,GB"),
        ("Gibraltar", 36.14, -5.353, "GI - ES,GB", "ES", "ES - GI,GB"),
        ("Ceuta", 35.8894, -5.3213, "ES ES-CE MA", "MA", "MA - ES"),
        ("Diego Garcia", -7.3, 72.4, "IO - MU,GB", "MU", "MU - IO,GB"),
        ("Mamoudzou", -12.78, 45.23, "YT - KM,FR", "KM", "KM - YT,FR"),
        ("Glorioso Islands", -11.55, 47.3, "TF - MG,FR", "MG", "MG - TF,FR"),
        ("Charity", 7.4, -58.6, "GY GY-PM VE", "VE", "VE - GY"),
        ("Punta Gorda", 16.1, -88.8, "BZ BZ-TOL GT", "GT", "GT - BZ"),
        ("Hala'ib", 22.22, 36.6, "EG EG-BA SD", "SD", "SD - EG"),
        ("Senkaku Islands", 25.744, 123.475, "JP JP-47 CN,TW", "TW", "TW TW-ILA JP,CN"),
        ("Takeshima", 37.2415, 131.8645, "KR KR-47 JP", "JP", "JP JP-32 KR"),
        ("Kunashir", 44.03, 145.86, "RU RU-SAK JP", "JP", "JP JP-01 RU"),
        ("Paracel Islands", 16.83, 112.34, "CN CN-HI VN,TW", "VN", "VN VN-DN CN,TW"),
        ("Olivenza", 38.68, -7.1, "ES ES-BA PT", "PT", "PT PT-12 ES"),
    ] {
        assert_eq!(told(lat, lng, ""), listed, "{name}");
        assert_eq!(told(lat, lng, worldview), theirs, "{name} for {worldview}");
        assert_eq!(told(lat, lng, "CH"), listed, "{name} for one that claims nothing");
    }
}

#[test]
fn what_is_beside_a_disputed_place_is_not_disputed() {
    for (name, lat, lng, expected) in [
        ("Temryuk, across the Kerch strait", 45.28, 37.37, "RU RU-KDA "),
        ("Tarfaya", 27.94, -12.93, "MA MA-11 "),
        ("Tindouf", 27.67, -8.13, "DZ DZ-37 "),
        ("Kiryat Shmona", 33.207, 35.57, "IL IL-Z "),
        ("Ein Gev", 32.78, 35.64, "IL IL-Z "),
        ("West Jerusalem", 31.78, 35.2, "IL IL-JM "),
        ("Kashgar", 39.47, 75.99, "CN CN-XJ "),
        ("Fuzhou", 26.08, 119.3, "CN CN-FJ "),
        ("Georgetown", 6.8, -58.15, "GY GY-DE "),
        ("Belize City", 17.5, -88.19, "BZ BZ-BZ "),
        ("Nemuro", 43.33, 145.58, "JP JP-01 "),
        ("Badajoz", 38.88, -6.97, "ES ES-BA "),
    ] {
        assert_eq!(told(lat, lng, ""), expected, "{name}");
    }
}

#[test]
fn every_claim_is_of_a_country_and_of_its_own_subdivision() {
    let english = crate::countries::Language::english();
    for claim in DISPUTES.iter().flat_map(|dispute| dispute.claims) {
        assert!(english.name(claim.country).is_some(), "{claim:?}");
        if let Part::Code(code) = claim.part {
            assert!(code.starts_with(claim.country), "{claim:?}");
            assert!(crate::subdivisions::named(code).is_some(), "{claim:?}");
        }
    }
}

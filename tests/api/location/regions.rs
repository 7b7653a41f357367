use harness::Api;
use serde_json::{Value, json};

use super::region;

/// A name, latitude and longitude; country, subdivision, other countries, time zone.
type Known = (
    &'static str,
    f64,
    f64,
    &'static str,
    Option<&'static str>,
    &'static [&'static str],
    &'static str,
);

/// Points with a known region.
const POINTS: &[Known] = &[
    ("Riyadh", 24.7136, 46.6753, "SA", Some("SA-01"), &[], "Asia/Riyadh"),
    ("Dubai", 25.2048, 55.2708, "AE", Some("AE-DU"), &[], "Asia/Dubai"),
    ("Cairo", 30.0444, 31.2357, "EG", Some("EG-C"), &[], "Africa/Cairo"),
    ("Washington", 38.9072, -77.0369, "US", Some("US-DC"), &[], "America/New_York"),
    ("Dallas", 32.7767, -96.797, "US", Some("US-TX"), &[], "America/Chicago"),
    ("El Paso", 31.7619, -106.485, "US", Some("US-TX"), &[], "America/Denver"),
    ("Anchorage", 61.2181, -149.9003, "US", Some("US-AK"), &[], "America/Anchorage"),
    ("Honolulu", 21.3069, -157.8583, "US", Some("US-HI"), &[], "Pacific/Honolulu"),
    ("San Juan", 18.4655, -66.1057, "PR", None, &["US"], "America/Puerto_Rico"),
    ("Ottawa", 45.4215, -75.6972, "CA", Some("CA-ON"), &[], "America/Toronto"),
    ("Mexico City", 19.4326, -99.1332, "MX", Some("MX-CMX"), &[], "America/Mexico_City"),
    ("Brasília", -15.7939, -47.8828, "BR", Some("BR-DF"), &[], "America/Sao_Paulo"),
    ("London", 51.5074, -0.1278, "GB", Some("GB-ENG"), &[], "Europe/London"),
    ("Edinburgh", 55.9533, -3.1883, "GB", Some("GB-SCT"), &[], "Europe/London"),
    ("Paris", 48.8566, 2.3522, "FR", Some("FR-75C"), &[], "Europe/Paris"),
    ("Berlin", 52.52, 13.405, "DE", Some("DE-BE"), &[], "Europe/Berlin"),
    (
        "Büsingen, German within Switzerland",
        47.6973,
        8.691,
        "DE",
        Some("DE-BW"),
        &[],
        "Europe/Berlin",
    ),
    ("Rome", 41.8902, 12.4922, "IT", Some("IT-RM"), &[], "Europe/Rome"),
    ("Vatican, within Rome", 41.9038, 12.4525, "VA", None, &[], "Europe/Vatican"),
    ("San Marino, within Italy", 43.9424, 12.4578, "SM", Some("SM-06"), &[], "Europe/San_Marino"),
    ("Monaco", 43.7396, 7.4267, "MC", None, &[], "Europe/Monaco"),
    (
        "Maseru in Lesotho, within South Africa",
        -29.3151,
        27.4869,
        "LS",
        Some("LS-A"),
        &[],
        "Africa/Maseru",
    ),
    ("Pretoria", -25.7479, 28.2293, "ZA", Some("ZA-GP"), &[], "Africa/Johannesburg"),
    ("Moscow", 55.7558, 37.6173, "RU", Some("RU-MOW"), &[], "Europe/Moscow"),
    (
        "Kaliningrad, Russian beyond Lithuania",
        54.7104,
        20.4522,
        "RU",
        Some("RU-KGD"),
        &[],
        "Europe/Kaliningrad",
    ),
    (
        "Anadyr, west of the antimeridian",
        64.7337,
        177.4968,
        "RU",
        Some("RU-CHU"),
        &[],
        "Asia/Anadyr",
    ),
    ("Uelen, east of the antimeridian", 66.1605, -169.81, "RU", Some("RU-CHU"), &[], "Asia/Anadyr"),
    ("Suva, west of the antimeridian", -18.1248, 178.4501, "FJ", Some("FJ-C"), &[], "Pacific/Fiji"),
    ("Taveuni, on the antimeridian", -16.85, 179.999, "FJ", Some("FJ-N"), &[], "Pacific/Fiji"),
    ("Beijing", 39.9042, 116.4074, "CN", Some("CN-BJ"), &[], "Asia/Shanghai"),
    ("Hong Kong", 22.3193, 114.1694, "HK", None, &["CN"], "Asia/Hong_Kong"),
    ("Macao", 22.1987, 113.5439, "MO", None, &["CN"], "Asia/Macau"),
    ("Taipei", 25.033, 121.5654, "TW", Some("TW-TPE"), &["CN"], "Asia/Taipei"),
    ("Tokyo", 35.6762, 139.6503, "JP", Some("JP-13"), &[], "Asia/Tokyo"),
    ("New Delhi", 28.6139, 77.209, "IN", Some("IN-DL"), &[], "Asia/Kolkata"),
    ("Kathmandu", 27.7172, 85.324, "NP", Some("NP-P3"), &[], "Asia/Kathmandu"),
    ("Jakarta", -6.2088, 106.8456, "ID", Some("ID-JK"), &[], "Asia/Jakarta"),
    ("Perth", -31.9505, 115.8605, "AU", Some("AU-WA"), &[], "Australia/Perth"),
    ("Wellington", -41.2865, 174.7762, "NZ", Some("NZ-WGN"), &[], "Pacific/Auckland"),
    (
        "Kralendijk, of the Netherlands in the Caribbean",
        12.1443,
        -68.2655,
        "BQ",
        Some("BQ-BO"),
        &["NL"],
        "America/Kralendijk",
    ),
    ("Longyearbyen", 78.2232, 15.6267, "SJ", None, &["NO"], "Arctic/Longyearbyen"),
    ("Ceuta, Spanish in Africa", 35.8894, -5.3213, "ES", Some("ES-CE"), &["MA"], "Africa/Ceuta"),
    ("Pristina", 42.6629, 21.1655, "XK", None, &["RS"], "Europe/Belgrade"),
    ("Nicosia", 35.1856, 33.3823, "CY", Some("CY-01"), &[], "Asia/Nicosia"),
    ("Reykjavík", 64.1466, -21.9426, "IS", Some("IS-1"), &[], "Atlantic/Reykjavik"),
    ("Nuuk", 64.1835, -51.7216, "GL", Some("GL-SM"), &["DK"], "America/Nuuk"),
    ("the South Pole", -90.0, 0.0, "AQ", None, &[], "Antarctica/McMurdo"),
    (
        "Riyadh with its numbers the other way round: Romania",
        46.6753,
        24.7136,
        "RO",
        Some("RO-MS"),
        &[],
        "Europe/Bucharest",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn forty_known_points_have_the_expected_regions() {
    let api = Api::start().await;
    let mut wrong = Vec::new();
    for (name, lat, lng, country, subdivision, also, zone) in POINTS {
        let found = region(&api, *lat, *lng).await.expect(200).json();
        let others: Vec<&str> = found["also"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|other| other["code"].as_str())
            .collect();
        let told = (
            &found["country"]["code"],
            &found["subdivision"]["code"],
            others.as_slice(),
            &found["timezone"],
        );
        if told != (&json!(country), &json!(subdivision), also, &json!(zone)) {
            wrong.push(format!("{name}: {found}"));
        }
    }
    assert!(POINTS.len() >= 40 && wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn international_waters_belong_to_no_country() {
    let api = Api::start().await;
    for (lat, lng) in [
        (10.0, -35.0),
        (-40.0, -120.0),
        (30.0, -45.0),
        (90.0, 0.0),
        (-50.0, 80.0),
        (0.0, 180.0),
        (0.0, -180.0),
    ] {
        assert_eq!(
            region(&api, lat, lng).await.error(),
            "404 not_found: Not found. [null]",
            "{lat} {lng}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn longitudes_180_and_minus_180_are_the_same() {
    let api = Api::start().await;
    let [east, west] = [180.0, -180.0].map(|lng| region(&api, -16.8, lng));
    let (east, west) = (east.await.expect(200).json(), west.await.expect(200).json());
    assert_eq!((&east, &east["country"]["code"]), (&west, &json!("FJ")));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_point_is_refused_with_all_its_errors() {
    let api = Api::start().await;
    let number = "400 invalid: A valid number is required.";
    let required = "400 required: This field is required.";
    for (query, error) in [
        ("", format!("{required} [lat]; {required} [lng]")),
        ("lat=24.7", format!("{required} [lng]")),
        ("lat=NaN&lng=nan", format!("{number} [lat]; {number} [lng]")),
        ("lat=inf&lng=-infinity", format!("{number} [lat]; {number} [lng]")),
        ("lat=&lng=x", format!("{required} [lat]; {number} [lng]")),
        ("lat=1e999&lng=0", format!("{number} [lat]")),
        (
            "lat=90.0000001&lng=-180.1",
            "400 max_value: Ensure this value is less than or equal to 90. [lat]; \
             400 min_value: Ensure this value is greater than or equal to -180. [lng]"
                .to_owned(),
        ),
        // The library would wrap it.
        (
            "lat=0&lng=540",
            "400 max_value: Ensure this value is less than or equal to 180. [lng]".to_owned(),
        ),
        // New York with swapped coordinates is in Antarctica; Los Angeles with swapped coordinates
        // is invalid.
        (
            "lat=-118.2&lng=34.05",
            "400 min_value: Ensure this value is greater than or equal to -90. [lat]".to_owned(),
        ),
    ] {
        assert_eq!(api.get(&format!("/api/region?{query}")).send().await.error(), error, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_come_in_the_requested_language_and_an_unchanged_answer_is_304() {
    let api = Api::start().await;
    let path = "/api/region/?lat=22.3193&lng=114.1694";
    let answer = api.get(path).header("accept-language", "ar").send().await.expect(200);
    assert_eq!(answer.header("content-language"), "ar");
    assert_eq!(answer.header("vary"), "Accept-Language, Accept");
    let expected = json!({
        "country": {"code": "HK", "name": "هونغ كونغ"}, "subdivision": null, "service_area": null,
        "timezone": "Asia/Hong_Kong", "also": [{"code": "CN", "name": "الصّين"}],
    });
    assert_eq!(answer.json(), expected);
    let again = api
        .get(path)
        .header("accept-language", "ar")
        .header("if-none-match", answer.header("etag"))
        .send()
        .await;
    assert!(again.expect(304).body.is_empty());
    let in_english: Value = api
        .get(&format!("{path}&lang=en"))
        .header("accept-language", "ar")
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(in_english["country"]["name"], "Hong Kong");
    let texas = region(&api, 33.0, -97.0).await.expect(200).json();
    assert_eq!(texas["subdivision"], json!({"code": "US-TX", "name": "Texas"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_place_on_land_has_its_subdivision() {
    let api = Api::start().await;
    for (lat, lng, code, name) in [
        (48.8566, 2.3522, "FR-75C", "Paris"),
        (35.6762, 139.6503, "JP-13", "Tokyo"),
        (24.7136, 46.6753, "SA-01", "Riyadh"),
        (-23.5505, -46.6333, "BR-SP", "São Paulo"),
        (6.5244, 3.3792, "NG-LA", "Lagos"),
        (41.0082, 28.9784, "TR-34", "Istanbul"),
        (43.7696, 11.2558, "IT-FI", "Florence"),
        (-1.2864, 36.8172, "KE-30", "Nairobi County"),
    ] {
        let found = region(&api, lat, lng).await.expect(200).json();
        assert_eq!(found["subdivision"], json!({"code": code, "name": name}));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disputed_place_has_the_country_that_iso_3166_lists_or_the_one_of_the_worldview() {
    for (worldview, simferopol, taipei, laayoune) in [
        ("", ["UA", "RU"], ["TW", "CN"], ["EH", "MA"]),
        ("RU", ["RU", "UA"], ["TW", "CN"], ["EH", "MA"]),
        ("CN", ["UA", "RU"], ["CN", "TW"], ["EH", "MA"]),
        ("MA", ["UA", "RU"], ["TW", "CN"], ["MA", "EH"]),
    ] {
        let api = Api::with(&[("Worldview", worldview)]).await;
        for (lat, lng, countries) in
            [(44.95, 34.10, simferopol), (25.033, 121.5654, taipei), (27.1418, -13.188, laayoune)]
        {
            let found = region(&api, lat, lng).await.expect(200).json();
            let told = [&found["country"]["code"], &found["also"][0]["code"]];
            assert_eq!(told, [&json!(countries[0]), &json!(countries[1])], "{worldview}");
        }
    }
}

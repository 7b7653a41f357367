//! Each type of value, with what it takes and what it refuses.

use super::*;
use crate::http::request::PhoneNumber;
use proptest::prelude::*;
use serde::Serialize;
use serde_json::json;

fn taken<R: Rule>(value: &Value) -> Result<R::Value, Violation> {
    R::read(value, &Context::at("2026-11-26T12:00:00Z".parse().unwrap()))
}

fn schema<R: Rule>() -> Value {
    serde_json::to_value(R::schema(&mut References::new())).unwrap()
}

#[test]
fn a_number_is_taken_for_a_text_and_other_types_are_not() {
    assert_eq!(taken::<Text>(&json!(14_155_550_123_u64)), Ok("14155550123".into()));
    for other in [json!(true), json!([]), json!({})] {
        assert_eq!(taken::<Text>(&other), Err(Violation::invalid("Not a valid string.")));
    }
}

#[test]
fn texts_are_trimmed_before_they_are_measured() {
    assert_eq!(taken::<Text<1, 3>>(&json!("  abc \n")), Ok("abc".into()));
    assert_eq!(taken::<Text<1, 3>>(&json!("手机号码")).unwrap_err().code, "max_length");
    assert_eq!(taken::<Text>(&json!("   ")).unwrap_err().code, "blank");
    assert_eq!(taken::<Text>(&json!("a\0b")).unwrap_err().code, "null_characters_not_allowed");
}

#[test]
fn whole_numbers_come_as_numbers_and_texts_and_within_their_bounds() {
    type Amount = Integer<1, 9_007_199_254_740_991>;
    for (sent, read) in [
        (json!(1), 1),
        (json!("12"), 12),
        (json!(" +7 "), 7),
        (json!(5.0), 5),
        (json!("5.00"), 5),
        (json!("007"), 7),
    ] {
        assert_eq!(taken::<Amount>(&sent), Ok(read), "{sent}");
    }
    for garbage in [
        json!(0.5),
        json!("1.5"),
        json!("1e3"),
        json!(""),
        json!("-"),
        json!("٣"),
        json!(true),
        json!([1]),
        json!("0x1"),
        json!(".0"),
    ] {
        assert_eq!(taken::<Amount>(&garbage).unwrap_err().code, "invalid", "{garbage}");
    }
    for low in [json!(0), json!(-1), json!("-99999999999999999999"), json!(-1e300)] {
        assert_eq!(taken::<Amount>(&low).unwrap_err().code, "min_value", "{low}");
    }
    for high in [
        json!(9_007_199_254_740_992_u64),
        json!(u64::MAX),
        json!("99999999999999999999"),
        json!(1e30),
    ] {
        assert_eq!(taken::<Amount>(&high).unwrap_err().code, "max_value", "{high}");
    }
    assert_eq!(taken::<Amount>(&json!("1".repeat(1_001))).unwrap_err().code, "max_string_length");
}

#[test]
fn numbers_are_finite_and_within_their_bounds() {
    type Latitude = Decimal<-90, 90>;
    for (sent, read) in
        [(json!(1), 1.0), (json!(" -24.5 "), -24.5), (json!("9e1"), 90.0), (json!(-90), -90.0)]
    {
        assert_eq!(taken::<Latitude>(&sent), Ok(read), "{sent}");
    }
    for garbage in [
        json!("NaN"),
        json!("-inf"),
        json!("infinity"),
        json!("1e999"),
        json!(""),
        json!("1,5"),
        json!("٣"),
        json!(true),
    ] {
        assert_eq!(taken::<Latitude>(&garbage).unwrap_err().code, "invalid", "{garbage}");
    }
    assert_eq!(
        taken::<Latitude>(&json!(90.000_001)).unwrap_err().detail,
        "Ensure this value is less than or equal to 90."
    );
    assert_eq!(
        taken::<Latitude>(&json!("-91")).unwrap_err().detail,
        "Ensure this value is greater than or equal to -90."
    );
    assert_eq!(taken::<Latitude>(&json!("1".repeat(1_001))).unwrap_err().code, "max_string_length");
}

#[test]
fn booleans_come_in_every_spelling() {
    for yes in [json!(true), json!("T"), json!("yes"), json!("ON"), json!(1)] {
        assert_eq!(taken::<Boolean>(&yes), Ok(true));
    }
    for no in [json!(false), json!("F"), json!("No"), json!("off"), json!("0")] {
        assert_eq!(taken::<Boolean>(&no), Ok(false));
    }
    assert!(taken::<Boolean>(&json!("perhaps")).is_err());
}

#[derive(Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Colour {
    DarkRed,
    #[serde(rename = "b")]
    Blue,
}

#[test]
fn choices_are_the_names_in_json() {
    assert_eq!(taken::<Choice<Colour>>(&json!("dark_red")), Ok(Colour::DarkRed));
    assert_eq!(taken::<Choice<Colour>>(&json!("b")), Ok(Colour::Blue));
    for (wrong, shown) in [(json!("DarkRed"), "DarkRed"), (json!(""), ""), (json!(5), "5")] {
        let refused = Violation::invalid_choice(shown);
        assert_eq!(taken::<Choice<Colour>>(&wrong), Err(refused), "{wrong}");
    }
    let mut references = References::new();
    <Choice<Colour>>::schema(&mut references);
    let described = serde_json::to_value(&references[0].1).unwrap();
    assert_eq!(described["enum"], json!(["dark_red", "b"]));
}

/// The answers of Django 5.2 on Python 3.11.
#[test]
fn days_come_in_the_forms_that_django_reads() {
    let day = |text: &str| text.parse::<Date>().unwrap();
    for (text, read) in [
        (" 2026-11-26 ", "2026-11-26"),
        ("2000-2-9", "2000-02-09"),
        ("2000-02-9", "2000-02-09"),
        ("2000-2-09", "2000-02-09"),
        ("٢٠٠٠-٢-٩", "2000-02-09"),
        ("20000209", "2000-02-09"),
        ("2000-W06", "2000-02-07"),
        ("2000-W06-3", "2000-02-09"),
        ("2000W06", "2000-02-07"),
        ("2000W063", "2000-02-09"),
        ("2004-W53-1", "2004-12-27"),
        ("2000-02-29", "2000-02-29"),
        ("0001-01-01", "0001-01-01"),
        ("9999-12-31", "9999-12-31"),
    ] {
        assert_eq!(taken::<Day>(&json!(text)), Ok(day(read)), "{text}");
    }
    for wrong in [
        json!("2026-02-30"),
        json!("1999-02-29"),
        json!("1900-2-29"),
        json!("0000-01-01"),
        json!("0000-1-1"),
        json!("00000101"),
        json!("2000-0-1"),
        json!("2000-13-1"),
        json!("2000-1-32"),
        json!("200-1-1"),
        json!("20000-1-1"),
        json!("+2000-1-1"),
        json!("-2000-1-1"),
        json!("-000001-1-1"),
        json!("2000-02-009"),
        json!("2000-0209"),
        json!("2000-039"),
        json!("2000-02"),
        json!("2000"),
        json!("2000/2/9"),
        json!("2000.2.9"),
        json!("9.2.2000"),
        json!("2000-W063"),
        json!("2000W06-3"),
        json!("2000-w06-3"),
        json!("2000-W53-1"),
        json!("2000-W06-0"),
        json!("2000-W06-8"),
        json!("2000-W6-3"),
        json!("0000-W01-1"),
        json!("2000-02-09T00:00:00Z"),
        json!("2000-02-09T00:00"),
        json!("2000-2-9-1"),
        json!("2000--9"),
        json!("2000- 2-9"),
        json!("手机号码-2-9"),
        json!(20_260_209),
        json!(true),
        json!([]),
        json!(""),
    ] {
        assert_eq!(taken::<Day>(&wrong).unwrap_err().code, "invalid", "{wrong}");
    }
}

#[test]
fn past_days_are_before_today() {
    let day = |text: &str| text.parse::<Date>().unwrap();
    assert_eq!(taken::<PastDay>(&json!("2026-11-25")), Ok(day("2026-11-25")));
    assert_eq!(taken::<PastDay>(&json!("0001-01-01")), Ok(day("0001-01-01")));
    for late in ["2026-11-26", "2026-11-27", "9999-12-31", "9999-W52-5"] {
        let refused = taken::<PastDay>(&json!(late)).unwrap_err();
        assert_eq!(refused.detail, "Ensure this date is in the past.", "{late}");
    }
}

#[test]
fn ids_are_uuids() {
    let id = "019aac3f-5d2b-7c11-9f0e-3a5b6c7d8e9f";
    let read_id = taken::<Id<crate::ids::CustomerId>>(&json!(format!(" {id} "))).unwrap();
    assert_eq!(read_id.to_string(), id);
    for wrong in [json!(""), json!("7"), json!(7), json!([id])] {
        let refused = Violation::invalid("Must be a valid UUID.");
        assert_eq!(taken::<Id<crate::ids::CustomerId>>(&wrong), Err(refused), "{wrong}");
    }
}

#[test]
fn a_test_number_need_not_be_valid() {
    assert!(taken::<PhoneNumber>(&json!("+14155550123")).is_ok());
    let refused = taken::<PhoneNumber>(&json!("+15550100")).unwrap_err();
    assert_eq!(refused.detail, "The phone number entered is not valid.");
    assert_eq!(taken::<PhoneNumber>(&json!(" ")).unwrap_err().code, "blank");
}

#[test]
fn the_bounds_in_the_document_are_those_of_the_reader() {
    assert_eq!(schema::<Text<0, 150>>(), json!({"type": "string", "maxLength": 150}));
    assert_eq!(schema::<Text>(), json!({"type": "string", "minLength": 1}));
    let number = json!({"type": "integer", "format": "int64", "minimum": -5, "maximum": 7});
    assert_eq!(schema::<Integer<-5, 7>>(), number);
    let number = json!({"type": "number", "format": "double", "minimum": -90, "maximum": 90});
    assert_eq!(schema::<Decimal<-90, 90>>(), number);
    assert_eq!(schema::<PastDay>(), json!({"type": "string", "format": "date"}));
}

proptest! {
    #[test]
    fn a_text_is_taken_just_where_its_schema_allows_it(text in "[ a-zé手]{0,8}") {
        type Bounded = Text<2, 4>;
        let schema = schema::<Bounded>();
        let length = text.trim().chars().count() as u64;
        let is_allowed = (schema["minLength"].as_u64().unwrap()
            ..=schema["maxLength"].as_u64().unwrap())
            .contains(&length);
        prop_assert_eq!(taken::<Bounded>(&json!(text)).is_ok(), is_allowed);
    }

    #[test]
    fn a_number_is_taken_just_where_its_schema_allows_it(number in -20_i64..20) {
        type Bounded = Integer<-5, 7>;
        let schema = schema::<Bounded>();
        let is_allowed = (schema["minimum"].as_i64().unwrap()
            ..=schema["maximum"].as_i64().unwrap())
            .contains(&number);
        prop_assert_eq!(taken::<Bounded>(&json!(number)).is_ok(), is_allowed);
        prop_assert_eq!(taken::<Bounded>(&json!(number.to_string())).is_ok(), is_allowed);
        prop_assert_eq!(taken::<Decimal<-5, 7>>(&json!(number)).is_ok(), is_allowed);
    }
}

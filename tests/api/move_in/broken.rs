//! Rows that cannot be taken: each is reported with its place, and does not keep the others from
//! moving in.

use harness::Api;
use local::move_in::{Mapping, MoveIn};
use serde_json::{Value, json};

use super::{
    MAPPING, SECRET, customers_items, destination,
    dump::{self, DumpFile, lines},
    work,
};

/// A row with one field replaced.
fn with(mut row: Value, field: &str, value: Value) -> Value {
    row["fields"][field] = value;
    row
}

fn without(mut row: Value, field: &str) -> Value {
    row["fields"].as_object_mut().expect("fields").remove(field);
    row
}

/// Customers with everything, of whom nothing is wrong.
fn sound() -> Vec<Value> {
    let mut rows = Vec::new();
    for pk in 1..=4 {
        rows.extend([
            dump::device(pk, pk, &format!("registration-{pk}")),
            dump::balance(pk, pk, "12.50", "USD"),
            dump::address(pk, pk),
            dump::profile(pk),
            dump::user(pk),
            dump::outstanding(pk, pk, &format!("spent-{pk}")),
            dump::blacklisted(pk, pk),
        ]);
    }
    rows
}

/// Each with the reason that the report gives.
fn broken() -> Vec<(String, &'static str)> {
    let row = |row: Value, reason| (row.to_string(), reason);
    let user = |pk: u64, field, value| with(dump::user(pk), field, value);
    let mut no_pk = dump::user(90);
    no_pk["pk"] = Value::Null;
    let with_phone = |pk: u64, phone: &str| user(pk, "phone", json!(phone));
    let mut far = dump::device(91, 1, "registration-91");
    far["pk"] = json!(4_294_967_296_u64);
    vec![
        (r#"{"model": "auth.user", "pk": 50, "fields": {"first"#.to_owned(), "not JSON"),
        ("[\"auth.user\", 50]".to_owned(), "no object of a dump"),
        row(no_pk, "pk: neither a number nor a text"),
        row(without(dump::user(51), "date_joined"), "joined: missing"),
        row(user(52, "date_joined", json!("last year")), "joined: no time as Django writes it"),
        row(
            user(53, "date_joined", json!("2031-01-01T00:00:00Z")),
            "joined: before 1970 or after the dump",
        ),
        row(user(54, "email", json!("amal at example")), "email: invalid"),
        row(user(55, "is_active", json!("yes")), "active: neither true nor false"),
        row(dump::user(56), "its user does not move in: no phone"),
        row(with_phone(57, "call me"), "phone: no number of any numbering plan"),
        row(
            with_phone(58, &dump::phone(1)),
            "phone: accounts.profile 100000001 has it, too, and keeps it",
        ),
        row(dump::user(2), "a second row of this user"),
        row(with(dump::profile(59), "birth_date", json!("2031-01-01")), "birth_date: invalid"),
        row(dump::profile(60), "user: not in the dump, or its row was refused"),
        row(
            with(dump::profile(61), "user", json!(["amal"])),
            "user: a natural key; dump without --natural-foreign",
        ),
        row(
            with(without(dump::profile(62), "phone"), "user", json!(1)),
            "a second profile of this user",
        ),
        row(
            with(dump::address(63, 1), "country", json!("Saudi Arabia")),
            "country: invalid_choice",
        ),
        row(with(dump::address(64, 1), "postal_code", json!("1")), "postal_code: invalid"),
        row(without(dump::address(65, 1), "city"), "city: required"),
        row(dump::balance(66, 1, "-3.00", "EUR"), "amount: below zero"),
        row(dump::balance(67, 1, "3.005", "EUR"), "amount: more decimals than the currency has"),
        row(dump::balance(68, 1, "3.00", "COINS"), "currency: no code of ISO 4217"),
        row(dump::balance(69, 1, "1.00", "USD"), "a second balance of this currency"),
        row(
            with(dump::device(70, 1, "registration-70"), "type", json!("pager")),
            "type: invalid_choice",
        ),
        row(dump::device(71, 1, ""), "registration_id: required"),
        row(far, "pk: no number from 1 to 2147483647"),
        row(with(dump::device(72, 1, "registration-72"), "user", Value::Null), "user: none"),
        row(
            with(dump::device(73, 1, "registration-2"), "active", json!(false)),
            "registration id: fcm_django.fcmdevice 2 has it, too, and keeps it",
        ),
        row(dump::blacklisted(74, 740), "token: the dump has no outstanding token with this key"),
        row(without(dump::outstanding(75, 1, "x"), "jti"), "jti: missing"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn each_broken_row_is_reported_with_its_line_and_the_others_move_in() {
    let broken = broken();
    assert!(broken.len() >= 20, "{}", broken.len());
    // Two sound rows before each broken one, as far as they reach.
    let mut sound_rows = sound().into_iter();
    let (mut text, mut expected, mut line) = (String::new(), Vec::new(), 0);
    for (row, reason) in &broken {
        let before: Vec<Value> = sound_rows.by_ref().take(1).collect();
        text += &lines(&before);
        line += before.len() + 1;
        text.push_str(row);
        text.push('\n');
        expected.push((line, *reason));
    }
    text += &lines(&sound_rows.collect::<Vec<_>>());
    let dump = DumpFile::new("broken", &text);
    let told = DumpFile::empty("broken-report");
    let work = MoveIn { report: Some(told.path().to_owned()), ..work(dump.path()) };
    let api = Api::start().await;
    let report = work.run(destination(&api, SECRET), |_| {}).await.unwrap();
    assert_eq!(report.moved, 4);

    let mut found: Vec<(usize, String)> = told.text().lines().map(place_and_reason).collect();
    found.sort();
    let found: Vec<_> = found.iter().map(|(line, reason)| (*line, reason.as_str())).collect();
    assert_eq!(found, expected);
    assert_eq!(report.refused, broken.len() as u64);

    let other = Api::start().await;
    let sound = DumpFile::new("sound", &lines(&sound()));
    let work = super::work(sound.path());
    let report = work.run(destination(&other, SECRET), |_| {}).await.unwrap();
    assert_eq!((report.moved, report.refused), (4, 0));
    assert_eq!(customers_items(&api).await, customers_items(&other).await);
}

fn place_and_reason(line: &str) -> (usize, String) {
    let told: Value = serde_json::from_str(line).expect("a line of JSON");
    let line = told["line"].as_u64().and_then(|line| line.try_into().ok()).expect("a line");
    (line, told["reason"].as_str().expect("a reason").to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_array_stops_the_run_before_the_first_write() {
    let text = dump::array(&sound());
    let dump = DumpFile::new("damaged", text.trim_end_matches(']').trim_end_matches('}'));
    let api = Api::start().await;
    let error = work(dump.path()).run(destination(&api, SECRET), |_| {}).await.err().unwrap();
    assert!(error.to_string().contains("the object in line 28 "), "{error}");
    assert_eq!(customers_items(&api).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_without_a_field_that_the_mapping_file_names_is_refused() {
    let dump = DumpFile::new("misnamed", &lines(&sound()));
    let told = DumpFile::empty("misnamed-report");
    let mapping = Mapping::replaced_by(&format!("{MAPPING}[user]\nfirst_name = \"vorname\"\n"));
    let work = MoveIn {
        report: Some(told.path().to_owned()),
        mapping: mapping.expect("a mapping"),
        ..work(dump.path())
    };
    let api = Api::start().await;
    let report = work.run(destination(&api, SECRET), |_| {}).await.unwrap();
    assert_eq!(report.moved, 0);
    let (_, reason) = place_and_reason(told.text().lines().next().expect("a line"));
    assert_eq!(reason, "first_name: no field vorname, which the mapping file names");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_users_with_one_phone_the_active_one_moves_in() {
    let of = |pk, active: bool| {
        with(with(dump::user(pk), "phone", json!(dump::phone(1))), "is_active", json!(active))
    };
    let dump = DumpFile::new("one-phone", &lines(&[of(1, false), of(2, true), of(3, true)]));
    let told = DumpFile::empty("one-phone-report");
    let work = MoveIn { report: Some(told.path().to_owned()), ..work(dump.path()) };
    let api = Api::start().await;
    let report = work.run(destination(&api, SECRET), |_| {}).await.unwrap();
    assert_eq!(report.moved, 1);
    let text = told.text();
    let refused: Vec<_> = text.lines().map(place_and_reason).collect();
    let reason = "phone: auth.user 2 has it, too, and keeps it".to_owned();
    assert_eq!(refused, [(1, reason.clone()), (3, reason)]);
}

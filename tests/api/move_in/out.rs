//! Moving out: what the old stack's `loaddata` reads.

use harness::Api;
use local::{
    move_in::{Mapping, MoveIn},
    move_out::{MoveOut, MoveOutError},
};
use serde_json::{Value, json};
use shared::{clock::Clock as _, hashes::Signer, store::Store};

use super::{
    MAPPING, SECRET, customers_items, destination,
    dump::{self, DumpFile, lines},
    move_in, work,
};

/// The first key of new rows, above those of all dumps here.
const KEYS_FROM: u64 = 200_000_001;

/// What moves out, as JSON lines or an array.
async fn out(api: &Api, secret: &str, is_lines: bool) -> String {
    let mapping = Mapping::replaced_by(MAPPING).expect("a mapping");
    out_by(api, secret, mapping, is_lines).await
}

fn moving_out(api: &Api, secret: &str, mapping: Mapping) -> MoveOut {
    MoveOut {
        store: Store { table: api.table() },
        signer: Signer::new(&secret.into()),
        mapping,
        now: api.clock.now(),
        is_lines: false,
        keys_from: Some(KEYS_FROM),
    }
}

/// Why it does not move out.
async fn refused(work: MoveOut) -> MoveOutError {
    let mut output = Vec::new();
    let refused = work.run(&mut output, |_, _| {}).await.expect_err("it does not move out");
    assert!(output.is_empty(), "nothing is written");
    refused
}

async fn out_by(api: &Api, secret: &str, mapping: Mapping, is_lines: bool) -> String {
    let work = MoveOut { is_lines, ..moving_out(api, secret, mapping) };
    let mut output = Vec::new();
    work.run(&mut output, |_, _| {}).await.expect("it moves out");
    String::from_utf8(output).expect("a text")
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_go_back_under_their_keys_and_new_ones_get_keys_of_their_own() {
    let api = Api::start().await;
    let rows = [
        dump::user(7),
        dump::profile(7),
        dump::device(30, 7, "registration-30"),
        dump::balance(40, 7, "12.50", "USD"),
    ];
    let first = DumpFile::new("out", &lines(&rows));
    move_in(&api, &work(first.path())).await;
    let secret = api.stack.secrets["HashSecret"].clone();
    let new = api.log_in(crate::PHONE).await;
    api.register(&new.access, "registration-new").await.expect(201);

    let rows: Vec<Value> = serde_json::from_str(&out(&api, &secret, false).await).unwrap();
    let of =
        |model: &str| -> Vec<&Value> { rows.iter().filter(|row| row["model"] == model).collect() };
    let keys = |model: &str| {
        let mut keys: Vec<u64> = of(model).iter().map(|row| row["pk"].as_u64().unwrap()).collect();
        keys.sort_unstable();
        keys
    };
    assert_eq!(keys("auth.user"), [7, KEYS_FROM]);
    assert_eq!(keys("accounts.profile"), [100_000_007, KEYS_FROM]);
    assert_eq!(keys("fcm_django.fcmdevice"), [30, KEYS_FROM]);
    assert_eq!(keys("wallet.balance"), [40]);
    let user = of("auth.user").into_iter().find(|row| row["pk"] == 7).unwrap();
    let expected = json!({"phone": dump::phone(7), "username": dump::phone(7), "password": "!",
        "first_name": "Amal 7", "last_name": "Haddad", "email": "amal7@example.org",
        "is_active": true, "date_joined": "2024-02-03T04:05:06.789Z",
        "last_login": "2026-10-01T08:00:00.000Z", "updated": "2024-02-03T04:05:06.789Z",
        "birth_date": "1990-05-06", "gender": "F", "language": "ar", "avatar_url": "",
        "marketing_opt_in": false});
    assert_eq!(user["fields"], expected);
    let profile = of("accounts.profile").into_iter().find(|row| row["fields"]["user"] == 7);
    assert_eq!(profile.unwrap()["fields"]["gender"], "F");
    let device = of("fcm_django.fcmdevice").into_iter().find(|row| row["pk"] == 30).unwrap();
    assert_eq!(device["fields"], dump::device(30, 7, "registration-30")["fields"]);
    let balance = &of("wallet.balance")[0]["fields"];
    assert_eq!(
        *balance,
        json!({"user": 7, "currency": "USD", "amount": "12.50",
        "updated": "2026-11-20T00:00:00.000Z"})
    );
    assert_eq!(out(&api, &secret, true).await.lines().count(), rows.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_moves_out_under_keys_that_may_be_taken() {
    let api = Api::start().await;
    let first = DumpFile::new("out-keys", &lines(&[dump::user(7), dump::profile(7)]));
    work(first.path()).run(destination(&api, SECRET), |_| {}).await.unwrap();
    let to = |keys_from| MoveOut {
        keys_from,
        ..moving_out(&api, SECRET, Mapping::replaced_by(MAPPING).unwrap())
    };
    let all = to(None).run(&mut Vec::new(), |_, _| {}).await.expect("no row is new");
    assert_eq!(all.customers, 1);
    api.log_in(crate::PHONE).await;
    assert!(matches!(refused(to(None)).await, MoveOutError::NoKeys));
    let taken = refused(to(Some(100_000_007))).await;
    assert!(matches!(taken, MoveOutError::KeysTaken(100_000_007)), "{taken}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_amount_that_the_mapping_cannot_say_stops_it() {
    let api = Api::start().await;
    let rows = [dump::user(7), dump::profile(7), dump::balance(40, 7, "1.005", "KWD")];
    let first = DumpFile::new("out-amounts", &lines(&rows));
    work(first.path()).run(destination(&api, SECRET), |_| {}).await.unwrap();
    for (line, expected) in [
        ("exponent = \"2\"", "an amount in KWD has more decimals than wallet.exponent"),
        ("fixed_currency = \"USD\"", "a balance is in KWD, not in wallet.fixed_currency"),
    ] {
        let mapping = Mapping::replaced_by(&format!("{MAPPING}[wallet]\n{line}\n")).unwrap();
        let told = refused(moving_out(&api, SECRET, mapping)).await.to_string();
        assert!(told.starts_with(expected), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_only_looks_like_a_number_stays_a_text() {
    let api = Api::start().await;
    let mut user = dump::user(7);
    user["pk"] = json!("007");
    let mut profile = dump::profile(7);
    profile["fields"]["user"] = json!("007");
    let first = DumpFile::new("out-text", &lines(&[user, profile]));
    work(first.path()).run(destination(&api, SECRET), |_| {}).await.unwrap();
    let rows: Vec<Value> = serde_json::from_str(&out(&api, SECRET, false).await).unwrap();
    assert_eq!((&rows[0]["pk"], &rows[1]["fields"]["user"]), (&json!("007"), &json!("007")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_moves_out_can_move_in_again() {
    let api = Api::start().await;
    let dump = DumpFile::of_users("out-and-in", 60);
    work(dump.path()).run(destination(&api, SECRET), |_| {}).await.unwrap();
    let other = Api::start().await;
    let file = DumpFile::new("out-again", &out(&api, SECRET, false).await);
    let report = work(file.path()).run(destination(&other, SECRET), |_| {}).await.unwrap();
    assert_eq!((report.moved, report.refused), (60, 0));
    let of = |items: Vec<String>, prefix: &str| -> Vec<String> {
        items.into_iter().filter(|item| item.contains(prefix)).collect()
    };
    let (here, there) = (customers_items(&api).await, customers_items(&other).await);
    for prefix in ["\"PROFILE#", "\"DEV#", "\"WALLET#"] {
        assert_eq!(of(here.clone(), prefix), of(there.clone(), prefix), "{prefix}");
    }
    assert_eq!(out(&Api::start().await, SECRET, false).await, "[]\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_may_have_the_primary_key_of_its_user() {
    let api = Api::start().await;
    let mut profile = dump::profile(7);
    profile["pk"] = json!(7);
    profile["fields"].as_object_mut().unwrap().remove("user");
    let file = DumpFile::new("own-key", &lines(&[profile, dump::user(7)]));
    let text = format!("{MAPPING}[profile]\nuser = \"pk\"\n");
    let mapping = Mapping::replaced_by(&text).unwrap();
    let moved = MoveIn { mapping: mapping.clone(), ..work(file.path()) };
    let report = moved.run(destination(&api, SECRET), |_| {}).await.unwrap();
    assert_eq!((report.moved, report.refused), (1, 0));
    let out: Vec<Value> =
        serde_json::from_str(&out_by(&api, SECRET, mapping, false).await).unwrap();
    assert_eq!((&out[1]["model"], &out[1]["pk"]), (&json!("accounts.profile"), &json!(7)));
    assert_eq!(out[1]["fields"]["phone"], dump::phone(7));
    assert_eq!(out[1]["fields"]["user"], json!(null));
}

//! What moved in, as its customers see it.

use harness::Api;
use serde_json::json;

use super::{
    customers_items, dump,
    dump::{DumpFile, array, lines},
    move_in, work,
};
use crate::wallet::audited;

#[tokio::test(flavor = "multi_thread")]
async fn customers_find_everything_that_they_had() {
    let api = Api::start().await;
    let dump = DumpFile::of_users("moved", 60);
    let report = move_in(&api, &work(dump.path())).await;
    assert_eq!((report.moved, report.refused), (60, 0));

    let phone = api.log_in(&dump::phone(60)).await;
    let profile = api.profile(&phone.access).await.expect(200).json();
    assert_eq!(profile["legacy_id"], "60");
    assert_eq!(profile["created"], "2024-02-03T04:05:06.789Z");
    assert_eq!(profile["phone"], dump::phone(60));
    assert_eq!(profile["email"], "amal60@example.org");
    assert_eq!((&profile["gender"], &profile["language"]), (&json!("female"), &json!("ar")));

    let devices = api.get("/api/devices/").bearer(&phone.access).send().await.expect(200).json();
    let expected = json!([{"id": 60, "name": "Amal's phone", "registration_id": "registration-60",
        "device_id": "device-60", "active": true, "date_created": "2024-03-04T05:06:07.123Z",
        "type": "android"}]);
    assert_eq!(devices, expected);

    let wallet = api.get("/api/wallet/").bearer(&phone.access).send().await.expect(200).json();
    assert_eq!(wallet["balances"][0]["available"], 1250);
    let entry = &wallet["entries"]["results"][0];
    assert_eq!(
        (&entry["type"], &entry["reference"]),
        (&json!("credit"), &json!("opening balance"))
    );
    let books = audited(&api).await;
    assert_eq!((books.wallets, books.entries, books.breaks.len()), (20, 20, 0));

    let addresses =
        api.get("/api/addresses/").bearer(&phone.access).send().await.expect(200).json();
    assert_eq!(addresses[0]["line1"], "7277 Olaya Street");
    assert_eq!(
        (&addresses[0]["phone"], &addresses[0]["is_default"]),
        (&json!("+966501234567"), &json!(true))
    );
    let sessions = api.get("/api/sessions/").bearer(&phone.access).send().await.expect(200).json();
    assert!(sessions.as_array().is_some_and(|all| !all.is_empty()), "{sessions}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_gets_pushes_before_its_phone_has_logged_in() {
    let api = Api::start().await;
    let dump = DumpFile::new(
        "pushed",
        &array(&[dump::device(7, 1, "registration-7"), dump::user(1), dump::profile(1)]),
    );
    move_in(&api, &work(dump.path())).await;
    api.publish(&json!({"id": "m1", "to": {"phone": dump::phone(1)}, "type": "general",
        "title": "Welcome", "body": "here"}));
    api.stack.deliver().await;
    assert_eq!(api.pushes_to("registration-7").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_writes_nothing_and_tells_the_same() {
    let api = Api::start().await;
    let taken = api.log_in(&dump::phone(2)).await;
    assert_eq!(taken.customer["phone"], dump::phone(2));
    let before = customers_items(&api).await;
    let rows: Vec<_> = (1..=3).flat_map(|pk| [dump::user(pk), dump::profile(pk)]).collect();
    let dump = DumpFile::new("dry", &lines(&rows));
    let told = |name: &str| DumpFile::empty(&format!("dry-report-{name}"));
    let (dry, real) = (told("dry"), told("real"));
    let rehearsal = local::move_in::MoveIn {
        is_rehearsal: true,
        report: Some(dry.path().to_owned()),
        ..work(dump.path())
    };
    let report = move_in(&api, &rehearsal).await;
    assert_eq!((report.moved, report.stayed, report.refused), (2, 1, 1));
    assert_eq!(customers_items(&api).await, before);

    let real_run =
        local::move_in::MoveIn { report: Some(real.path().to_owned()), ..work(dump.path()) };
    let report = move_in(&api, &real_run).await;
    assert_eq!((report.moved, report.stayed, report.refused), (2, 1, 1));
    assert_eq!(dry.text(), real.text());
    assert!(real.text().contains("phone: an account here has it"), "{}", real.text());
    assert!(!real.text().contains(&dump::phone(2)) && !real.text().contains("0000002"));
    api.clock.advance_seconds(61);
    assert_eq!(api.log_in(&dump::phone(2)).await.customer["id"], taken.customer["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_inactive_is_disabled_and_cannot_log_in() {
    let api = Api::start().await;
    let mut user = dump::user(1);
    user["fields"]["is_active"] = json!(false);
    let dump = DumpFile::new("inactive", &lines(&[user, dump::profile(1)]));
    move_in(&api, &work(dump.path())).await;
    let code = api.code_for(&dump::phone(1)).await;
    let answer = api.authenticate(&dump::phone(1), &code).await;
    assert_eq!(answer.status.as_u16(), 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_more_than_one_transaction_holds_moves_in_with_everything() {
    let api = Api::start().await;
    let mut rows = vec![dump::user(1), dump::profile(1)];
    rows.extend((1..=50).map(|pk| dump::device(pk, 1, &format!("registration-{pk}"))));
    rows.extend((1..=50).map(|pk| dump::address(pk, 1)));
    rows.extend((1..=120).map(|pk| dump::outstanding(pk, 1, &format!("spent-{pk}"))));
    rows.extend((1..=120).map(|pk| dump::blacklisted(pk, pk)));
    rows.extend(["USD", "EUR", "SAR"].map(|code| dump::balance(1, 1, "5.00", code)));
    let dump = DumpFile::new("large", &lines(&rows));
    let report = move_in(&api, &work(dump.path())).await;
    assert_eq!((report.moved, report.refused), (1, 0));
    let items = customers_items(&api).await;
    let count = |sort: &str| items.iter().filter(|item| item.contains(sort)).count();
    assert_eq!((count("DEVICE#"), count("ADDRESS#"), count("TOKEN#")), (50, 50, 120));
    assert_eq!((count("ENTRY#"), audited(&api).await.breaks.len()), (3, 0));
    let report = move_in(&api, &work(dump.path())).await;
    assert_eq!((report.unchanged, report.refused), (1, 0));
    assert_eq!(customers_items(&api).await, items);
}

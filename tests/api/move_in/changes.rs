//! A second, newer dump.

use harness::Api;
use local::move_in::MoveIn;
use serde_json::{Value, json};

use super::{
    customers_items,
    dump::{self, DumpFile, lines},
    move_in, work,
};

fn with(mut row: Value, field: &str, value: Value) -> Value {
    row["fields"][field] = value;
    row
}

/// The rows of a customer.
fn rows(pk: u64) -> Vec<Value> {
    vec![
        dump::user(pk),
        dump::profile(pk),
        dump::device(pk, pk, &format!("registration-{pk}")),
        dump::balance(pk, pk, "10.00", "USD"),
        dump::address(pk, pk),
    ]
}

async fn moved(api: &Api, name: &str, rows: &[Value]) -> String {
    let dump = DumpFile::new(name, &lines(rows));
    move_in(api, &work(dump.path())).await.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_old_stack_changed_is_taken_over() {
    let api = Api::start().await;
    moved(&api, "changes-first", &rows(1)).await;
    let second = [
        with(dump::user(1), "first_name", json!("Amina")),
        dump::profile(1),
        with(dump::device(1, 1, "registration-1"), "name", json!("Old phone")),
        dump::device(9, 1, "registration-9"),
        dump::balance(1, 1, "12.50", "USD"),
        with(dump::address(1, 1), "line1", json!("1 King Road")),
        dump::address(2, 1),
    ];
    let told = moved(&api, "changes-second", &second).await;
    assert!(told.contains("0 moved in, 1 changed, 0 unchanged, 0 not moved; 0 rows"), "{told}");
    assert!(told.contains("the dump has no refresh tokens"), "{told}");
    let phone = api.log_in(&dump::phone(1)).await;
    assert_eq!(phone.customer["first_name"], "Amina");
    let get = async |path| api.get(path).bearer(&phone.access).send().await.expect(200).json();
    let devices = get("/api/devices/").await;
    let shown: Vec<_> = devices.as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(shown, ["Amal's phone", "Old phone"]);
    let wallet = get("/api/wallet/").await;
    assert_eq!(wallet["balances"][0]["available"], 1250);
    assert_eq!(wallet["entries"]["results"].as_array().unwrap().len(), 2);
    let addresses = get("/api/addresses/").await;
    let lines: Vec<_> = addresses.as_array().unwrap().iter().map(|one| &one["line1"]).collect();
    assert_eq!(lines, ["1 King Road", "7277 Olaya Street"]);

    let before = customers_items(&api).await;
    let told = moved(&api, "changes-again", &second).await;
    assert!(told.contains("0 changed, 1 unchanged"), "{told}");
    assert_eq!(customers_items(&api).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_customer_changed_here_stays() {
    let api = Api::start().await;
    moved(&api, "kept-first", &rows(1)).await;
    let phone = api.log_in(&dump::phone(1)).await;
    let name = json!({"first_name": "Mine"});
    api.patch("/api/customer/").bearer(&phone.access).json(&name).send().await.expect(200);
    api.register(&phone.access, "registration-1").await.expect(200);
    let debit = json!({"type": "debit", "amount": 100, "currency": "USD"});
    let debit = api.patch("/api/wallet/").bearer(&phone.access).json(&debit);
    debit.header("idempotency-key", "k").send().await.expect(200);

    let second = [
        with(dump::user(1), "first_name", json!("Theirs")),
        dump::profile(1),
        dump::device(2, 1, "registration-2"),
        dump::balance(1, 1, "20.00", "USD"),
        dump::address(1, 1),
    ];
    let told = moved(&api, "kept-second", &second).await;
    assert!(told.contains("1 rows refused, 2 changes left"), "{told}");
    let get = async |path| api.get(path).bearer(&phone.access).send().await.expect(200).json();
    assert_eq!(get("/api/customer/").await["first_name"], "Mine");
    assert_eq!(get("/api/wallet/").await["balances"][0]["available"], 900);
    let devices = get("/api/devices/").await;
    let ids: Vec<_> = devices.as_array().unwrap().iter().map(|one| &one["id"]).collect();
    assert_eq!(ids, [2, 1], "the phone that logged in here, and the new one: {devices}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_the_customer_renamed_here_keeps_its_name() {
    let api = Api::start().await;
    moved(&api, "renamed-first", &rows(1)).await;
    let phone = api.log_in(&dump::phone(1)).await;
    let name = json!({"name": "Mine"});
    let path = "/api/devices/registration-1/";
    api.patch(path).bearer(&phone.access).json(&name).send().await.expect(200);
    let mut second = rows(1);
    second[2] = with(second[2].clone(), "name", json!("Theirs"));
    let told = moved(&api, "renamed-second", &second).await;
    assert!(told.contains("0 rows refused, 1 changes left"), "{told}");
    let devices = api.get("/api/devices/").bearer(&phone.access).send().await.expect(200).json();
    assert_eq!(devices[0]["name"], "Mine");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_does_not_slow_down_customers_who_have_not_changed() {
    let api = Api::start().await;
    let dump = DumpFile::of_users("rate", 40);
    move_in(&api, &work(dump.path())).await;
    let slow = MoveIn { rate: Some(1), ..work(dump.path()) };
    #[expect(clippy::disallowed_methods, reason = "how long it really takes")]
    let started = std::time::Instant::now();
    assert_eq!(move_in(&api, &slow).await.unchanged, 40);
    assert!(started.elapsed().as_secs() < 20, "it would take 39 seconds");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_is_gone_there_is_gone_here_and_who_is_disabled_there_is_so_here() {
    let api = Api::start().await;
    moved(&api, "gone-first", &[rows(1), rows(2)].concat()).await;
    let second = [
        with(dump::user(1), "is_active", json!(false)),
        dump::profile(1),
        dump::user(2),
        dump::profile(2),
        dump::device(2, 2, "registration-2"),
    ];
    let told = moved(&api, "gone-second", &second).await;
    assert!(told.contains("1 changed, 1 unchanged") || told.contains("2 changed"), "{told}");
    let items = customers_items(&api).await.join("\n");
    assert!(!items.contains("registration-1") && items.contains("registration-2"));
    let code = api.code_for(&dump::phone(1)).await;
    assert_eq!(api.authenticate(&dump::phone(1), &code).await.status.as_u16(), 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_deleted_the_account_here_does_not_come_back() {
    let api = Api::start().await;
    let first = [dump::user(1), dump::profile(1)];
    moved(&api, "left-first", &first).await;
    let phone = api.log_in(&dump::phone(1)).await;
    let delete = api.delete("/api/customer/").bearer(&phone.access).json(&json!({}));
    delete.send().await.expect(204);
    let told = moved(&api, "left-again", &first).await;
    assert!(told.contains("0 moved in") && told.contains("1 unchanged"), "{told}");
    crate::cleanup::clean_up(&api).await;
    let items = customers_items(&api).await.join("\n");
    assert!(!items.contains("LEGACY#") && !items.contains("PROFILE#"), "{items}");
    let changed = [with(dump::user(1), "first_name", json!("Amina")), dump::profile(1)];
    let told = moved(&api, "left-changed", &changed).await;
    assert!(told.contains("1 not moved"), "{told}");
    let told = moved(&api, "left-later", &first).await;
    assert!(told.contains("0 moved in") && told.contains("1 unchanged"), "{told}");
    api.clock.advance_seconds(61);
    assert_eq!(api.log_in(&dump::phone(1)).await.customer["legacy_id"], json!(null));
}

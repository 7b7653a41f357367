//! The measured units of what no operation's median request shows: requests of another kind, and
//! work that no request does. `cargo run -- costs --customers N` makes a bill of them.

use std::{collections::BTreeMap, fs};

use harness::{Api, phone::LoggedIn};
use http::Method;
use local::costs::{Case, Counted};
use serde_json::{Value, json};
use shared::deadline::Deadline;

use crate::repository::root;

const FILE: &str = "functions/local/src/costs/cases.json";
const REWRITE: &str = "UPDATE_COSTS=1 cargo test -p api-tests --test contract the_committed_costs";
const DAY: i64 = 86_400;
const PHONE: &str = "+14155550123";
/// The ranges of the pushes of a message to all, each a page here.
const PAGES: f64 = 256.0;

#[tokio::test(flavor = "multi_thread")]
#[expect(
    clippy::disallowed_methods,
    reason = "UPDATE_COSTS is a switch of this test, not a setting of the product"
)]
async fn the_committed_costs_of_cases_match_the_measured_ones() {
    let mut measured = Measured::new();
    requests(&mut measured).await;
    messages(&mut measured).await;
    pushes(&mut measured).await;
    clean_ups(&mut measured).await;
    let measured: BTreeMap<&str, Counted> =
        measured.into_iter().map(|(case, counted)| (Case::name(case), counted)).collect();
    let made = serde_json::to_string_pretty(&measured).expect("JSON") + "\n";
    let file = root().join(FILE);
    if std::env::var_os("UPDATE_COSTS").is_some() {
        fs::write(&file, &made).expect("cases.json can be written");
    }
    let committed = fs::read_to_string(&file).expect("cases.json can be read");
    assert_eq!(
        committed, made,
        "{FILE} differs from what is measured. Update it with\n  {REWRITE}"
    );
}

type Measured = Vec<(Case, Counted)>;

/// What the calls since the last reset consumed.
fn counted(api: &Api) -> Counted {
    let cost = api.wire.cost();
    let calls = u32::try_from(api.wire.calls().len()).expect("few calls");
    // The sum of nothing is the negative zero.
    Counted { calls, read_units: cost.read_units + 0.0, write_units: cost.write_units + 0.0 }
}

/// What each of `times` things added to what was consumed without them.
fn each(with: Counted, without: Counted, times: f64) -> Counted {
    let thousandths = |units: f64| (units / times * 1e3).round() / 1e3;
    // A thing can save a call that another one makes.
    let more = f64::from(with.calls.saturating_sub(without.calls)) / times;
    Counted {
        calls: format!("{more:.0}").parse().expect("a small number"),
        read_units: thousandths(with.read_units - without.read_units),
        write_units: thousandths(with.write_units - without.write_units),
    }
}

async fn requests(measured: &mut Measured) {
    let api = Api::start().await;
    api.count_a_code_in_each_shard().await;
    api.log_in(PHONE).await;
    api.clock.advance_seconds(60);
    api.stack.prepare().await;
    api.wire.reset();
    let code = api.code_for(PHONE).await;
    measured.push((Case::KnownNetworkCode, counted(&api)));
    api.wire.reset();
    let tokens = api.authenticate(PHONE, &code).await.expect(200);
    measured.push((Case::LaterLogIn, counted(&api)));

    let access = api.refresh(&tokens.text("refresh")).await.expect(200).text("access");
    let read = async || {
        api.wire.reset();
        api.profile(&access).await.expect(200);
        counted(&api)
    };
    let (first, later) = (read().await, read().await);
    measured.push((Case::Acknowledgement, each(first, later, 1.0)));

    api.register(&access, "t").await.expect(201);
    api.wire.reset();
    api.register(&access, "t").await.expect(200);
    measured.push((Case::UnchangedRegistration, counted(&api)));

    for (case, path) in [
        (Case::WarmAppInfo, "/api/app-info/"),
        (Case::WarmRegion, "/api/region/?lat=24.7&lng=46.7"),
    ] {
        api.get(path).send().await.expect(200);
        api.wire.reset();
        api.get(path).send().await.expect(200);
        measured.push((case, counted(&api)));
    }
}

async fn messages(measured: &mut Measured) {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    let deliver = async |id: &str| {
        api.wire.reset();
        api.notify(&phone, id, "Hello").await;
        counted(&api)
    };
    deliver("first").await;
    measured.push((Case::MessageWithoutDevice, deliver("second").await));
    api.register(&phone.access, "t").await.expect(201);
    // The first push makes the endpoint.
    deliver("third").await;
    measured.push((Case::MessageToOne, deliver("fourth").await));
}

async fn pushes(measured: &mut Measured) {
    let api = Api::with(&[("FanOutRate", "0")]).await;
    let fed = api.stack.queue_consumer().expect("a consumer").clone();
    let queue = api.stack.queue.clone().expect("a queue");
    let join = async |number: u32| {
        let phone = api.log_in(&format!("+1415555{:04}", 200 + number)).await;
        api.register(&phone.access, &format!("t{number}")).await.expect(201);
        api.notify(&phone, &format!("to{number}"), "Hello").await;
    };
    let publish = async |id: &str| {
        api.clock.advance_seconds(1);
        api.publish(&json!({"id": id, "to": {"all": true}, "title": "News"}));
        api.wire.reset();
        queue.deliver_batch(&fed).await;
        let published = counted(&api);
        api.wire.reset();
        api.stack.deliver().await;
        (published, counted(&api))
    };
    join(0).await;
    publish("first").await;
    let (published, one) = publish("second").await;
    measured.push((Case::MessageToAll, published));
    for number in 1..6 {
        join(number).await;
    }
    let (_, six) = publish("third").await;
    let customer = each(six, one, 5.0);
    measured.push((Case::PushedCustomer, customer));
    measured.push((Case::PageOfPushes, each(one, customer, PAGES)));
}

async fn clean_ups(measured: &mut Measured) {
    let api = Api::with(&[("AccessTokenSeconds", "864000"), ("AuditEntries", "0")]).await;
    let phone = api.log_in(PHONE).await;
    let clean_up = async || {
        api.wire.reset();
        let scheduled = api.stack.scheduled().first().expect("the clean-up is scheduled");
        let (app, handle) = (scheduled.target.app.clone(), scheduled.target.consumer.handle);
        handle(app, json!({}), Deadline::none()).await.expect("a run");
        counted(&api)
    };
    clean_up().await;
    let idle = clean_up().await;
    measured.push((Case::IdleCleanUp, idle));
    api.wire.reset();
    let scheduled = api.stack.scheduled().first().expect("the clean-up is scheduled");
    scheduled.target.handle(json!({"stage": "messages"})).await.expect("a run");
    measured.push((Case::IdleMessageRun, counted(&api)));

    let credit = json!({
        "type": "credit", "amount": 100, "currency": "USD", "customer_id": phone.customer["id"],
    });
    move_money(&api, &api.operator_token(&credit), &credit).await;
    api.clock.advance_seconds(DAY);
    clean_up().await;
    let debit = json!({"type": "debit", "amount": 1, "currency": "USD"});
    // A day later the function reads again whether the API is closed, and the public keys with its
    // first request.
    api.stack.prepare().await;
    api.get("/api/wallet/").bearer(&phone.access).send().await.expect(200);
    let first = move_money(&api, &phone.access, &debit).await;
    let later = move_money(&api, &phone.access, &debit).await;
    measured.push((Case::MovedMark, each(first, later, 1.0)));
    api.clock.advance_seconds(DAY);
    let audited = clean_up().await;
    measured.push((Case::WalletAudit, each(audited, idle, 1.0)));

    live_and_leave(&api).await;
    measured.push((Case::Erasure, each(clean_up().await, idle, 1.0)));
}

async fn move_money(api: &Api, token: &str, body: &Value) -> Counted {
    // Each movement needs a key of its own.
    api.clock.advance_seconds(1);
    let key = api.stack.state("wallet").expect("wallet runs").now().to_string();
    api.wire.reset();
    let request = api.request(Method::PATCH, "/api/wallet/").bearer(token);
    request.header("idempotency-key", &key).json(body).send().await.expect(200);
    counted(api)
}

/// A customer with a device, an address and ten notifications deletes the account.
async fn live_and_leave(api: &Api) {
    let phone: LoggedIn = api.log_in("+14155550124").await;
    api.register(&phone.access, "t").await.expect(201);
    let address = json!({
        "line1": "7277 Olaya Street", "city": "Riyadh", "postal_code": "12271", "country": "SA",
    });
    api.post("/api/addresses/").bearer(&phone.access).json(&address).send().await.expect(201);
    for number in 0..10 {
        api.notify(&phone, &format!("m{number}"), "Hello").await;
    }
    api.delete("/api/customer/").bearer(&phone.access).send().await.expect(204);
}

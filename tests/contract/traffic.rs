//! Sends requests that make every operation take each of its paths, and records each call to the
//! table and to SNS.

mod accounts;
pub mod documented;
mod petstore;

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::{Client, config::Intercept};
use harness::{Api, clock::HandClock, log::KeptLog, phone::LoggedIn, wire::Wire};
use jiff::SignedDuration;
use local::{
    areas_admin::AreasAdmin,
    content_admin::ContentAdmin,
    functions::groups,
    publication::Publication as _,
    stack::{Stack, StackOptions},
};
use serde_json::{Value, json};
use shared::{aws::Clients, clock::Clock, settings::Settings, store::Store};
use tokio::sync::OnceCell;
use tracing::instrument::WithSubscriber as _;

use crate::{
    recorder::{Recorder, Seen},
    records::item_as_json,
    repository::template,
};

/// What all operations did. Recorded once for all tests.
#[derive(Debug)]
pub struct Traffic {
    /// The calls to the table and to SNS.
    pub seen: Seen,
    /// The lines of the log.
    pub log: Vec<Value>,
    /// How many of them are before those of the document's examples.
    pub usual: usize,
}

/// The recorded traffic.
pub async fn of_all_operations() -> &'static Traffic {
    static SEEN: OnceCell<Traffic> = OnceCell::const_new();
    let recorded = async {
        let log = KeptLog::default();
        let (seen, usual) = record(&log).with_subscriber(log.subscriber()).await;
        Traffic { seen, log: log.lines(), usual }
    };
    SEEN.get_or_init(|| recorded).await
}

async fn record(log: &KeptLog) -> (Seen, usize) {
    let seen = Arc::new(Mutex::new(Seen::default()));
    let clock = Arc::new(HandClock::default());
    start_each_function_as_the_first(&seen).await;
    let api =
        Api { stack: recorded_stack(&seen, clock.clone()).await, clock, wire: Wire::default() };
    api.stack.prepare().await;
    api.count_a_code_in_each_shard().await;
    accounts::log_in_and_change_the_profile(&api).await;
    accounts::refresh_repeat_and_replay(&api).await;
    accounts::exchange_tokens_of_the_old_stack(&api).await;
    accounts::send_a_code_to_change_something(&api).await;
    accounts::log_out_in_every_way(&api).await;
    accounts::fail_to_send_a_code(&api).await;
    accounts::change_the_phone_and_delete_the_account(&api).await;
    register_change_and_move_devices(&api).await;
    receive_and_clear_notifications(&api).await;
    read_the_app_information(&api).await;
    manage_addresses(&api).await;
    move_money_and_delete_the_account(&api).await;
    take_a_credit_back(&api).await;
    petstore::use_it(&api).await;
    accounts::log_in_from_more_networks_than_are_kept(&api).await;
    advance_the_clock_and_clean_up(&api).await;
    documented::send_the_sample_events(&api).await;
    let usual = log.lines().len();
    if documented::send_the_documented_examples(&api, log).await {
        clean_up(&api).await;
    }
    accounts::write_what_is_rare(&api).await;
    publish_to_some(&api).await;
    let stored = api.items().await;
    drop(api);
    let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    seen.put.extend(stored.iter().map(item_as_json));
    (seen.clone(), usual)
}

/// The first function to start does work that the others skip, so each one starts first once.
async fn start_each_function_as_the_first(seen: &Arc<Mutex<Seen>>) {
    for (group, _) in groups() {
        let stack = recorded_stack(seen, Arc::new(HandClock::default())).await;
        stack.state(group).expect("the launcher runs every group").prepare().await;
    }
}

async fn register_change_and_move_devices(api: &Api) {
    let (amal, basma) = (api.log_in("+14155550110").await, api.log_in("+14155550111").await);
    let keyed = |phone: &LoggedIn, token: &str| {
        let body = json!({"registration_id": token, "type": "ios"});
        api.post("/api/devices/").bearer(&phone.access).header("idempotency-key", "k1").json(&body)
    };
    keyed(&amal, "one").send().await.expect(201);
    keyed(&amal, "one").send().await.expect(201);
    keyed(&basma, "one").send().await.expect(200);
    api.get("/api/devices/").bearer(&basma.access).send().await.expect(200);
    api.get("/api/devices/one/").bearer(&basma.access).send().await.expect(200);
    let whole = json!({"registration_id": "one", "type": "ios"});
    let put = api.put("/api/devices/one/").bearer(&basma.access).json(&whole);
    put.header("x-app-version", "2.1").send().await.expect(200);
    for patch in [json!({"name": "x"}), json!({"registration_id": "two"})] {
        api.patch("/api/devices/one/").bearer(&basma.access).json(&patch).send().await.expect(200);
    }
    api.delete("/api/devices/two/").bearer(&basma.access).send().await.expect(204);
    // Log-ins with a device: a new one, the customer's own, and one of another customer.
    for (phone, status) in [("+14155550112", 201), ("+14155550112", 200), ("+14155550113", 201)] {
        api.clock.advance_seconds(61);
        let code = api.code_for(phone).await;
        let device = json!({"platform": "ios", "registration_id": "three"});
        let body =
            json!({"phone": phone, "challenge": code.challenge, "otp": code.otp, "device": device});
        api.post("/api/customer/authenticate/").json(&body).send().await.expect(status);
    }
}

async fn receive_and_clear_notifications(api: &Api) {
    let phone = api.log_in("+14155550114").await;
    api.register(&phone.access, "four").await.expect(201);
    api.publish(&json!({"id": "m1", "to": {"phone": "+14155550114"}, "title": "One"}));
    for n in 2..5 {
        api.notify(&phone, &format!("m{n}"), "More").await;
    }
    // A second apart, so that the order is the same in each run.
    api.clock.advance_seconds(1);
    for n in 5..8 {
        api.publish(&json!({"id": format!("m{n}"), "to": {"all": true}, "title": "All"}));
        api.stack.deliver().await;
    }
    api.clock.advance_seconds(1);
    // Pages as an earlier version published them.
    for shard in table::SHARDS.chars() {
        let to = json!({"all": true, "shard": shard, "after": null});
        api.publish(&json!({"id": "old", "to": to, "title": "Old"}));
    }
    api.stack.deliver().await;
    let inbox = api.inbox(&phone.access).await;
    let id = |n: usize| inbox["results"][n]["id"].as_str().expect("an id").to_owned();
    for (path, body) in [
        ("/api/notifications/read/", json!({"ids": [id(0)]})),
        ("/api/notifications/read/", json!({"ids": [id(2)]})),
        ("/api/notifications/bulk-delete/", json!({"ids": [id(4)]})),
        ("/api/notifications/bulk-delete/", json!({"ids": [id(1)]})),
        ("/api/notifications/read/", json!({"all": true})),
    ] {
        api.post(path).bearer(&phone.access).json(&body).send().await.expect(200);
    }
    api.delete(&format!("/api/notifications/{}/", id(5)))
        .bearer(&phone.access)
        .send()
        .await
        .expect(204);
    let all = json!({"all": true});
    api.delete("/api/notifications/").bearer(&phone.access).json(&all).send().await.expect(200);
    api.get("/api/customer/export/").bearer(&phone.access).send().await.expect(200);
    // A device with a disabled endpoint is deactivated, and activated when it registers again.
    api.stack.recorder.endpoints(|all| all.disable("four"));
    api.notify(&phone, "m6", "In vain").await;
    api.register(&phone.access, "four").await.expect(200);
    api.notify(&phone, "m7", "Again").await;
    // Pushes that the customer has switched off, and one that needs consent.
    let off = json!({"types": {"offers": false}});
    let preferences = api.patch("/api/notifications/preferences/").bearer(&phone.access);
    preferences.json(&off).send().await.expect(200);
    for kind in ["offers", "marketing"] {
        let to = json!({"phone": "+14155550114"});
        api.publish(&json!({"id": kind, "to": to, "type": kind, "title": kind}));
        api.stack.deliver().await;
    }
    // No message, which is a dead letter in the end.
    api.stack.queue.as_ref().expect("a queue").send("no message".to_owned());
    api.stack.deliver().await;
    for _ in 0..4 {
        api.deliver_again().await;
    }
}

/// While such a message lives, lists cost more, so it is the last one.
async fn publish_to_some(api: &Api) {
    let phone = api.log_in("+14155550127").await;
    api.register(&phone.access, "six").await.expect(201);
    api.clock.advance_seconds(1);
    let some = json!({"all": true, "country": "US"});
    api.publish(&json!({"id": "m8", "to": some, "title": "Some"}));
    let few = json!({"all": true, "country": "US", "language": "en", "platform": "ios",
        "minimum_version": "2.1"});
    api.publish(&json!({"id": "m9", "to": few, "silent": true}));
    api.stack.deliver().await;
    assert_eq!(api.inbox_titles(&phone.access).await[0], "Some");
}

async fn read_the_app_information(api: &Api) {
    ContentAdmin::new(Store::new(api.dynamodb(), &api.table_name()))
        .publish_if_empty(app_info::SAMPLE, api.clock.now())
        .await
        .expect("filled");
    for _ in 0..3 {
        api.get("/api/app-info/").send().await.expect(200);
    }
}

async fn manage_addresses(api: &Api) {
    let areas = AreasAdmin::new(Store::new(api.dynamodb(), &api.table_name()));
    let ring = [[46.0, 24.0], [47.0, 24.0], [47.0, 25.0], [46.0, 25.0], [46.0, 24.0]];
    let file = json!({
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature", "id": "riyadh", "properties": {"name": "Riyadh"},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            },
        ],
    });
    let draft = areas.draft(&file.to_string(), api.clock.now()).await.expect("the file is right");
    areas.publish(&draft).await.expect("published");
    api.get("/api/region/?lat=24.7&lng=46.7").send().await.expect(200);
    let access = api.log_in("+14155550120").await.access;
    let body = json!({
        "line1": "7277 Olaya Street", "city": "Riyadh", "postal_code": "12271", "country": "SA",
    });
    let mut ids = Vec::new();
    for key in ["k1", "k2", "k2"] {
        let request =
            api.post("/api/addresses/").bearer(&access).header("idempotency-key", key).json(&body);
        ids.push(request.send().await.expect(201).text("id"));
    }
    let second = format!("/api/addresses/{}/", ids[1]);
    for patch in [json!({"label": "Home"}), json!({"is_default": true})] {
        api.patch(&second).bearer(&access).json(&patch).send().await.expect(200);
    }
    api.get("/api/addresses/").bearer(&access).send().await.expect(200);
    api.get("/api/customer/export/").bearer(&access).send().await.expect(200);
    for id in ids.iter().take(2).rev() {
        api.delete(&format!("/api/addresses/{id}/")).bearer(&access).send().await.expect(204);
    }
}

async fn move_money_and_delete_the_account(api: &Api) {
    let phone = api.log_in("+14155550119").await;
    let mut key = 0;
    let mut send = async |token: &str, body: Value| {
        key += 1;
        let request =
            api.patch("/api/wallet/").bearer(token).header("idempotency-key", &format!("k{key}"));
        request.json(&body).send().await
    };
    let customer = &phone.customer["id"];
    let credit =
        json!({"type": "credit", "amount": 100, "currency": "USD", "customer_id": customer});
    let operator = api.operator_token(&credit);
    let entry = send(&operator, credit).await.expect(200).json()["entry"]["id"].clone();
    let amount = json!({"type": "hold", "amount": 10, "currency": "USD"});
    for kind in ["capture", "release"] {
        let hold =
            send(&phone.access, amount.clone()).await.expect(200).json()["entry"]["id"].clone();
        send(&phone.access, json!({"type": kind, "amount": 10, "hold_id": hold})).await.expect(200);
    }
    for _ in 0..8 {
        send(&phone.access, json!({"type": "debit", "amount": 1, "currency": "USD"}))
            .await
            .expect(200);
    }
    send(&phone.access, json!({"type": "debit", "amount": 1_000, "currency": "USD"}))
        .await
        .expect(422);
    let reverse = json!({"type": "reverse", "entry_id": entry, "customer_id": customer});
    send(&api.operator_token(&reverse), reverse).await.expect(422);
    api.get("/api/wallet/").bearer(&phone.access).send().await.expect(200);
    api.get("/api/customer/export/").bearer(&phone.access).send().await.expect(200);
    let address = json!({
        "line1": "1 Main Street", "city": "Springfield", "postal_code": "62701", "country": "US",
    });
    api.post("/api/addresses/").bearer(&phone.access).json(&address).send().await.expect(201);
    let forfeit = json!({"forfeit": true});
    api.delete("/api/customer/").bearer(&phone.access).json(&forfeit).send().await.expect(204);
}

/// With as many debits that the middle of all movements stays a debit.
async fn take_a_credit_back(api: &Api) {
    let phone = api.log_in("+14155550128").await;
    let mut key = 0;
    let mut send = async |token: &str, body: Value| {
        key += 1;
        let request =
            api.patch("/api/wallet/").bearer(token).header("idempotency-key", &format!("r{key}"));
        request.json(&body).send().await.expect(200).json()["entry"]["id"].clone()
    };
    let customer = &phone.customer["id"];
    let credit = json!({"type": "credit", "amount": 9, "currency": "USD", "customer_id": customer});
    send(&api.operator_token(&credit), credit.clone()).await;
    let entry = send(&api.operator_token(&credit), credit.clone()).await;
    let reverse = json!({"type": "reverse", "entry_id": entry, "customer_id": customer});
    send(&api.operator_token(&reverse), reverse).await;
    for _ in 0..6 {
        send(&phone.access, json!({"type": "debit", "amount": 1, "currency": "USD"})).await;
    }
}

/// Some customers were deleted before. Of the others, devices are unseen and sessions have ended,
/// except one that is used.
async fn advance_the_clock_and_clean_up(api: &Api) {
    let phone = api.log_in("+14155550121").await;
    api.register(&phone.access, "five").await.expect(201);
    // The device gets an endpoint, which is deleted with it.
    api.notify(&phone, "m6", "Hello").await;
    api.store_fixtures(phone.id()).await;
    // One waits for its time, which comes before the first clean-up.
    let send_at = api.clock.now() + SignedDuration::from_hours(24);
    let to = json!({"phone": "+14155550121"});
    api.publish(&json!({"id": "later", "to": to, "title": "Later", "send_at": send_at}));
    api.stack.deliver().await;
    let movement = async |token: &str, key: &str, body: Value| {
        let request = api.patch("/api/wallet/").bearer(token).header("idempotency-key", key);
        request.json(&body).send().await.expect(200);
    };
    let credit = json!({
        "type": "credit", "amount": 100, "currency": "USD", "customer_id": phone.customer["id"],
    });
    movement(&api.operator_token(&credit), "k1", credit).await;
    movement(&phone.access, "k2", json!({"type": "hold", "amount": 10, "currency": "USD"})).await;
    api.list_expiring_as_before().await;
    let mut refresh = phone.refresh;
    for _ in 0..3 {
        api.clock.advance_seconds(29 * 86_400);
        refresh = api.refresh(&refresh).await.expect(200).text("refresh");
        clean_up(api).await;
    }
    api.clock.advance_seconds(80 * 86_400);
    clean_up(api).await;
}

async fn clean_up(api: &Api) {
    for scheduled in api.stack.scheduled() {
        scheduled.run().await.expect("a run");
    }
}

/// A stack whose functions record their calls in `seen`.
async fn recorded_stack(seen: &Arc<Mutex<Seen>>, clock: Arc<dyn Clock>) -> Stack {
    let seen = seen.clone();
    let parameters = [
        ("CodeTopicCountries", "KW"),
        ("FanOutPage", "1"),
        ("OperatorPublicKey", harness::operator::public_key()),
        ("PetstoreReset", "true"),
        harness::legacy::TAKEN[0],
        harness::legacy::TAKEN[1],
    ];
    stack_with(clock, &parameters, move |group| Recorder {
        group: group.to_owned(),
        seen: seen.clone(),
    })
    .await
}

/// A stack each of whose functions makes its calls through an interceptor, which `watch` makes.
pub async fn stack_with<I: Intercept + Clone + 'static>(
    clock: Arc<dyn Clock>,
    parameters: &[(&str, &str)],
    watch: impl Fn(&str) -> I + Send + Sync + 'static,
) -> Stack {
    let clients = move |group: &str, settings: &Settings| {
        let clients = Clients::new(&settings.aws);
        let watched = watch(group);
        let dynamodb = clients.dynamodb.config().to_builder().interceptor(watched.clone()).build();
        let sns = move |sns: aws_sdk_sns::Client| {
            let watched = sns.config().to_builder().interceptor(watched.clone()).build();
            aws_sdk_sns::Client::from_conf(watched)
        };
        Clients {
            dynamodb: Client::from_conf(dynamodb).into(),
            sns: clients.sns.changed(sns.clone()),
            sms: clients.sms.changed(sns),
        }
    };
    let overrides =
        parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let options =
        StackOptions { clock, overrides, clients: Arc::new(clients), ..StackOptions::default() };
    Stack::start(&template(), options).await.unwrap_or_else(|error| panic!("{error}"))
}

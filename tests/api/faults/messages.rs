//! Messages to one and to all: none is lost, none comes into an inbox twice, and a device gets a
//! push again only where its record was delivered again or the answer of SNS was lost.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
};

use futures_util::future::join_all;
use harness::{Api, faults::Faults, kills::killed_after, phone::LoggedIn};
use local::sns_recorder::Message;
use serde_json::{Value, json};
use shared::{
    device::keys::{CUSTOMERS_WITH_DEVICES, device_head},
    ids::CustomerId,
};

use super::{OF_SNS, OF_STORAGE, draw};
use crate::fcm::crowd;

/// How many customers a page of a message to all has.
const PAGE: usize = 8;
/// How many instances the notifier has.
const INSTANCES: u64 = 3;
/// Longer than a record that was taken stays invisible.
const VISIBILITY: i64 = 361;

/// How much there is.
struct Size {
    phones: usize,
    customers: usize,
    messages: usize,
    broadcasts: usize,
    rounds: usize,
}

/// What a customer has seen and asked for, by titles.
#[derive(Default)]
struct Known {
    read: BTreeSet<String>,
    asked_to_delete: BTreeSet<String>,
    deleted: BTreeSet<String>,
}

/// What the notifier was given.
#[derive(Default)]
struct Given {
    /// The bodies of the records, once for each time that they were delivered.
    bodies: Vec<Value>,
    kills: usize,
}

#[tokio::test(flavor = "multi_thread")]
async fn under_kills_and_faults_no_message_is_lost_or_comes_twice() {
    let size = Size { phones: 4, customers: 300, messages: 60, broadcasts: 2, rounds: 3 };
    println!("{}", storm(0x5eed, &size).await);
}

/// Takes minutes, so it runs by hand and in `.ci/full`: `cargo test --workspace --test api --
/// --ignored faults:: --nocapture`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn under_kills_and_faults_no_message_of_many_is_lost_or_comes_twice() {
    let size = Size { phones: 8, customers: 1_500, messages: 300, broadcasts: 4, rounds: 6 };
    for seed in 1..=4 {
        println!("{}", storm(seed, &size).await);
    }
}

/// What happened, in one line.
async fn storm(seed: u64, size: &Size) -> String {
    let settings = [
        ("WritesPerMinute", "0"),
        ("FanOutRate", "0"),
        ("FanOutPage", "8"),
        ("AccessTokenSeconds", "864000"),
    ];
    let api = Api::with(&settings).await;
    let mut phones = Vec::new();
    for n in 0..size.phones {
        let phone = api.log_in(&format!("+1415555{:04}", 1_000 + n)).await;
        for device in ["a", "b"] {
            api.register(&phone.access, &format!("{device}-{n}")).await.expect(201);
        }
        phones.push(phone);
    }
    let crowd = crowd::make(&api, size.customers, |n| n % 3 == 0).await;
    let crowd: Vec<CustomerId> = crowd.into_iter().step_by(3).collect();
    let notifier = api.another(&settings).await;
    api.wire.break_at_random(OF_STORAGE, seed);
    notifier.wire.break_at_random(OF_STORAGE, seed + 1);
    notifier.wire.break_sns_at_random(OF_SNS, seed + 2);

    let given = Mutex::new(Given::default());
    let mut known: Vec<Known> = phones.iter().map(|_| Known::default()).collect();
    for round in 0..size.rounds {
        publish(&api, &phones, round, size);
        let mut seeds = seed ^ (round as u64) << 32;
        let acts = phones.iter().zip(&mut known).map(|(phone, known)| {
            seeds += 1;
            act(&api, phone, known, seeds)
        });
        tokio::join!(join_all(acts), deliver(&api, &notifier, &given, seeds));
        api.clock.advance_seconds(VISIBILITY);
    }
    let (broken, of_sns) = (notifier.wire.broken(), notifier.wire.broken_sns());
    let kills = given.lock().expect("no panic").kills;
    assert!(kills >= size.rounds && broken > 20 && of_sns > 5, "too few to matter");
    for wire in [&api.wire, &notifier.wire] {
        wire.break_at_random(Faults::default(), seed);
        wire.break_sns_at_random(Faults::default(), seed);
    }
    deliver_the_rest(&api, &notifier, &given).await;

    for (n, (phone, known)) in phones.iter().zip(&known).enumerate() {
        assert_inbox(&api, phone, known, &sent_to(n, size)).await;
    }
    assert_nothing_twice(&api, size).await;
    let given = given.into_inner().expect("no panic");
    let pushed = assert_pushes(&api, &notifier, &phones, &known, &crowd, &given, size).await;
    format!("{kills} kills, {broken} faults of storage, {of_sns} of SNS: {pushed}")
}

fn title_of(n: usize) -> String {
    format!("one-{n:04}")
}

fn title_for_all(n: usize) -> String {
    format!("all-{n:04}")
}

/// The titles of everything that was sent to a phone.
fn sent_to(phone: usize, size: &Size) -> BTreeSet<String> {
    let own = (0..size.messages).filter(|n| n % size.phones == phone).map(title_of);
    own.chain((0..size.broadcasts).map(title_for_all)).collect()
}

/// Publishes what is new in a round, and some of it twice.
fn publish(api: &Api, phones: &[LoggedIn], round: usize, size: &Size) {
    let of_round = |count: usize| (0..count).filter(move |n| n % size.rounds == round);
    for n in of_round(size.messages) {
        let title = title_of(n);
        let to = json!({"customer_id": phones[n % size.phones].customer["id"]});
        for _ in 0..=usize::from(n % 5 == 0) {
            api.publish(&json!({"id": title, "to": to, "title": title}));
        }
    }
    for n in of_round(size.broadcasts) {
        let title = title_for_all(n);
        for _ in 0..=usize::from(n % 2 == 0) {
            api.publish(&json!({"id": title, "to": {"all": true}, "title": title}));
        }
    }
}

/// What a customer does meanwhile. Deletes only what was shown.
async fn act(api: &Api, phone: &LoggedIn, known: &mut Known, mut seed: u64) {
    for _ in 0..12 {
        let list = api.get("/api/notifications/?page_size=100").bearer(&phone.access);
        let shown = list.send().await;
        if shown.status == 503 {
            continue;
        }
        let page = shown.expect(200).json();
        let items = page["results"].as_array().expect("a list").clone();
        let some: Vec<&Value> = items.iter().filter(|_| draw(&mut seed, 5) == 0).collect();
        let titles = |items: &[&Value]| -> Vec<String> {
            items.iter().map(|item| item["title"].as_str().expect("one").to_owned()).collect()
        };
        let ids: Vec<&Value> = some.iter().map(|item| &item["id"]).collect();
        let post = async |path: &str, body: Value| {
            let answer = api.post(path).bearer(&phone.access).json(&body).send().await;
            assert!([200, 503].contains(&answer.status.as_u16()), "{}", answer.status);
            answer.status == 200
        };
        match draw(&mut seed, 4) {
            0 if post("/api/notifications/read/", json!({"all": true})).await => {
                known.read.extend(titles(&items.iter().collect::<Vec<_>>()));
            }
            1 if !ids.is_empty() && post("/api/notifications/read/", json!({"ids": ids})).await => {
                known.read.extend(titles(&some));
            }
            2 if !ids.is_empty() => {
                known.asked_to_delete.extend(titles(&some));
                if post("/api/notifications/bulk-delete/", json!({"ids": ids})).await {
                    known.deleted.extend(titles(&some));
                }
            }
            3 => {
                let Some(one) = some.first() else { continue };
                known.asked_to_delete.extend(titles(&[one]));
                let path = format!("/api/notifications/{}/", one["id"].as_str().expect("an id"));
                let answer = api.delete(&path).bearer(&phone.access).send().await;
                match answer.status.as_u16() {
                    // 404: it was deleted before, and the answer was lost.
                    204 | 404 => known.deleted.extend(titles(&[one])),
                    status => assert_eq!(status, 503),
                }
            }
            _ => {}
        }
    }
}

/// Several instances deliver until nothing is visible. One in four batches is killed.
async fn deliver(api: &Api, notifier: &Api, given: &Mutex<Given>, seed: u64) {
    let instances = (0..INSTANCES).map(|instance| async move {
        let mut seed = seed.wrapping_mul(31).wrapping_add(instance);
        loop {
            let dies_after = (draw(&mut seed, 4) == 0).then(|| 1 + draw(&mut seed, 250));
            if !deliver_batch(api, notifier, given, dies_after).await {
                return;
            }
        }
    });
    join_all(instances).await;
}

/// Delivers a batch; false where nothing is visible.
async fn deliver_batch(
    api: &Api,
    notifier: &Api,
    given: &Mutex<Given>,
    dies_after: Option<usize>,
) -> bool {
    let queue = api.stack.queue.as_ref().expect("a queue");
    let target = notifier.stack.queue_consumer().expect("a consumer").clone();
    let Some((event, settle)) = queue.take_batch() else { return false };
    {
        let records = event["Records"].as_array().expect("records").iter();
        let bodies = records.map(|record| record["body"].as_str().expect("a body"));
        let bodies = bodies.map(|body| serde_json::from_str::<Value>(body).expect("JSON"));
        given.lock().expect("no panic").bodies.extend(bodies);
    }
    let calls = dies_after.and_then(|calls| u64::try_from(calls).ok()).unwrap_or(u64::MAX / 2);
    let work = async move { target.handle(event).await };
    match killed_after(calls, &notifier.wire, work).await {
        Some(answer) => settle(&answer.expect("a batch never fails as a whole")),
        None => given.lock().expect("no panic").kills += 1,
    }
    true
}

/// What comes back, and what came back too often: the operator moves it into the queue again.
async fn deliver_the_rest(api: &Api, notifier: &Api, given: &Mutex<Given>) {
    let queue = api.stack.queue.as_ref().expect("a queue");
    let mut moved = 0;
    for _ in 0..100 {
        while deliver_batch(api, notifier, given, None).await {}
        let dead = queue.dead_letters();
        for letter in dead.get(moved..).unwrap_or_default() {
            queue.send(letter.body.clone());
        }
        if queue.is_empty() && moved == dead.len() {
            return;
        }
        moved = dead.len();
        api.clock.advance_seconds(VISIBILITY);
    }
    panic!("{} records are left", queue.len());
}

async fn assert_inbox(api: &Api, phone: &LoggedIn, known: &Known, sent: &BTreeSet<String>) {
    let (mut path, mut shown) = ("/api/notifications/?page_size=100".to_owned(), Vec::new());
    let unread = loop {
        let page = api.get(&path).bearer(&phone.access).send().await.expect(200).json();
        shown.extend(page["results"].as_array().expect("a list").clone());
        let Some(next) = page["next"].as_str() else { break page["unread"].clone() };
        next.trim_start_matches("http://api.example.com").clone_into(&mut path);
    };
    let title = |item: &Value| item["title"].as_str().expect("a title").to_owned();
    let titles: BTreeSet<String> = shown.iter().map(title).collect();
    assert_eq!(titles.len(), shown.len(), "none comes twice");
    let is_unread = |item: &&Value| item["read"] == false;
    assert_eq!(unread, json!(shown.iter().filter(is_unread).count()));
    let lost: Vec<_> = sent.iter().filter(|title| !titles.contains(*title)).collect();
    assert!(lost.iter().all(|title| known.asked_to_delete.contains(*title)), "lost: {lost:?}");
    assert!(titles.is_subset(sent));
    assert!(titles.is_disjoint(&known.deleted), "deleted, and there");
    let forgotten = shown.iter().filter(is_unread).map(title);
    assert_eq!(forgotten.filter(|title| known.read.contains(title)).count(), 0, "read, and unread");
}

/// No inbox has two items of one message, and each message to all is one item.
async fn assert_nothing_twice(api: &Api, size: &Size) {
    let (mut seen, mut broadcasts) = (BTreeSet::new(), 0);
    for item in api.items().await {
        let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned();
        match text("kind").as_deref() {
            Some("notification") => {
                assert!(seen.insert((text("pk"), text("message"))), "{item:?}");
            }
            Some("broadcast") => broadcasts += 1,
            _ => {}
        }
    }
    assert_eq!(broadcasts, size.broadcasts);
}

/// Where a customer stands on the list of those with devices: range and rank.
fn standing(customer: CustomerId) -> (String, u32) {
    let list = CUSTOMERS_WITH_DEVICES.partition_of(&device_head(customer));
    let rank = customer.low_bits();
    (format!("{}{:x}", &list[list.len() - 1..], rank >> 28), rank)
}

/// How often each customer's devices may have got each title, by the records that were delivered.
fn deliveries(given: &Given, customers: &[CustomerId]) -> BTreeMap<(CustomerId, String), usize> {
    let mut ranges: BTreeMap<String, Vec<(u32, CustomerId)>> = BTreeMap::new();
    for customer in customers {
        let (range, rank) = standing(*customer);
        ranges.entry(range).or_default().push((rank, *customer));
    }
    for range in ranges.values_mut() {
        range.sort_unstable();
    }
    let mut counted = BTreeMap::new();
    let parsed = |value: &Value| value.as_str().map(|id| id.parse::<CustomerId>().expect("an id"));
    for body in &given.bodies {
        let (title, to) = (body["title"].as_str().expect("a title"), &body["to"]);
        let mut count = |customer| *counted.entry((customer, title.to_owned())).or_default() += 1;
        parsed(&to["customer_id"]).into_iter().for_each(&mut count);
        parsed(&to["only"]).into_iter().for_each(&mut count);
        let range = to["range"].as_str().and_then(|range| ranges.get(range));
        let after = parsed(&to["after"]).map(|after| standing(after).1);
        let behind = range.into_iter().flatten().filter(|(rank, _)| after < Some(*rank));
        behind.take(PAGE).for_each(|(_, customer)| count(*customer));
    }
    counted
}

async fn assert_pushes(
    api: &Api,
    notifier: &Api,
    phones: &[LoggedIn],
    known: &[Known],
    crowd: &[CustomerId],
    given: &Given,
    size: &Size,
) -> String {
    let everybody: Vec<CustomerId> =
        phones.iter().map(LoggedIn::id).chain(crowd.iter().copied()).collect();
    let deliveries = deliveries(given, &everybody);
    let endpoints = endpoints(api).await;
    let mut pushes: BTreeMap<(String, String), usize> = BTreeMap::new();
    for message in api.stack.recorder.messages() {
        let Message::Push { to, message, .. } = message else { continue };
        let title = message["notification"]["title"].as_str().expect("a title").to_owned();
        *pushes.entry((to, title)).or_default() += 1;
    }
    let lost = notifier.wire.sns_answers_lost();
    let (mut again, mut pairs) = (0, 0);
    let mut check = |token: String, customer, title: String, may_be_left_out: bool| {
        let found = pushes.remove(&(token.clone(), title.clone())).unwrap_or_default();
        let delivered = deliveries.get(&(customer, title.clone())).copied().unwrap_or_default();
        let endpoint = endpoints[&token].rsplit('/').next().expect("an id").to_owned();
        let is_of = |call: &&String| call.contains(&endpoint) && call.contains(&title);
        let most = delivered + lost.iter().filter(is_of).count();
        assert!(found >= 1 || may_be_left_out, "{token} was left out of {title}");
        assert!(found <= most, "{token} got {title} {found} times of at most {most}");
        pairs += 1;
        again += found.saturating_sub(1);
    };
    for (n, (phone, known)) in phones.iter().zip(known).enumerate() {
        for title in sent_to(n, size) {
            // A customer who deleted a message before its record came back has seen it.
            let is_seen = title.starts_with("one") && known.asked_to_delete.contains(&title);
            for device in ["a", "b"] {
                check(format!("{device}-{n}"), phone.id(), title.clone(), is_seen);
            }
        }
    }
    for customer in crowd {
        for n in 0..size.broadcasts {
            check(customer.to_string(), *customer, title_for_all(n), false);
        }
    }
    assert!(pushes.is_empty(), "nobody else got anything: {pushes:?}");
    format!("{pairs} pushes and {again} repeated ones, {} answers of SNS were lost", lost.len())
}

/// Endpoints by registration ids.
async fn endpoints(api: &Api) -> BTreeMap<String, String> {
    let items = api.items().await.into_iter();
    let text = |item: &table::Item, name: &str| Some(item.get(name)?.as_s().ok()?.clone());
    items
        .filter_map(|item| Some((text(&item, "registration_id")?, text(&item, "endpoint")?)))
        .collect()
}

//! Fifty writers at once on one item, while DynamoDB throttles: whoever is not served gets 503 with
//! `Retry-After`, and what is stored is what the others were told.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use harness::{Answer, Api, faults::Faults};
use serde_json::{Value, json};
use shared::limits::{BudgetKind, to_next_day};

use crate::{
    PHONE,
    wallet::{Purse, audited},
};

const WRITERS: usize = 50;
/// Of a thousand calls. The SDK repeats a throttled call, so a request fails less often.
const THROTTLED: Faults = Faults { throttled: 600, lost_answers: 0, lost_calls: 0, conflicts: 0 };
const SEED: u64 = 0x0b5e_55ed;

/// Sends all at once while DynamoDB throttles, and gives the answers.
async fn under_throttling<F>(api: &Api, requests: impl Iterator<Item = F>) -> Vec<Answer>
where
    F: Future<Output = Answer>,
{
    api.wire.break_at_random(THROTTLED, SEED);
    let answers = join_all(requests).await;
    api.wire.break_at_random(Faults::default(), SEED);
    answers
}

/// How many have this status; those that have none of `others` must be 503 with `Retry-After`.
fn with_status(answers: &[Answer], status: u16, others: &[u16]) -> usize {
    for answer in answers {
        let got = answer.status.as_u16();
        if got != status && !others.contains(&got) {
            assert_eq!(got, 503, "{answer:?}");
            let wait = answer.headers.get("retry-after").and_then(|wait| wait.to_str().ok());
            assert!(wait.and_then(|wait| wait.parse::<u32>().ok()).is_some_and(|wait| wait > 0));
        }
    }
    answers.iter().filter(|answer| answer.status.as_u16() == status).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_wallet_has_the_debits_that_were_acknowledged_and_takes_the_others_later() {
    let api = Api::with(&[("WritesPerMinute", "0")]).await;
    let purse = Purse::of(&api, PHONE).await;
    purse.credit(1_000, "USD").await.expect(200);
    let debit = json!({"type": "debit", "amount": 1, "currency": "USD"});
    let keys: Vec<String> = (0..WRITERS).map(|n| format!("hot-{n}")).collect();
    let send = |key: &String| {
        let (purse, debit, key) = (&purse, &debit, key.clone());
        async move { purse.send(&purse.phone.access, &key, debit).await }
    };
    let answers = under_throttling(&api, keys.iter().map(send)).await;
    let done = with_status(&answers, 200, &[]);
    assert!(done < WRITERS, "some were not served");
    // A write whose answer was 503 may be stored all the same, but not twice.
    let (left, _) = purse.balance("USD").await;
    let taken = usize::try_from(1_000 - left).expect("above zero");
    assert!((done..=WRITERS).contains(&taken), "{taken} of {done} acknowledged");
    for key in &keys {
        send(key).await.expect(200);
    }
    assert_eq!(purse.balance("USD").await, (950, 0));
    assert_eq!(audited(&api).await.breaks, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_customer_has_a_name_that_somebody_gave() {
    let api = Api::with(&[("WritesPerMinute", "0")]).await;
    let phone = api.log_in(PHONE).await;
    let rename = |n: usize| {
        let body = json!({"first_name": format!("Name {n}")});
        let request = api.patch("/api/customer/").bearer(&phone.access).json(&body);
        async move { request.send().await }
    };
    let answers = under_throttling(&api, (0..WRITERS).map(rename)).await;
    let done = with_status(&answers, 200, &[]);
    let name = api.profile(&phone.access).await.expect(200).text("first_name");
    let given: BTreeSet<String> = (0..WRITERS).map(|n| format!("Name {n}")).collect();
    assert!(done == 0 || given.contains(&name), "{name} after {done} were acknowledged");
    rename(99).await.expect(200);
    assert_eq!(api.profile(&phone.access).await.expect(200).text("first_name"), "Name 99");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_phone_gets_one_message() {
    let api = Api::start().await;
    let ask = |_| api.ask_for_code(PHONE);
    let answers = under_throttling(&api, (0..WRITERS).map(ask)).await;
    let done = with_status(&answers, 200, &[429]);
    assert!(done <= 1, "{done} of fifty at once");
    assert_eq!(api.messages_to(PHONE).len(), done);
    api.clock.advance_seconds(3_601);
    api.log_in(PHONE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_budget_and_its_shards_are_not_overspent() {
    const BUDGET: usize = 32;
    let api = Api::with(&[("CodesPerCountryDaily", "32")]).await;
    let phones: Vec<String> = (0..WRITERS).map(|n| format!("+141555501{n:02}")).collect();
    let ask = |(n, phone): (usize, &String)| {
        let body = json!({"phone": phone});
        let from = format!("198.51.100.{n}");
        let request = api.post("/api/send-otp/").from(&from).json(&body);
        async move { request.send().await }
    };
    let answers = under_throttling(&api, phones.iter().enumerate().map(ask)).await;
    let done = with_status(&answers, 200, &[429]);
    let sent: usize = phones.iter().map(|phone| api.messages_to(phone).len()).sum();
    assert_eq!(sent, done);
    assert!(sent <= BUDGET, "{sent} of {BUDGET}");
    let app = api.stack.state("auth").expect("auth runs");
    let day = app.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let spent = app.store.budget_spent(BudgetKind::Country("US"), day).await.expect("read");
    let spent: usize = spent.iter().map(|spent| *spent as usize).sum();
    assert!((done..=BUDGET).contains(&spent), "{spent} are counted for {done}");
    api.clock.advance_seconds(to_next_day(app.now()).0);
    let answers = join_all(phones.iter().enumerate().take(16).map(ask)).await;
    assert_eq!(with_status(&answers, 200, &[]), 16, "the next day has a budget of its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_device_belongs_to_one_of_those_who_register_it() {
    let api = Api::start().await;
    let mut phones = Vec::new();
    for n in 0..5 {
        phones.push(api.log_in(&format!("+1415555012{n}")).await);
    }
    let register = |n: usize| api.register(&phones[n % phones.len()].access, "hot");
    let answers = under_throttling(&api, (0..WRITERS).map(register)).await;
    with_status(&answers, 200, &[201]);
    register(0).await;
    let mut owners = 0;
    for phone in &phones {
        let list = api.get("/api/devices/").bearer(&phone.access).send().await.expect(200).json();
        owners += list.as_array().map_or(0, Vec::len);
    }
    assert_eq!(owners, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_content_item_is_read_by_all_or_refused() {
    let api = Api::start().await;
    let read = |_| {
        let request = api.get("/api/app-info/");
        async move { request.send().await }
    };
    read(0).await.expect(200);
    api.clock.advance_seconds(61);
    let answers = under_throttling(&api, (0..WRITERS).map(read)).await;
    assert!(with_status(&answers, 200, &[]) > 0);
    let bodies: Vec<Value> =
        answers.iter().filter(|answer| answer.status == 200).map(Answer::json).collect();
    assert!(bodies.windows(2).all(|two| two[0] == two[1]));
}

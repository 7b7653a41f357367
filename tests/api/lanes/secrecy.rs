//! No answer tells whether a phone has an account. Two APIs with the same history are compared, of
//! which one has an account for the phone: whole answers, the calls to storage, and their trips.

use harness::{Answer, Api, cost::DELAY, phone::Code};
use serde_json::json;

use super::{ABROAD, HOME, OTHER, UNKNOWN, ask, log_in_from, received, try_for};
use crate::PHONE;

/// What a request shows: the answer, the operations that storage was asked for, their trips.
#[derive(Debug, PartialEq)]
struct Shown {
    answer: String,
    operations: Vec<String>,
    trips: usize,
}

/// A client, and how it is known to the API.
#[derive(Debug, Clone, Copy)]
struct Client<'a> {
    address: &'a str,
    refresh: Option<&'a str>,
}

/// Whether strangers have used up the day's codes of the country.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Budget {
    Unspent,
    Spent,
}

impl Budget {
    async fn api(self) -> Api {
        let most = if self == Self::Spent { "3" } else { "1000" };
        Api::with(&[("CodesPerCountryDaily", most)]).await
    }

    async fn spend(self, api: &Api) {
        let phones = if self == Self::Spent { 4 } else { 0 };
        for n in 0..phones {
            ask(api, "198.51.100.1", &format!("+1415555{}", 1_000 + n), None).await;
        }
    }
}

/// What a client sees who asks for codes and tries some: right away, again, with a made-up
/// challenge, with a wrong code until the challenge has ended, and after that.
async fn visit(api: &Api, client: Client<'_>) -> Vec<Shown> {
    let Client { address, refresh } = client;
    api.stack.prepare().await;
    api.wire.delay(DELAY);
    let mut shown = Vec::new();
    let sent = show(api, &mut shown, ask(api, address, PHONE, refresh)).await;
    show(api, &mut shown, ask(api, address, PHONE, refresh)).await;
    let unknown = Code { challenge: UNKNOWN.to_owned(), otp: "000000".to_owned() };
    show(api, &mut shown, try_for(api, address, PHONE, &unknown, refresh)).await;
    if sent.status == 200 {
        let code = received(api, PHONE, &sent);
        let wrong = Code { otp: code.wrong(), ..code };
        for _ in 0..6 {
            show(api, &mut shown, try_for(api, address, PHONE, &wrong, refresh)).await;
        }
    }
    shown
}

async fn show(api: &Api, shown: &mut Vec<Shown>, request: impl Future<Output = Answer>) -> Answer {
    api.wire.reset();
    let answer = request.await;
    let mut operations = api.wire.operations();
    operations.sort();
    shown.push(Shown { answer: masked(&answer), operations, trips: api.wire.cost().trips });
    answer
}

/// A whole answer, without the ids of the request and of the challenge, and without the date.
fn masked(answer: &Answer) -> String {
    let mut headers: Vec<String> = answer
        .headers
        .iter()
        .filter(|(name, _)| !["x-request-id", "apigw-requestid", "date"].contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {value:?}"))
        .collect();
    headers.sort();
    let body = String::from_utf8(answer.body.to_vec()).expect("text");
    let body = match answer.json()["challenge"].as_str() {
        Some(challenge) => body.replace(challenge, "CHALLENGE"),
        None => body,
    };
    format!("{} {headers:?} {body}", answer.status)
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_cannot_tell_whether_a_phone_has_an_account() {
    for budget in [Budget::Unspent, Budget::Spent] {
        let mut seen = Vec::new();
        for owned in [PHONE, OTHER] {
            let api = budget.api().await;
            let owner = api.log_in(owned).await;
            let other = api.log_in("+14155550199").await;
            api.clock.advance_seconds(86_400);
            budget.spend(&api).await;
            let mut shown = Vec::new();
            for (address, refresh) in [
                (ABROAD, None),
                ("192.0.3.1", Some("no token")),
                // A token of ours, of a customer who has another phone.
                ("192.0.4.1", Some(&*other.refresh)),
                ("192.0.5.1", Some(&*owner.access)),
            ] {
                shown.push(visit(&api, Client { address, refresh }).await);
                api.clock.advance_seconds(3_600);
            }
            seen.push(shown);
        }
        assert_eq!(seen[0], seen[1], "{budget:?}");
        let first = &seen[0][0][0].answer;
        let expected = if budget == Budget::Spent { "429" } else { "200" };
        assert!(first.starts_with(expected), "{first}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_shares_a_known_network_cannot_tell_whether_the_phone_still_has_an_account() {
    for budget in [Budget::Unspent, Budget::Spent] {
        let mut seen = Vec::new();
        for moves_away in [false, true] {
            let api = budget.api().await;
            let owner = log_in_from(&api, HOME, None).await;
            let code = api.code_to(&owner.access, OTHER, "change_phone").await;
            if moves_away {
                let moved = json!({"phone": OTHER, "challenge": code.challenge, "otp": code.otp});
                let patch = api.patch("/api/customer/").bearer(&owner.access).json(&moved);
                patch.send().await.expect(200);
            }
            api.clock.advance_seconds(86_400);
            budget.spend(&api).await;
            let neighbour = Client { address: "203.0.113.99", refresh: None };
            seen.push(visit(&api, neighbour).await);
        }
        assert_eq!(seen[0], seen[1], "{budget:?}");
        assert!(seen[0][0].answer.starts_with("200"), "{}", seen[0][0].answer);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_sees_the_same_wherever_it_is_and_whatever_strangers_spent() {
    let mut seen = Vec::new();
    for budget in [Budget::Unspent, Budget::Spent] {
        for address in [HOME, ABROAD] {
            let api = budget.api().await;
            let owner = log_in_from(&api, HOME, None).await;
            api.clock.advance_seconds(86_400);
            budget.spend(&api).await;
            let mut shown = visit(&api, Client { address, refresh: Some(&owner.refresh) }).await;
            // At home one more lane may fit, whose try is taken back.
            for shown in &mut shown {
                shown.operations.dedup();
            }
            seen.push(shown);
        }
    }
    for other in &seen[1..] {
        assert_eq!(&seen[0], other);
    }
    assert!(seen[0][0].answer.starts_with("200"), "{}", seen[0][0].answer);
}

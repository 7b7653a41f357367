//! Thousands of random movements by many writers on few wallets, with random faults of storage.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
};

use harness::{
    Api,
    faults::{Faults, next},
};
use serde_json::{Value, json};

use super::audited;

const WRITERS: u64 = 16;
const MOVEMENTS_EACH: usize = 150;
const WALLETS: usize = 4;
const FAULTS: Faults = Faults { lost_answers: 40, lost_calls: 40, throttled: 30, conflicts: 60 };
const SEED: u64 = 0x5a7c_4e11;

/// A customer and the token that moves its money.
struct Wallet {
    customer: String,
    access: String,
}

/// A request and every answer that it got.
#[derive(Debug, Clone)]
struct Sent {
    wallet: usize,
    /// The operator's token for it.
    operator: Option<String>,
    body: Value,
    answers: Vec<(u16, Vec<u8>)>,
}

/// The state that the writers share.
#[derive(Default)]
struct Known {
    /// By key, which is also the reference.
    sent: BTreeMap<String, Sent>,
    holds: Vec<(usize, Value)>,
    entries: Vec<(usize, Value)>,
}

#[tokio::test(flavor = "multi_thread")]
async fn under_random_faults_each_acknowledged_movement_exists_once_and_no_other_twice() {
    let api = Arc::new(Api::with(&[("WritesPerMinute", "0")]).await);
    let mut wallets = Vec::new();
    for n in 0..WALLETS {
        let phone = api.log_in(&format!("+1415555010{n}")).await;
        let customer = phone.customer["id"].as_str().expect("an id").to_owned();
        wallets.push(Wallet { customer, access: phone.access });
    }
    let (wallets, known) = (Arc::new(wallets), Arc::new(Mutex::new(Known::default())));
    api.wire.break_at_random(FAULTS, SEED);
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (api, wallets, known) = (api.clone(), wallets.clone(), known.clone());
            tokio::spawn(async move { write(&api, &wallets, &known, writer).await })
        })
        .collect();
    for writer in writers {
        writer.await.expect("no writer panics");
    }
    let broken = api.wire.broken();
    assert!(broken > 500, "the wire broke only {broken} calls");
    api.wire.break_at_random(Faults::default(), SEED);

    let sent = known.lock().expect("the writers are done").sent.clone();
    assert!(sent.len() > 2_000, "{} movements", sent.len());
    let entries = entries_by_reference(&api).await;
    let mut acknowledged = 0;
    for (key, sent) in &sent {
        let there = entries.get(key).map_or(0, Vec::len);
        let definite = sent.answers.iter().find(|(status, _)| *status < 500);
        match definite {
            Some((200, body)) => {
                acknowledged += 1;
                assert_eq!(there, 1, "{key} was acknowledged: {sent:?}");
                let answer: Value = serde_json::from_slice(body).expect("JSON");
                assert_eq!(answer["entry"]["id"], entries[key][0], "{key}");
            }
            Some(_) => assert_eq!(there, 0, "{key} was refused: {sent:?}"),
            None => assert!(there <= 1, "{key} is there {there} times"),
        }
    }
    assert!(acknowledged > 1_000, "{acknowledged} were acknowledged");
    let total: usize = entries.values().map(Vec::len).sum();
    let found = audited(&api).await;
    assert_eq!((found.breaks, found.entries), (vec![], total as u64));

    // Requests without a result get one when they are sent again; the others get the same result.
    let is_open = |sent: &Sent| sent.answers.iter().all(|(status, _)| *status >= 500);
    let mut decided = Vec::new();
    for (key, mut sent) in
        sent.into_iter().filter(|(_, sent)| sent.answers.len() > 1 || is_open(sent))
    {
        sent.answers.push(send(&api, &wallets, &key, &sent).await);
        let definite: Vec<_> = sent.answers.iter().filter(|(status, _)| *status < 500).collect();
        assert!(!definite.is_empty(), "{key} is still open: {sent:?}");
        assert!(
            definite.iter().all(|answer| *answer == definite[0]),
            "{key} was answered in two ways: {sent:?}"
        );
        decided.push((key, definite[0].0 == 200));
    }
    let entries = entries_by_reference(&api).await;
    for (key, is_done) in decided {
        assert_eq!(entries.get(&key).map_or(0, Vec::len), usize::from(is_done), "{key}");
    }
    assert_eq!(audited(&api).await.breaks, []);
}

async fn write(api: &Api, wallets: &[Wallet], known: &Mutex<Known>, writer: u64) {
    let mut seed = SEED.wrapping_mul(writer + 1);
    for n in 0..MOVEMENTS_EACH {
        let (key, request) = {
            let mut known = known.lock().expect("no writer panics");
            let (key, request) = drawn(api, &known, &mut seed, wallets, &format!("w{writer}-{n}"));
            known.sent.entry(key.clone()).or_insert_with(|| request.clone());
            (key, request)
        };
        let answer = send(api, wallets, &key, &request).await;
        assert_ne!(answer.0, 500, "{key}: {}", String::from_utf8_lossy(&answer.1));
        let mut known = known.lock().expect("no writer panics");
        if answer.0 == 200 {
            let entry: Value =
                serde_json::from_slice::<Value>(&answer.1).expect("JSON")["entry"].clone();
            if entry["type"] == "hold" {
                known.holds.push((request.wallet, entry["hold_id"].clone()));
            }
            known.entries.push((request.wallet, entry["id"].clone()));
        }
        known.sent.get_mut(&key).expect("it was sent").answers.push(answer);
    }
}

/// The next request. One of ten is sent again with its key and its token.
fn drawn(
    api: &Api,
    known: &Known,
    seed: &mut u64,
    wallets: &[Wallet],
    key: &str,
) -> (String, Sent) {
    let mut draw = |below: usize| usize::try_from(next(seed) % below.max(1) as u64).expect("small");
    let (kind, wallet, amount) = (draw(100), draw(wallets.len()), draw(400) + 1);
    let currency = ["USD", "KWD"][draw(2)];
    let one_of = |all: &[(usize, Value)], place: usize| {
        (!all.is_empty()).then(|| all[place % all.len()].clone())
    };
    let (hold, entry) =
        (one_of(&known.holds, draw(1_000_000)), one_of(&known.entries, draw(1_000_000)));
    let again = known.sent.iter().nth(draw(known.sent.len()));
    let plain = |kind: &str| {
        json!({
            "type": kind, "amount": amount, "currency": currency, "reference": key,
        })
    };
    let (wallet, by_operator, mut body) = match (kind, hold, entry, again) {
        (0..10, _, _, Some((key, sent))) => {
            return (key.clone(), Sent { answers: Vec::new(), ..sent.clone() });
        }
        (10..25, Some((owner, hold)), ..) => (
            owner,
            false,
            json!({"type": "capture", "amount": amount, "hold_id": hold, "reference": key}),
        ),
        (25..32, Some((owner, hold)), ..) => {
            (owner, false, json!({"type": "release", "hold_id": hold, "reference": key}))
        }
        (32..42, _, Some((owner, entry)), _) => {
            (owner, true, json!({"type": "reverse", "entry_id": entry, "reference": key}))
        }
        (42..56, ..) => (wallet, false, plain("hold")),
        (56..78, ..) => (wallet, false, plain("debit")),
        _ => (wallet, true, plain("credit")),
    };
    let operator = by_operator.then(|| {
        body["customer_id"] = json!(wallets[wallet].customer);
        api.operator_token(&body)
    });
    (key.to_owned(), Sent { wallet, operator, body, answers: Vec::new() })
}

async fn send(api: &Api, wallets: &[Wallet], key: &str, sent: &Sent) -> (u16, Vec<u8>) {
    let token = sent.operator.as_ref().unwrap_or(&wallets[sent.wallet].access);
    let request = api.post("/api/wallet/").bearer(token).header("idempotency-key", key);
    let answer = request.json(&sent.body).send().await;
    (answer.status.as_u16(), answer.body.to_vec())
}

/// The ids of all entries in the table by their references.
async fn entries_by_reference(api: &Api) -> HashMap<String, Vec<Value>> {
    let mut found: HashMap<String, Vec<Value>> = HashMap::new();
    for item in api.items().await {
        let text = |name: &str| {
            item.get(name).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default()
        };
        if text("kind") == "entry" {
            found.entry(text("reference")).or_default().push(json!(text("id")));
        }
    }
    found
}

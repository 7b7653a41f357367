use std::{collections::BTreeSet, time::Duration};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use futures_util::future::join_all;
use harness::{
    Answer, Api,
    phone::{Code, LoggedIn},
};
use serde_json::{Value, json};
use shared::{
    account::{DELETED_SHARDS, Erasure},
    domain::erasure::Erased,
    domains::{DOMAINS, ERASURES},
    hashes::ContentHash,
    idempotency::{Asker, RequestKey, StoredAnswer},
    ids::CustomerId,
    store::Store,
};
use table::{Key, Transaction};

use crate::PHONE;

const DENIED: &str = "403 permission_denied: The log-in is not recent, and a code sent to the \
     account's phone is \
     missing: send challenge and otp. [otp]";
const WRONG: &str = "400 invalid_otp: The code is wrong or has expired. [otp]";
const INACTIVE: &str = "401 authentication_failed: User is inactive [null]";

async fn delete(api: &Api, access: &str, body: Option<&Value>) -> Answer {
    let request = api.delete("/api/customer/").bearer(access);
    match body {
        Some(body) => request.json(body).send().await,
        None => request.send().await,
    }
}

fn store(api: &Api) -> Store {
    api.stack.state("customer").expect("customer runs").store.clone()
}

async fn leaving(store: &Store) -> Vec<CustomerId> {
    let pages =
        join_all(DELETED_SHARDS.chars().map(|digit| store.deleted_customers(digit, None, 100)))
            .await;
    let listed = pages.into_iter().flat_map(|page| page.expect("a page"));
    listed.map(|deleted| deleted.customer).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_recent_log_in_no_code_is_needed_and_all_sessions_end_at_once() {
    let api = Api::start().await;
    let other = api.log_in(PHONE).await;
    api.clock.advance_seconds(60);
    let phone = api.log_in(PHONE).await;
    let answer = delete(&api, &phone.access, None).await.expect(204);
    assert!(answer.body.is_empty());
    for session in [&phone, &other] {
        assert_eq!(api.profile(&session.access).await.error(), INACTIVE);
        let refreshed = api.refresh(&session.refresh).await;
        assert_eq!(
            refreshed.error(),
            "401 no_active_account: No active account found for the given token. [null]"
        );
        assert_eq!(delete(&api, &session.access, None).await.error(), INACTIVE);
    }
    assert_eq!(leaving(&store(&api)).await, [phone.id()]);
    // The phone is free: the next log-in creates another account, which the erasure leaves alone.
    api.clock.advance_seconds(60);
    let again = api.log_in(PHONE).await;
    assert_ne!(again.customer["id"], phone.customer["id"]);
    assert_eq!(api.erase(phone.id(), || false).await.expect("erased"), Erasure::Complete);
    api.clock.advance_seconds(60);
    assert_eq!(api.log_in(PHONE).await.customer["id"], again.customer["id"]);
    assert_eq!(
        api.profile(&phone.access).await.error(),
        "401 authentication_failed: User not found [null]"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn later_a_code_to_the_accounts_own_phone_is_needed() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    api.clock.advance_seconds(600);
    assert_eq!(delete(&api, &phone.access, None).await.error(), DENIED);
    assert_eq!(
        delete(&api, &phone.access, Some(&json!({"forfeit": "true"}))).await.error(),
        DENIED
    );
    let with = |code: &Code| json!({"challenge": code.challenge, "otp": code.otp});
    let elsewhere = api.code_to(&phone.access, "+14155550177", "delete").await;
    let to_change = api.code_to(&phone.access, PHONE, "change_phone").await;
    api.clock.advance_seconds(60);
    let code = api.code_to(&phone.access, PHONE, "delete").await;
    let wrong = Code { otp: code.wrong(), ..code.clone() };
    for bad in [&elsewhere, &to_change, &wrong] {
        assert_eq!(delete(&api, &phone.access, Some(&with(bad))).await.error(), WRONG);
    }
    let half =
        delete(&api, &phone.access, Some(&json!({"otp": code.otp, "forfeit": "perhaps"}))).await;
    assert_eq!(
        half.error(),
        "400 required: This field is required. [challenge]; \
         400 invalid: Must be a valid boolean. [forfeit]"
    );
    api.profile(&phone.access).await.expect(200);
    delete(&api, &phone.access, Some(&with(&code))).await.expect(204);
    assert_eq!(api.profile(&phone.access).await.error(), INACTIVE);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_deletions_at_once_one_takes_effect() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    let answers = join_all((0..16).map(|_| delete(&api, &phone.access, None))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 204).count(), 1);
    assert!(
        answers
            .iter()
            .filter(|answer| answer.status != 204)
            .all(|answer| answer.error() == INACTIVE)
    );
    assert_eq!(leaving(&store(&api)).await, [phone.id()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_during_log_ins_and_refreshes_leaves_no_session() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    api.clock.advance_seconds(60);
    let code = api.code_for(PHONE).await;
    let (deleted, logged_in, refreshed) = tokio::join!(
        delete(&api, &phone.access, None),
        api.authenticate(PHONE, &code),
        api.refresh(&phone.refresh)
    );
    deleted.expect(204);
    let mut tokens = vec![phone.access.clone()];
    if refreshed.status == 200 {
        tokens.push(refreshed.text("access"));
    }
    if logged_in.status == 200 {
        tokens.push(logged_in.text("access"));
    }
    for token in tokens {
        api.profile(&token).await.expect(401);
    }
}

/// The texts, and each of them in base64 at its three possible offsets within a longer text.
fn personal(texts: &[&str]) -> Vec<String> {
    let mut all = Vec::new();
    for text in texts {
        all.push((*text).to_owned());
        for engine in [&STANDARD, &URL_SAFE_NO_PAD] {
            for shift in 0..3 {
                let encoded = engine.encode([&vec![b'x'; shift], text.as_bytes()].concat());
                let whole = encoded.trim_end_matches('=');
                // The first and the last character depend on the neighbouring bytes.
                all.push(whole[(shift * 4).div_ceil(3)..whole.len() - 1].to_owned());
            }
        }
    }
    all
}

pub(crate) async fn fill(api: &Api, phone: &str) -> LoggedIn {
    let code = api.code_for(phone).await;
    let device =
        json!({"name": "Zsuzsanna's phone", "platform": "ios", "registration_id": token_of(phone)});
    let body =
        json!({"phone": phone, "challenge": code.challenge, "otp": code.otp, "device": device});
    let answer = api.post("/api/customer/authenticate/").json(&body).send().await.expect(201);
    let access = answer.text("access");
    let profile = json!({
        "first_name": "Zsuzsanna-Perpetua", "last_name": "Haddad-Quetzal",
        "email": "zsp@example.com", "birth_date": "1990-02-28", "gender": "female",
        "language": "ar-SA", "avatar_url": "https://example.com/zsp.jpg", "marketing_opt_in": "yes",
    });
    let customer =
        api.patch("/api/customer/").bearer(&access).json(&profile).send().await.expect(200).json();
    // More stored answers than one step of the erasure deletes.
    let app = api.stack.state("customer").expect("customer runs");
    let id = customer["id"].as_str().expect("an id").parse().expect("a UUID");
    for n in 0..30 {
        let key = RequestKey { key: format!("key{n}"), fingerprint: "fingerprint".into() };
        let answer = StoredAnswer { status: 201, body: profile.to_string() };
        let new = key.slot(Asker::Customer(id), "CreateAddress").keeping_for_ever(answer);
        app.store.commit_once(Some(&new), Transaction::new(), app.now()).await.expect("stored");
    }
    let address = json!({
        "recipient": "Zsuzsanna", "line1": "Quetzal Road 1", "city": "Dubai", "country": "AE",
    });
    api.post("/api/addresses/").bearer(&access).json(&address).send().await.expect(201);
    let phone = LoggedIn { access, refresh: answer.text("refresh"), customer };
    let preferences = json!({"types": {"Zsuzsanna": false}});
    let change = api.patch("/api/notifications/preferences/").bearer(&phone.access);
    change.json(&preferences).send().await.expect(200);
    api.notify(&phone, "m1", "Dear Zsuzsanna").await;
    api.store_fixtures(phone.id()).await;
    phone
}

/// The keys of all items under prefixes that the erasure clears.
async fn erasable_keys(api: &Api) -> BTreeSet<String> {
    let items = api.items().await;
    let keys = items
        .iter()
        .filter_map(Key::of_item)
        .map(|key| key.partition().to_owned() + " " + key.sort());
    keys.filter(|key| erased_prefixes().any(|prefix| key.starts_with(prefix))).collect()
}

/// The prefixes under which there is something to erase.
fn erased_prefixes() -> impl Iterator<Item = &'static str> {
    let prefixes = DOMAINS.iter().flat_map(|domain| domain.prefixes);
    prefixes.filter(|prefix| !matches!(prefix.erased, Erased::Nothing(_))).map(|prefix| prefix.name)
}

/// A phone for each index, all of them valid numbers.
fn phone_number(index: usize) -> String {
    format!("+447400{:06}", 123_000 + index)
}

fn token_of(phone: &str) -> String {
    format!("token-of-zsp@example.com:{phone}")
}

pub(crate) async fn assert_nothing_left(api: &Api, phone: &LoggedIn, number: &str) {
    let table = api.whole_table().await;
    let texts = [
        number,
        &number[1..],
        "Zsuzsanna",
        "Haddad-Quetzal",
        "zsp@example.com",
        "zsp.jpg",
        "Quetzal Road",
    ];
    for text in personal(&texts) {
        assert!(!table.contains(&text), "{text} is still in the table");
    }
    let id = phone.customer["id"].as_str().expect("an id");
    let keys = table.lines().filter(|item| item.contains(id));
    let left: Vec<&str> = keys.filter(|item| !item.contains("\"RATE#")).collect();
    assert!(left.is_empty(), "erase these items in the erasure of their domain: {left:#?}");
    let hash = api.stack.state("customer").expect("customer runs").hashes().expect("hashes");
    let hash = hash.phone(&shared::phone::Phone::of_the_operator(number));
    assert!(
        !table.contains(&format!("PHONE#{}", hash.as_str())),
        "the phone still belongs to an account"
    );
    let token = token_of(number);
    let owner = ContentHash::of(&token);
    assert!(!table.contains(owner.as_str()), "the registration id still has an owner");
    assert_eq!(
        api.stack.recorder.endpoints(|endpoints| endpoints.of(&token)),
        None,
        "the endpoint still exists"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_erasure_no_item_holds_anything_of_the_customer() {
    let api = Api::start().await;
    let number = "+447400123987";
    let others = erasable_keys(&api).await;
    let phone = fill(&api, number).await;
    let filled: BTreeSet<String> = erasable_keys(&api).await.difference(&others).cloned().collect();
    for prefix in erased_prefixes() {
        assert!(
            filled.iter().any(|key| key.starts_with(prefix)),
            "`fill` stores nothing under {prefix}, so nothing shows that it is erased: let `fill` \
             store an item there"
        );
    }
    for text in personal(&["Zsuzsanna", "zsp@example.com"]).iter().take(1) {
        assert!(
            api.whole_table().await.contains(text),
            "the data is in the table before the deletion"
        );
    }
    assert_eq!(api.pushes_to(&token_of(number)).len(), 1, "there is an endpoint to delete");
    assert_eq!(api.erase(phone.id(), || false).await.expect("an answer"), Erasure::NotDeleted);
    api.profile(&phone.access).await.expect(200);
    delete(&api, &phone.access, None).await.expect(204);
    assert_eq!(api.erase(phone.id(), || false).await.expect("erased"), Erasure::Complete);
    assert_nothing_left(&api, &phone, number).await;
    let mut left = erasable_keys(&api).await;
    left.retain(|key| filled.contains(key));
    assert!(left.is_empty(), "erase these items in the erasure of their domain: {left:#?}");
    assert_eq!(api.erase(phone.id(), || false).await.expect("once more"), Erasure::Complete);
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_the_profile_during_the_deletion_and_the_erasure_leave_nothing() {
    let api = Api::start().await;
    let number = "+447400123989";
    let phone = fill(&api, number).await;
    let patch = |n: usize| {
        let body = json!({"first_name": format!("Zsuzsanna {n}")});
        api.patch("/api/customer/").bearer(&phone.access).json(&body).send()
    };
    let leave = async {
        delete(&api, &phone.access, None).await.expect(204);
        api.erase(phone.id(), || false).await.expect("erased")
    };
    let (erased, patched) = tokio::join!(leave, join_all((0..16).map(patch)));
    assert_eq!(erased, Erasure::Complete);
    assert!(patched.iter().all(|answer| [200, 401, 409].contains(&answer.status.as_u16())));
    assert_nothing_left(&api, &phone, number).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_that_runs_out_of_time_at_any_step_is_resumed() {
    let api = Api::start().await;
    // One step for each prefix, a second one for the answers, and the last for the list.
    for most in 0..ERASURES.len() + 2 {
        let number = phone_number(most);
        let phone = fill(&api, &number).await;
        delete(&api, &phone.access, None).await.expect(204);
        let store = store(&api);
        let mut steps = 0;
        let over = || {
            steps += 1;
            steps > most
        };
        assert_eq!(api.erase(phone.id(), over).await.expect("begun"), Erasure::Unfinished);
        assert_eq!(
            leaving(&store).await,
            [phone.id()],
            "a customer who is not erased yet stays in the list"
        );
        assert_eq!(api.erase(phone.id(), || false).await.expect("resumed"), Erasure::Complete);
        assert_nothing_left(&api, &phone, &number).await;
        assert!(leaving(&store).await.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_that_is_killed_at_any_call_is_resumed() {
    let api = Api::start().await;
    for calls in 0..12 {
        let number = phone_number(calls);
        let phone = fill(&api, &number).await;
        delete(&api, &phone.access, None).await.expect(204);
        let store = store(&api);
        api.wire.delay(Duration::from_millis(40));
        let killed = tokio::time::timeout(
            Duration::from_millis(20)
                + Duration::from_millis(45) * u32::try_from(calls).expect("a small number"),
            api.erase(phone.id(), || false),
        )
        .await;
        api.wire.delay(Duration::ZERO);
        let listed = leaving(&store).await;
        assert!(
            killed.is_ok() || listed == [phone.id()],
            "killed after {calls} calls, the customer must still be in the list"
        );
        assert_eq!(api.erase(phone.id(), || false).await.expect("resumed"), Erasure::Complete);
        assert_nothing_left(&api, &phone, &number).await;
    }
}

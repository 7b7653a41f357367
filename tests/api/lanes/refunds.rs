//! A right code gives back what it spent, once, after the session is written.

use futures_util::future::join_all;
use harness::{Api, cost::DELAY};
use shared::limits::BudgetKind;
use table::{Key, Write, Written};

use super::{ABROAD, ask, log_in_from, many_codes_and, received, spent, try_code};
use crate::PHONE;

/// An API whose phone has 20 sessions.
async fn with_20_sessions() -> Api {
    let limits = many_codes_and(&["CodeTries", "CodesPerAddressHourly"]);
    let api = Api::with(&limits).await;
    for n in 0..20 {
        log_in_from(&api, &format!("203.0.{n}.7"), None).await;
        api.clock.advance_seconds(1);
    }
    api
}

#[tokio::test(flavor = "multi_thread")]
async fn at_20_sessions_too_the_refund_is_sent_after_the_session_is_written() {
    let api = with_20_sessions().await;
    let sent = ask(&api, ABROAD, PHONE, None).await.expect(200);
    api.stack.prepare().await;
    api.wire.delay(DELAY);
    api.wire.reset();
    try_code(&api, ABROAD, &received(&api, PHONE, &sent), None).await.expect(200);
    let calls = api.wire.calls();
    let written: Vec<_> =
        calls.iter().filter(|call| call.operation == "TransactWriteItems").collect();
    let [written] = written[..] else { panic!("one transaction: {calls:#?}") };
    let after = calls.iter().filter(|call| call.sent >= written.answered);
    let updates = after.filter(|call| call.operation == "UpdateItem").count();
    // The try, the shares of the country and of all, the address, the network, the oldest session.
    assert_eq!(updates, 6, "{calls:#?}");
    api.wire.assert_trips(3);
    assert_eq!(spent(&api, BudgetKind::Country("US")).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn log_ins_at_once_with_codes_of_their_own_leave_20_sessions_and_give_back_each_code() {
    let api = with_20_sessions().await;
    let mut codes = Vec::new();
    for n in 0..8 {
        let sent = ask(&api, &format!("198.51.{n}.1"), PHONE, None).await.expect(200);
        codes.push(received(&api, PHONE, &sent));
    }
    assert_eq!(spent(&api, BudgetKind::Country("US")).await, 8);
    let tries = codes.iter().map(|code| try_code(&api, ABROAD, code, None));
    let answers = join_all(tries).await;
    for answer in &answers {
        assert_eq!(answer.status, 200, "{}", answer.error());
    }
    assert_eq!(spent(&api, BudgetKind::Country("US")).await, 0);
    let alive = join_all(answers.iter().map(|answer| async {
        api.get("/api/sessions/").bearer(&answer.text("access")).send().await
    }))
    .await;
    for sessions in alive {
        assert_eq!(sessions.expect(200).json().as_array().map(Vec::len), Some(20));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_session_too_many_is_removed_by_the_next_log_in() {
    let api = with_20_sessions().await;
    add_a_session(&api).await;
    let owner = log_in_from(&api, ABROAD, None).await;
    let sessions = api.get("/api/sessions/").bearer(&owner.access).send().await.expect(200);
    assert_eq!(sessions.json().as_array().map(Vec::len), Some(20));
}

/// Adds a session, as a log-in does whose process ends before it has removed the oldest one.
async fn add_a_session(api: &Api) {
    let items = api.items().await;
    let account = items.iter().find(|item| item.contains_key("sessions")).expect("an account");
    let sessions = account["sessions"].as_m().expect("a map");
    let any = sessions.keys().next().expect("a session");
    let key = Key::of_item(account).expect("a key");
    let add = Write::update(key, "SET sessions.#new = sessions.#any, epochs.#new = epochs.#any")
        .name("#new", "019aac3f-5d2b-7c11-9f0e-3a5b6c7d8e9f")
        .name("#any", any);
    assert_eq!(api.table().write(add).await.expect("storage answers"), Written::Done);
}

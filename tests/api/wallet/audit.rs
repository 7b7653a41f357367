use aws_sdk_dynamodb::types::AttributeValue;
use harness::{
    Api,
    local_data::{LocalData, status},
    log,
};
use shared::{
    random::SystemRandom,
    wallet::{AuditPlace, Break, Movement, Posted},
};

use super::{Purse, audited, store};
use crate::{PHONE, cleanup::clean_up};

/// A wallet with four entries in two currencies.
pub(super) async fn filled<'a>(api: &'a Api, phone: &str) -> Purse<'a> {
    let purse = Purse::of(api, phone).await;
    purse.credit(100, "USD").await.expect(200);
    purse.credit(100, "KWD").await.expect(200);
    purse.debit(30).await.expect(200);
    purse.hold(5).await;
    purse
}

/// Sets an attribute of an item directly, without the checks of the product.
pub(crate) async fn plant(api: &Api, key: &table::Key, path: &str, value: AttributeValue) {
    let names: Vec<(String, &str)> =
        path.split('.').enumerate().map(|(n, name)| (format!("#n{n}"), name)).collect();
    let expression = names.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(".");
    let mut request = api.dynamodb().update_item().table_name(api.table_name());
    request = request.key("pk", AttributeValue::S(key.partition().to_owned()));
    request = request.key("sk", AttributeValue::S(key.sort().to_owned()));
    for (name, path) in names {
        request = request.expression_attribute_names(name, path);
    }
    let request = request
        .update_expression(format!("SET {expression} = :value"))
        .expression_attribute_values(":value", value);
    request.send().await.expect("planted");
}

pub(crate) fn number(number: i64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_corrupted_ledger_is_found_and_logged() {
    let plants: [(&str, &str, AttributeValue, Break); 6] = [
        ("entry", "delta", number(-31), Break::Rule),
        ("entry", "amount", number(31), Break::Rule),
        ("entry", "after.available", number(71), Break::BalanceAfter),
        ("entry", "number", number(3), Break::Number),
        ("entry", "currency", AttributeValue::S("XYZ".into()), Break::Unreadable),
        ("wallet", "balances.USD.available", number(1_000), Break::Sum),
    ];
    for (item, path, value, what) in plants {
        let api = Api::start().await;
        filled(&api, "+14155550177").await;
        let purse = filled(&api, PHONE).await;
        assert_eq!((audited(&api).await.wallets, audited(&api).await.breaks), (2, vec![]));
        let entries = purse.details().await["entries"]["results"].clone();
        let debit = entries
            .as_array()
            .expect("entries")
            .iter()
            .find(|entry| entry["type"] == "debit")
            .expect("a debit")
            .clone();
        let id = debit["id"].as_str().expect("an id").parse().expect("a UUID");
        let key = match item {
            "entry" => {
                shared::wallet::keys::entry(purse.id(), "USD".parse().expect("a currency"), id)
            }
            _ => shared::wallet::keys::wallet(purse.id()),
        };
        plant(&api, &key, path, value).await;
        let found = audited(&api).await.breaks;
        assert!(
            !found.is_empty() && found.iter().all(|found| found.customer == Some(purse.id())),
            "{path}: {found:?}"
        );
        assert_eq!(found[0].what, what, "{path}");
        let (told, _) = store(&api)
            .audit_next(u64::MAX, api.stack.state("wallet").expect("wallet").now())
            .await
            .expect("an audit");
        assert_eq!(told.breaks, found);
        let logged = log::everything();
        let ledger = found[0].ledger.to_string();
        let line = logged
            .lines()
            .find(|line| line.contains("ledger_broken") && line.contains(&ledger))
            .expect("a line");
        assert!(line.contains(what.name()) && !line.contains(&purse.id().to_string()), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_entry_is_noticed() {
    let api = Api::start().await;
    let purse = filled(&api, PHONE).await;
    let entries = purse.details().await["entries"]["results"].clone();
    let usd: Vec<_> = entries
        .as_array()
        .expect("entries")
        .iter()
        .filter(|entry| entry["currency"] == "USD")
        .collect();
    let newest = shared::wallet::keys::entry(
        purse.id(),
        "USD".parse().expect("one"),
        usd[0]["id"].as_str().expect("an id").parse().expect("one"),
    );
    let request = api.dynamodb().delete_item().table_name(api.table_name());
    let request = request.key("pk", AttributeValue::S(newest.partition().to_owned()));
    request.key("sk", AttributeValue::S(newest.sort().to_owned())).send().await.expect("deleted");
    assert_eq!(
        audited(&api).await.breaks.iter().map(|found| found.what).collect::<Vec<_>>(),
        [Break::Sum]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_corrupted_wallet_accepts_no_movement() {
    let api = Api::start().await;
    let purse = filled(&api, PHONE).await;
    plant(&api, &shared::wallet::keys::wallet(purse.id()), "balances.USD.held", number(-1)).await;
    purse.debit(1).await.expect(500);
    assert_eq!(audited(&api).await.breaks.first().map(|found| found.what), Some(Break::Bound));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audit_in_bounded_runs_continues_where_it_stopped_even_inside_a_wallet() {
    let api = Api::start().await;
    let large = Purse::of(&api, PHONE).await;
    let app = api.stack.state("wallet").expect("wallet runs");
    let usd = "USD".parse().expect("a currency");
    let mut wallet = app.store.wallet(large.id()).await.expect("an answer").expect("a wallet");
    for _ in 0..450 {
        let posting =
            wallet.post(&Movement::Credit(usd, 1), None, app.now(), &SystemRandom).expect("posted");
        assert!(matches!(
            app.store.post(large.id(), &posting, None, None, app.now()).await,
            Ok(Posted::Done)
        ));
        wallet = posting.wallet;
    }
    for n in 0..4 {
        filled(&api, &format!("+1415555018{n}")).await;
    }
    let (mut place, mut runs, mut wallets, mut entries) = (Some(AuditPlace::default()), 0, 0, 0);
    while let Some(from) = place {
        let (stretch, next) = app.store.audit_from(from, 3).await.expect("an audit");
        assert_eq!(stretch.breaks, []);
        assert!(stretch.entries <= 3 + 200, "a run is bounded: {}", stretch.entries);
        (place, runs, wallets, entries) =
            (next, runs + 1, wallets + stretch.wallets, entries + stretch.entries);
    }
    assert_eq!((wallets, entries), (5, 450 + 4 * 4));
    assert!(runs >= 5, "{runs}");
    // The position of the audit is in the table, and after a complete round the next one starts.
    let mut seen = 0;
    for _ in 0..runs * 2 {
        seen += app.store.audit_next(3, app.now()).await.expect("an audit").0.entries;
    }
    assert!(seen > entries, "{seen}");

    // Movements while an audit is inside a wallet are not reported as breaks.
    let (first, next) = app.store.audit_from(AuditPlace::default(), 1).await.expect("an audit");
    let mut place = next;
    let mut found = first.breaks;
    while let Some(from) = place {
        large.debit(1).await.expect(200);
        let (stretch, next) = app.store.audit_from(from, 1).await.expect("an audit");
        found.extend(stretch.breaks);
        place = next;
    }
    assert_eq!(found, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_audits_the_local_data_folder_and_fails_on_a_corrupted_ledger() {
    let data = LocalData::new("audit");
    let api = data.start().await;
    let id = filled(&api, PHONE).await.id();
    api.stack.stop().await;
    assert_eq!(data.run(&["audit"]).await, status(0));
    let api = data.start().await;
    plant(&api, &shared::wallet::keys::wallet(id), "balances.USD.available", number(1_000)).await;
    api.stack.stop().await;
    assert_eq!(data.run(&["audit"]).await, status(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_that_never_had_money_is_not_audited() {
    let api = Api::start().await;
    Purse::of(&api, PHONE).await.debit(1).await.expect(422);
    let found = audited(&api).await;
    assert_eq!((found.wallets, found.entries, found.breaks), (0, 0, vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clean_up_reports_how_long_ago_the_last_complete_sweep_began() {
    let api = Api::with(&[("AuditEntries", "3")]).await;
    for n in 0..4 {
        filled(&api, &format!("+1415555018{n}")).await;
    }
    let run = async |api: &Api| {
        api.clock.advance_seconds(3_600);
        clean_up(api).await["audit"]["behind"].as_u64().expect("seconds") / 3_600
    };
    let mut hours = Vec::new();
    for _ in 0..12 {
        hours.push(run(&api).await);
    }
    // A run audits a wallet of four entries, and the fifth one finds the end of the list.
    assert_eq!(hours, [0, 1, 2, 3, 4, 5, 6, 7, 8, 4, 5, 6]);
    assert!(log::everything().contains("\"AuditSweepAge\":28800"));
    let larger = api.another(&[("AuditEntries", "2000")]).await;
    assert_eq!((run(&larger).await, run(&larger).await), (2, 0));
}

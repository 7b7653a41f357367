//! Corrections of broken ledgers.

use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use harness::{
    Api,
    local_data::{LocalData, status},
    log,
};
use serde_json::Value;
use shared::{
    ids::EntryId,
    random::SystemRandom,
    wallet::{Break, Currency, Examined, Funds, Keep, Listed, NoCorrection, keys},
};

use super::{
    Purse,
    audit::{filled, number, plant},
    audited, store,
};
use crate::PHONE;

pub(super) const WHY: &str = "Correction: the balance of 3 May was wrong";

pub(super) fn usd() -> Currency {
    "USD".parse().expect("a currency")
}

async fn examine(api: &Api, purse: &Purse<'_>) -> Examined {
    let listed = store(api).ledger_of(purse.id()).await.expect("an answer").expect("a wallet");
    store(api).examine(&listed, usd()).await.expect("an answer").expect("a wallet")
}

/// Corrects until the wallet did not change meanwhile.
pub(super) async fn correct(
    api: &Api,
    purse: &Purse<'_>,
    keep: Keep,
    accept: bool,
) -> Result<(), NoCorrection> {
    let now = api.stack.state("wallet").expect("wallet runs").now();
    loop {
        let examined = examine(api, purse).await;
        let correction = examined.correct(keep, accept, WHY.to_owned(), now, &SystemRandom)?;
        if store(api).correct(&examined, &correction).await.expect("an answer") {
            return Ok(());
        }
    }
}

pub(super) async fn breaks(api: &Api) -> Vec<Break> {
    audited(api).await.breaks.iter().map(|found| found.what).collect()
}

pub(super) async fn plant_balance(api: &Api, purse: &Purse<'_>, part: &str, amount: i64) {
    plant(api, &keys::wallet(purse.id()), &format!("balances.USD.{part}"), number(amount)).await;
}

/// The newest entry in the statement.
async fn newest(purse: &Purse<'_>) -> Value {
    purse.details().await["entries"]["results"][0].clone()
}

/// The key of the debit of a filled wallet.
pub(super) async fn debit_of(purse: &Purse<'_>) -> table::Key {
    let details = purse.details().await;
    let entries = details["entries"]["results"].as_array().expect("entries");
    let debit = entries.iter().find(|entry| entry["type"] == "debit").expect("a debit");
    let id: EntryId = debit["id"].as_str().expect("an id").parse().expect("a UUID");
    keys::entry(purse.id(), usd(), id)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_balance_is_put_back_to_what_its_entries_say() {
    for (part, wrong) in [("available", 1_000), ("available", 1), ("held", -1), ("held", 50)] {
        let api = Api::start().await;
        let purse = filled(&api, PHONE).await;
        plant_balance(&api, &purse, part, wrong).await;
        assert_eq!(breaks(&api).await.len(), 1, "{part} {wrong}");
        correct(&api, &purse, Keep::Entries, false).await.expect("corrected");
        assert_eq!(purse.balance("USD").await, (65, 5), "{part} {wrong}");
        assert_eq!(breaks(&api).await, [], "{part} {wrong}");
        let entry = newest(&purse).await;
        assert_eq!(
            (&entry["type"], &entry["delta"], &entry["amount"]),
            (&"credit".into(), &0.into(), &0.into())
        );
        assert_eq!(entry["reference"], WHY);
        purse.debit(65).await.expect(200);
        purse.debit(1).await.expect(422);
        assert_eq!(breaks(&api).await, []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_balance_gets_the_entry_that_its_ledger_lacks() {
    for (balance, kind, delta) in [(1_000, "credit", 935), (40, "debit", -25)] {
        let api = Api::start().await;
        let purse = filled(&api, PHONE).await;
        plant_balance(&api, &purse, "available", balance).await;
        correct(&api, &purse, Keep::Balance, false).await.expect("corrected");
        assert_eq!(purse.balance("USD").await, (balance, 5));
        assert_eq!(breaks(&api).await, []);
        let entry = newest(&purse).await;
        assert_eq!((&entry["type"], &entry["delta"]), (&kind.into(), &delta.into()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_is_the_sum_of_the_open_holds_whichever_side_is_kept() {
    for (held, total) in [(50, 115), (2, 67)] {
        let api = Api::start().await;
        let purse = filled(&api, PHONE).await;
        plant_balance(&api, &purse, "held", held).await;
        correct(&api, &purse, Keep::Balance, false).await.expect("corrected");
        assert_eq!((purse.balance("USD").await, breaks(&api).await), ((total - 5, 5), vec![]));
        purse.debit(total - 5).await.expect(200);
        assert_eq!((purse.balance("USD").await, breaks(&api).await), ((0, 5), vec![]));
    }
    let api = Api::start().await;
    let purse = filled(&api, PHONE).await;
    plant_balance(&api, &purse, "available", 0).await;
    plant_balance(&api, &purse, "held", 3).await;
    let refused = correct(&api, &purse, Keep::Balance, false).await;
    let after = Funds { available: -2, held: 5 };
    assert_eq!(refused, Err(NoCorrection::Unsound(after)), "less than the hold");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_wallet_looks_sound_while_money_moves() {
    let api = Api::with(&[("WritesPerMinute", "0")]).await;
    let purse = Purse::of(&api, PHONE).await;
    purse.credit(100, "USD").await.expect(200);
    let debits = async {
        for _ in 0..30 {
            purse.debit(1).await.expect(200);
        }
    };
    let looks = async {
        for _ in 0..10 {
            let examined = examine(&api, &purse).await;
            assert_eq!(examined.broken_balance(), None);
            assert_eq!(examined.broken_entries().count(), 0);
        }
    };
    tokio::join!(debits, looks);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_newest_entry_is_replaced() {
    let api = Api::start().await;
    let purse = Purse::of(&api, PHONE).await;
    purse.credit(100, "USD").await.expect(200);
    purse.debit(30).await.expect(200);
    let key = debit_of(&purse).await;
    let request = api.dynamodb().delete_item().table_name(api.table_name());
    let request = request.key("pk", AttributeValue::S(key.partition().to_owned()));
    request.key("sk", AttributeValue::S(key.sort().to_owned())).send().await.expect("deleted");
    assert_eq!(breaks(&api).await, [Break::Sum]);
    correct(&api, &purse, Keep::Balance, false).await.expect("corrected");
    assert_eq!((purse.balance("USD").await, breaks(&api).await), ((70, 0), vec![]));
    let entry = newest(&purse).await;
    assert_eq!((&entry["type"], &entry["amount"]), (&"debit".into(), &30.into()));
}

/// A movement on a wrong balance leaves an entry that does not follow from the one before it.
#[tokio::test(flavor = "multi_thread")]
async fn entries_that_contradict_the_rules_are_accepted_by_name_and_only_those() {
    let api = Api::start().await;
    let purse = filled(&api, PHONE).await;
    plant_balance(&api, &purse, "available", 1_000).await;
    purse.debit(10).await.expect(200);
    assert_eq!(breaks(&api).await, [Break::BalanceAfter, Break::Sum]);
    assert_eq!(
        correct(&api, &purse, Keep::Entries, false).await,
        Err(NoCorrection::BrokenEntries(1))
    );
    correct(&api, &purse, Keep::Entries, true).await.expect("corrected");
    assert_eq!((purse.balance("USD").await, breaks(&api).await), ((55, 5), vec![]));
    plant(&api, &debit_of(&purse).await, "amount", number(31)).await;
    purse.debit(1).await.expect(200);
    assert_eq!(breaks(&api).await.first(), None, "an accepted entry is not reported");
    let key = keys::wallet(purse.id());
    plant(&api, &key, "accepted", AttributeValue::Ss(vec!["another".to_owned()])).await;
    assert!(breaks(&api).await.contains(&Break::Rule), "any other is");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_broken_entry_can_be_accepted() {
    let plants = [
        ("delta", number(-31)),
        ("amount", number(31)),
        ("after.available", number(71)),
        ("number", number(3)),
        ("currency", AttributeValue::S("XYZ".into())),
    ];
    for (path, value) in plants {
        let api = Api::start().await;
        let purse = filled(&api, PHONE).await;
        plant(&api, &debit_of(&purse).await, path, value).await;
        assert_ne!(breaks(&api).await, [], "{path}");
        correct(&api, &purse, Keep::Balance, true).await.expect("corrected");
        assert_eq!(breaks(&api).await, [], "{path}");
        // The statement cannot show an entry that cannot be read.
        let wallet = store(&api).wallet(purse.id()).await.expect("an answer").expect("a wallet");
        assert_eq!(wallet.funds(usd()), Funds { available: 65, held: 5 }, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_balance_that_no_wallet_can_have_is_never_kept() {
    let api = Api::start().await;
    let purse = filled(&api, PHONE).await;
    plant_balance(&api, &purse, "available", -5).await;
    let refused = correct(&api, &purse, Keep::Balance, false).await;
    assert!(matches!(refused, Err(NoCorrection::Unsound(_))), "{refused:?}");
    plant_balance(&api, &purse, "available", 1_000).await;
    purse.debit(900).await.expect(200);
    let refused = correct(&api, &purse, Keep::Entries, true).await;
    assert!(matches!(refused, Err(NoCorrection::Unsound(_))), "{refused:?}");
    correct(&api, &purse, Keep::Balance, true).await.expect("corrected");
    assert_eq!((purse.balance("USD").await, breaks(&api).await), ((100, 5), vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_of_nothing_is_not_reversed_and_any_other_is() {
    for (keep, answer) in [(Keep::Entries, 400), (Keep::Balance, 200)] {
        let api = Api::start().await;
        let purse = filled(&api, PHONE).await;
        plant_balance(&api, &purse, "available", 1_000).await;
        correct(&api, &purse, keep, false).await.expect("corrected");
        let id = newest(&purse).await["id"].clone();
        let reversal = serde_json::json!({"type": "reverse", "entry_id": id});
        purse.operate(&reversal).await.expect(answer);
        assert_eq!((purse.balance("USD").await, breaks(&api).await), ((65, 5), vec![]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_beside_debits_neither_doubles_nor_loses_one() {
    for round in 0..4 {
        let api = Arc::new(Api::with(&[("WritesPerMinute", "0")]).await);
        let purse = Purse::of(&api, PHONE).await;
        purse.credit(100, "USD").await.expect(200);
        plant_balance(&api, &purse, "available", 1_000).await;
        let debits = async {
            let mut spent = 0;
            for _ in 0..20 {
                spent += i64::from(purse.debit(4).await.status == 200) * 4;
            }
            spent
        };
        let corrections = async {
            // So that each round begins at another moment.
            for _ in 0..round * 2 {
                tokio::task::yield_now().await;
            }
            tokio::join!(
                correct(&api, &purse, Keep::Entries, true),
                correct(&api, &purse, Keep::Entries, true)
            )
        };
        let (spent, (one, other)) = tokio::join!(debits, corrections);
        let mut written = [one, other];
        written.sort_by_key(Result::is_err);
        assert_eq!(written, [Ok(()), Err(NoCorrection::Agrees)], "one of two is written");
        assert_eq!(purse.balance("USD").await, (100 - spent, 0));
        assert_eq!(breaks(&api).await, []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_debit_that_comes_between_refuses_the_correction() {
    let api = Api::start().await;
    let purse = filled(&api, PHONE).await;
    plant_balance(&api, &purse, "available", 66).await;
    let examined = examine(&api, &purse).await;
    let now = api.stack.state("wallet").expect("wallet runs").now();
    let correction = examined
        .correct(Keep::Entries, false, WHY.to_owned(), now, &SystemRandom)
        .expect("a correction");
    purse.debit(66).await.expect(200);
    assert!(!store(&api).correct(&examined, &correction).await.expect("an answer"));
    assert_eq!(purse.balance("USD").await, (0, 5));
    // The entries would leave one cent below zero.
    assert!(correct(&api, &purse, Keep::Entries, true).await.is_err());
    correct(&api, &purse, Keep::Balance, true).await.expect("corrected");
    assert_eq!((purse.balance("USD").await, breaks(&api).await), ((0, 5), vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_of_an_erased_customer_is_corrected_too() {
    let api = Api::start().await;
    let purse = filled(&api, PHONE).await;
    let ledger = examine(&api, &purse).await.listed.ledger;
    let delete = api.delete("/api/customer/").bearer(&purse.phone.access);
    delete.json(&serde_json::json!({"forfeit": true})).send().await.expect(204);
    let now = api.stack.state("wallet").expect("wallet runs").now();
    let leaving = examine(&api, &purse).await;
    assert_eq!(
        leaving.correct(Keep::Entries, true, WHY.to_owned(), now, &SystemRandom),
        Err(NoCorrection::Leaving)
    );
    for scheduled in api.stack.scheduled() {
        scheduled.run().await.expect("the clean-up runs");
    }
    plant(&api, &keys::former_wallet(ledger), "balances.USD.available", number(3)).await;
    assert_eq!(breaks(&api).await, [Break::Sum]);
    let listed = store(&api).listed_ledger(ledger).await.expect("an answer").expect("listed");
    assert_eq!(listed, Listed { ledger, customer: None });
    let examined = store(&api).examine(&listed, usd()).await.expect("read").expect("a wallet");
    let correction = examined
        .correct(Keep::Entries, false, WHY.to_owned(), now, &SystemRandom)
        .expect("a correction");
    assert!(store(&api).correct(&examined, &correction).await.expect("an answer"));
    assert_eq!(breaks(&api).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_show_and_correct_a_ledger_once_and_log_it() {
    let data = LocalData::new("correct");
    let api = data.start().await;
    let id = filled(&api, PHONE).await.id();
    plant(&api, &keys::wallet(id), "balances.USD.available", number(1_000)).await;
    let broken = audited(&api).await.breaks;
    let ledger = broken[0].ledger.to_string();
    api.stack.stop().await;
    assert_eq!(data.run(&["wallet", "show", "--ledger", &ledger]).await, status(0));
    let all = ["wallet", "show", "--ledger", &ledger, "--currency", "", "--entry", ""];
    assert_eq!(data.run(&all).await, status(0), "an empty option counts as none");
    let unknown = "019aac3f-0000-7000-8000-000000000001";
    assert_eq!(data.run(&["wallet", "show", "--ledger", unknown]).await, status(1));
    let words = ["wallet", "correct", "--ledger", &ledger, "--currency", "USD", "--yes"];
    let command = [&words[..], &["--keep", "entries", "--why", "a planted balance"]].concat();
    assert_eq!(data.run(&command).await, status(0));
    assert_eq!(data.run(&command).await, status(0), "repeating it is harmless");
    assert_eq!(data.run(&["audit"]).await, status(0));
    let logged = log::everything();
    let lines = logged.lines().filter(|line| line.contains("ledger_corrected"));
    let lines: Vec<_> = lines.filter(|line| line.contains(&ledger)).collect();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("a planted balance") && !lines[0].contains(&id.to_string()));
    let api = data.start().await;
    assert_eq!(audited(&api).await.entries, 5);
    api.stack.stop().await;
}

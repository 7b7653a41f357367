use harness::{Answer, Api};
use http::Method;
use serde_json::{Value, json};

use super::Purse;
use crate::PHONE;

async fn get(api: &Api, purse: &Purse<'_>, url: &str) -> Answer {
    let path = url.split_once("://api.example.com").map_or(url, |(_, path)| path);
    api.get(path).bearer(&purse.phone.access).send().await
}

fn amounts(page: &Value) -> Vec<i64> {
    let entries = page["entries"]["results"].as_array().expect("entries");
    entries.iter().map(|entry| entry["amount"].as_i64().expect("an amount")).collect()
}

/// Twelve credits: even amounts in USD and odd ones in KWD.
async fn filled<'a>(api: &'a Api, phone: &str) -> Purse<'a> {
    let purse = Purse::of(api, phone).await;
    for amount in 1..=12 {
        purse.credit(amount, if amount % 2 == 0 { "USD" } else { "KWD" }).await.expect(200);
    }
    purse
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_of_one_currency_or_of_all_is_paged_newest_first_and_back() {
    let api = Api::start().await;
    let everything: Vec<i64> = (1..=12).rev().collect();
    for (phone, query, size, all) in
        [(PHONE, "", 5, everything), ("+14155550178", "currency=USD&", 4, vec![12, 10, 8, 6, 4, 2])]
    {
        let purse = filled(&api, phone).await;
        let first = get(&api, &purse, &format!("/api/wallet/?{query}page_size={size}"))
            .await
            .expect(200)
            .json();
        assert_eq!(first["entries"]["previous"], json!(null));
        let (mut seen, mut page, mut pages) = (amounts(&first), first.clone(), vec![first]);
        while let Some(next) = page["entries"]["next"].as_str() {
            // New entries come before all that were seen.
            if pages.len() == 1 {
                purse.credit(100, "USD").await.expect(200);
            }
            page = get(&api, &purse, next).await.expect(200).json();
            seen.extend(amounts(&page));
            pages.push(page.clone());
        }
        assert_eq!(seen, all, "{query}");
        let previous = page["entries"]["previous"].as_str().expect("a page before");
        let before = get(&api, &purse, previous).await.expect(200).json();
        assert_eq!(amounts(&before), amounts(&pages[pages.len() - 2]), "{query}");
        assert_eq!(
            page["balances"].as_array().map(Vec::len),
            Some(if query.is_empty() { 2 } else { 1 })
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_works_for_its_caller_and_currency_only() {
    let api = Api::start().await;
    let (purse, stranger) = (filled(&api, PHONE).await, filled(&api, "+14155550177").await);
    let page = get(&api, &purse, "/api/wallet/?currency=USD&page_size=2").await.expect(200).json();
    let next = page["entries"]["next"].as_str().expect("a next page").to_owned();
    assert_eq!(get(&api, &stranger, &next).await.error(), "404 not_found: Invalid cursor [null]");
    for other in [next.replace("USD", "KWD"), next.replace("currency=USD&", ""), format!("{next}x")]
    {
        assert_eq!(
            get(&api, &purse, &other).await.error(),
            "404 not_found: Invalid cursor [null]",
            "{other}"
        );
    }
    get(&api, &purse, &next).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_wallet_is_empty_and_an_unknown_currency_is_refused() {
    let api = Api::start().await;
    let purse = Purse::of(&api, PHONE).await;
    let empty = json!({"balances": [], "entries": {"next": null, "previous": null, "results": []}});
    for url in ["/api/wallet", "/api/wallet/", "/api/wallet/?currency=KWD"] {
        let answer = get(&api, &purse, url).await.expect(200);
        assert_eq!((answer.json(), answer.header("cache-control")), (empty.clone(), "no-store"));
    }
    let wrong = get(&api, &purse, "/api/wallet/?currency=XYZ").await;
    assert_eq!(wrong.error(), "400 invalid_choice: \"XYZ\" is not a valid choice. [currency]");
    let head = api
        .request(Method::HEAD, "/api/wallet/")
        .bearer(&purse.phone.access)
        .send()
        .await
        .expect(200);
    assert!(head.body.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_is_available_as_csv() {
    let api = Api::start().await;
    let purse = Purse::of(&api, PHONE).await;
    purse.credit(5_000, "KWD").await.expect(200);
    let body =
        json!({"type": "debit", "amount": 1_250, "currency": "KWD", "reference": "=1+1, \"tea\""});
    let debit = purse.ask(&body).await.expect(200).json()["entry"].clone();
    let get = |accept: &'static str| {
        api.get("/api/wallet/").bearer(&purse.phone.access).header("accept", accept).send()
    };
    let csv = get("text/csv").await.expect(200);
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert_eq!(csv.header("content-disposition"), "attachment; filename=\"statement.csv\"");
    let text = String::from_utf8(csv.body.to_vec()).expect("a text");
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert_eq!(lines.len(), 4, "a header, two entries and an empty last line: {text}");
    let (id, created) =
        (debit["id"].as_str().expect("an id"), debit["created"].as_str().expect("a time"));
    let row = format!(
        "{id},{created},debit,KWD,3,1250,'-1250,0,3750,0,3750,\
         wallet:available,outside:payments,,,\"'=1+1, \"\"tea\"\"\""
    );
    assert_eq!(lines[1], row);
    for (accept, kind) in [
        ("application/json, text/csv;q=0.5", "application/json"),
        ("*/*", "application/json"),
        ("text/*", "text/csv; charset=utf-8; header=present"),
    ] {
        assert_eq!(get(accept).await.expect(200).header("content-type"), kind, "{accept}");
    }
    get("image/png").await.expect(406);
}

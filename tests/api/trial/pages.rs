use harness::{Answer, Api};
use serde_json::{Value, json};

use super::start;
use crate::PHONE;

const LIST: &str = "/api/trial/entries/";
const INVALID: &str = "404 not_found: Invalid cursor [null]";

/// A link of a page as a path with its query.
fn link(page: &Value, name: &str) -> Option<String> {
    let link = page[name].as_str()?;
    Some(
        link.strip_prefix("http://api.example.com")
            .unwrap_or_else(|| panic!("{link} is no address of the API"))
            .to_owned(),
    )
}

fn names(page: &Value) -> Vec<String> {
    let entries = page["results"].as_array().expect("a list");
    entries.iter().map(|entry| entry["name"].as_str().expect("a name").to_owned()).collect()
}

async fn get(api: &Api, access: &str, uri: &str) -> Answer {
    api.get(uri).bearer(access).send().await
}

#[tokio::test(flavor = "multi_thread")]
async fn cursors_page_through_the_whole_list_and_back() {
    let api = start().await;
    let access = api.log_in(PHONE).await.access;
    for (query, size) in [
        ("", 20),
        ("?page_size=7&kind=a", 7),
        ("?page_size=50", 50),
        ("?page_size=25", 25),
        ("?page_size=1", 1),
    ] {
        let mut pages =
            vec![get(&api, &access, &format!("{LIST}{query}")).await.expect(200).json()];
        assert_eq!(pages[0]["previous"], json!(null));
        while let Some(next) = pages.last().and_then(|page| link(page, "next")) {
            pages.push(get(&api, &access, &next).await.expect(200).json());
        }
        let all: Vec<String> = pages.iter().flat_map(names).collect();
        assert_eq!(all, (0..50).map(|n| format!("e{n:02}")).collect::<Vec<_>>(), "{query}");
        assert!(pages.iter().rev().skip(1).all(|page| names(page).len() == size));
        let mut page = pages.pop().expect("a page");
        while let Some(previous) = link(&page, "previous") {
            let before = get(&api, &access, &previous).await.expect(200).json();
            assert_eq!(names(&before), names(&pages.pop().expect("a page before")), "{query}");
            assert_ne!(before["next"], json!(null));
            page = before;
        }
        assert!(pages.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_page_size_is_20_and_one_over_100_is_100() {
    let api = start().await;
    let access = api.log_in(PHONE).await.access;
    for (size, shown) in [
        ("0", 20),
        ("-1", 20),
        ("x", 20),
        ("", 20),
        ("3", 3),
        ("50", 50),
        ("101", 50),
        ("99999999999999999999", 20),
    ] {
        let page = get(&api, &access, &format!("{LIST}?page_size={size}")).await.expect(200).json();
        assert_eq!(names(&page).len(), shown, "{size}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_modified_cursor_or_one_of_another_caller_or_query_is_404() {
    let api = start().await;
    let (amal, basma) = (api.log_in(PHONE).await.access, api.log_in("+14155550124").await.access);
    let page = get(&api, &amal, &format!("{LIST}?kind=a&page_size=5")).await.expect(200).json();
    let next = link(&page, "next").expect("there is more");
    let cursor = next.split("cursor=").nth(1).expect("a cursor").to_owned();
    get(&api, &amal, &next).await.expect(200);
    // Neither the page size nor the order of parameters matters for a cursor.
    get(&api, &amal, &format!("{LIST}?page_size=9&cursor={cursor}&kind=a")).await.expect(200);

    assert_eq!(get(&api, &basma, &next).await.error(), INVALID);
    for (path, query) in [
        (LIST, "kind=b"),
        (LIST, "kind=a&kind=b"),
        (LIST, "kind="),
        (LIST, "x=1"),
        ("/api/trial/others/", "kind=a"),
    ] {
        assert_eq!(
            get(&api, &amal, &format!("{path}?{query}&cursor={cursor}")).await.error(),
            INVALID,
            "{path} {query}"
        );
    }
    for place in 0..cursor.len() {
        let mut changed = cursor.clone().into_bytes();
        changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).expect("ASCII");
        assert_eq!(
            get(&api, &amal, &format!("{LIST}?kind=a&cursor={changed}")).await.error(),
            INVALID,
            "{place}"
        );
    }
    for garbage in ["x", "%00", "手机", "AAAA", &cursor[1..], &format!("{cursor}A")] {
        assert_eq!(
            get(&api, &amal, &format!("{LIST}?kind=a&cursor={garbage}")).await.error(),
            INVALID,
            "{garbage}"
        );
    }
    let mut another = api.another(&[]).await;
    another.serve_also("customer", "/api/trial", super::routes);
    assert_eq!(get(&another, &amal, &next).await.body, get(&api, &amal, &next).await.body);
}
